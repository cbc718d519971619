/** The documentation holds together: tables are fresh, links lead somewhere, commands exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { configTable, descriptions, withTable } from "../src/cli/config-table.ts";
import { schema } from "../src/config.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
const pages = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below("docs")].filter((path) =>
  path.endsWith(".md"),
);
const chinese = JSON.parse(read("docs/config.zh.json")) as Record<string, string>;

/** As GitHub makes anchors of headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

const links = (path: string): string[] =>
  [...read(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

describe("the configuration tables", () => {
  test.each([
    ["README.md", configTable("en")],
    ["README.zh.md", configTable("zh", chinese)],
  ])("%s is what `npm run docs` writes", (path, table) => {
    expect(withTable(read(path), table)).toBe(read(path));
  });

  test("a row for every variable, with its default and unit", () => {
    const rows = configTable("en").split("\n");
    expect(rows).toHaveLength(Object.keys(schema.shape).length + 2);
    expect(rows).toContainEqual(expect.stringMatching(/^\| `IDLE_RESET_MS` \| `1800000` \| ms \| /));
  });

  test("no translation is left of a description that is gone", () => {
    expect(Object.keys(chinese).filter((text) => !descriptions().includes(text))).toEqual([]);
  });

  test("a stale table is seen, and missing markers are an error", () => {
    const fresh = withTable("<!-- config:start -->\nold\n<!-- config:end -->", "new");
    expect(fresh).toBe("<!-- config:start -->\nnew\n<!-- config:end -->");
    expect(() => withTable("no markers", "new")).toThrow("markers");
  });
});

describe.each(pages)("%s", (path) => {
  test("links lead to files and headings that are there", () => {
    const broken = links(path).filter((target) => {
      const [file = "", anchor] = target.split("#");
      const resolved = file === "" ? path : relative(root, join(root, dirname(path), file));
      if (!existsSync(join(root, resolved))) return true;
      return anchor !== undefined && !anchors(read(resolved)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("the npm scripts it names exist, and what they run", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...read(path).matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? "",
    );
    const missing = named.filter((name) => {
      const file = /^node (\S+\.ts)/.exec(scripts[name] ?? "")?.[1];
      return scripts[name] === undefined || (file !== undefined && !existsSync(join(root, file)));
    });
    expect(missing).toEqual([]);
  });

  test("variables it names in code are read by src/config.ts, or belong to the deployment", () => {
    const known = new Set([
      ...Object.keys(schema.shape),
      ...(read("deploy/.env.example").match(/[A-Z][A-Z0-9_]+(?==)/g) ?? []),
    ]);
    const named = [...read(path).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

test("pictures in docs/images are shown somewhere", () => {
  const shown = pages.flatMap((path) => links(path).map((target) => join(dirname(path), target)));
  expect(below("docs/images").filter((path) => !shown.includes(path))).toEqual([]);
});
