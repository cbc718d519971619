/** `npm run knowledge -- import|mine|list|gaps …`: the knowledge of the running instance. Each sub-command has a file of its own. */
import { runCommand } from "./instance.ts";
import * as gaps from "./knowledge-gaps.ts";
import * as importLogs from "./knowledge-import.ts";
import * as list from "./knowledge-list.ts";
import * as mine from "./knowledge-mine.ts";

/** What a sub-command's file gives. */
interface SubCommand {
  /** One line each, without `npm run knowledge -- `. */
  usage: string[];
  run(args: string[]): Promise<void>;
}

const COMMANDS: Record<string, SubCommand> = { import: importLogs, mine, list, gaps };

await runCommand(async () => {
  const [verb = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[verb];
  if (command) return command.run(args);
  const lines = Object.values(COMMANDS).flatMap(({ usage }) => usage.map((line) => `npm run knowledge -- ${line}`));
  throw new Error(`Usage: ${lines.join("\n       ")}`);
});
