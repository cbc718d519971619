/** Beyond-list 8: recorded conversations replay on today's code, and a history that diverges is named by turn. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { displayWidth, pad, wrap } from "../src/replay/columns.ts";
import { attributesOf, eventName, localActivity } from "../src/replay/events.ts";
import type { Recording } from "../src/replay/file.ts";
import { loadRecording, saveRecording } from "../src/replay/file.ts";
import { printReport } from "../src/replay/print.ts";
import { replayAll, replayRun } from "../src/replay/report.ts";
import type { Execution, ReplayReport, RunReport } from "../src/replay/types.ts";
import { testServers } from "./support/servers.ts";

const recorded = fileURLToPath(new URL("./histories/session-v1.json", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
let recording: Recording;
let report: ReplayReport;
let folder: string;
const options = { cacheDir: testServers().cacheDir };

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger("ERROR", () => undefined),
    telemetryOptions: { logging: { filter: { core: "ERROR", other: "ERROR" }, forward: {} } },
  });
  folder = await mkdtemp(join(tmpdir(), "colloquy-replay-"));
  recording = await loadRecording(recorded);
  report = await replayAll(recording.workflowId, recording.executions, options);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("so does the one that asks back about what was said before, and sends nothing but a number", async () => {
  const { workflowId, executions } = await loadRecording(
    fileURLToPath(new URL("./histories/session-v3.json", import.meta.url)),
  );
  const replayed = await replayAll(workflowId, executions, options);
  expect(replayed.runs.length).toBeGreaterThan(1);
  expect([...replayed.runs, ...replayed.handoffs].map(({ divergence }) => divergence)).not.toContainEqual(
    expect.anything(),
  );
});

test("so does the one with models: answered, announced, overtaken, written by a tier", async () => {
  const withModels = await loadRecording(fileURLToPath(new URL("./histories/session-v2.json", import.meta.url)));
  const replayed = await replayAll(withModels.workflowId, withModels.executions, options);
  expect([...replayed.runs, ...replayed.handoffs].map(({ divergence }) => divergence)).not.toContainEqual(
    expect.anything(),
  );
  const names = replayed.runs.flatMap(({ steps }) => steps).flatMap(({ activities }) => activities);
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(["understandByModel", "writeAnswers"]));
});

test("so does a webhook's delivery that failed and was given up; without its activity it diverges", async () => {
  const { executions } = await loadRecording(fileURLToPath(new URL("./histories/webhook-v1.json", import.meta.url)));
  const [execution] = executions;
  if (!execution || executions.length !== 1) throw new Error("the recording is of one run");
  const { outcome, divergence } = await replayRun(execution, options);
  expect([outcome, divergence]).toEqual(["completed", null]);
  const other = structuredClone(execution);
  for (const event of other.events) {
    const { activityType } = attributesOf(event) as { activityType?: { name: string } };
    if (activityType) activityType.name = "somethingElse";
  }
  expect((await replayRun(other, options)).divergence).not.toBeNull();
});

const turns = (run: RunReport | undefined) => run?.steps.filter(({ kind }) => kind === "turn") ?? [];

describe("the recorded conversation", () => {
  test("replays on today's code: every run and the handoff", () => {
    expect([...report.runs, ...report.handoffs].map(({ divergence }) => divergence)).toEqual([null, null, null, null]);
    expect(report.runs.map(({ outcome }) => outcome)).toEqual(["continued as new", "completed", "running"]);
    expect(report.handoffs).toHaveLength(1);
    expect(report.diverged).toBe(0);
  });

  test("is told turn by turn, from the histories alone", () => {
    const [first, second, third] = turns(report.runs[0]);
    expect(first).toMatchObject({
      label: "turn 1",
      before: "INIT",
      after: "CONFIRM",
      view: { why: "slots complete", intent: "return" },
    });
    expect(first?.messages[0]).toMatchObject({ role: "customer", text: "我前几天买的台灯一直闪，能退吗？" });
    expect(first?.messages[1]?.text).toContain("台灯");
    expect(first?.understood).toMatchObject({ intents: ["return"], confidence: expect.any(Number) });
    expect(first?.activities.map(({ name }) => name)).toEqual(["understand", "respond"]);
    expect(first?.activities.every(({ attempts, durationMs }) => attempts === 1 && durationMs !== null)).toBe(true);
    expect(second).toMatchObject({ before: "CONFIRM", after: "CONFIRM", understood: { intents: ["question"] } });
    expect(third).toMatchObject({ after: "INIT", understood: { answer: "yes" } });
    expect(third?.activities.map(({ name }) => name)).toContain("execute");
  });

  test("shows the handoff and who took it", () => {
    const steps = report.runs.flatMap((run) => run.steps);
    expect(steps.flatMap(({ children }) => children)).toEqual(report.handoffs.map(({ workflowId }) => workflowId));
    expect(steps.flatMap(({ received }) => received)).toEqual([
      "handoffEvent claimed",
      "handoffEvent message",
      "handoffEvent returned",
      "control end",
    ]);
    expect(report.handoffs[0]?.steps.flatMap(({ received }) => received)).toContain("claim 小美");
  });

  test("numbers turns on across continue-as-new and a return after the end", () => {
    const labels = report.runs.flatMap(turns).map(({ label }) => label);
    expect(labels).toEqual(labels.map((_label, index) => `turn ${index + 1}`));
  });

  test("accounts for every event and byte once", () => {
    for (const run of [...report.runs, ...report.handoffs]) {
      expect(run.steps.reduce((sum, step) => sum + step.events, 0)).toBe(run.events);
      expect(run.steps.reduce((sum, step) => sum + step.bytes, 0)).toBe(run.bytes);
    }
    expect(report.totals.turns).toBe(report.runs.flatMap(turns).length);
  });

  test("prints in columns that Chinese text doesn't shift", () => {
    const printed = printReport(report, { colour: false, width: 100 });
    expect(printed).toContain("INIT → CONFIRM  slots complete");
    expect(printed).toContain("All 4 histories replay on today's code.");
    expect(
      Math.max(
        ...printed
          .split("\n")
          .filter((line) => line.startsWith("  "))
          .map(displayWidth),
      ),
    ).toBeLessThanOrEqual(100);
    const rows = printed.split("\n").filter((line) => /^turn \d+ .* examples /.test(line));
    expect(rows.length).toBeGreaterThan(3);
    expect(new Set(rows.map((row) => displayWidth(row.slice(0, row.indexOf(" examples "))))).size).toBe(1);
  });
});

function present<T>(value: T | undefined): T {
  if (value === undefined)
    throw new Error("the recording lacks what this test changes: record it again (docs/replay.md)");
  return value;
}

/** The first run with one change. */
function doctored(change: (run: Execution) => void): Execution {
  const run = structuredClone(recording.executions[0] as Execution);
  change(run);
  return run;
}

const markersOf = (run: Execution, activity: string) =>
  run.events.filter((event) => localActivity(event)?.activity_type === activity);

describe("a history that today's code would not write", () => {
  test("an activity of another type: named by turn and event", async () => {
    const run = doctored(({ events }) => {
      const execute = events.find(
        (event) => eventName(event) === "ActivityTaskScheduled" && attributesOf(event).activityType?.name === "execute",
      );
      attributesOf(present(execute)).activityType = { name: "refundEverything" };
    });
    const { divergence } = await replayRun(run, options);
    expect(divergence).toMatchObject({ turn: "turn 3", event: { name: "ActivityTaskScheduled" } });
    expect(divergence?.message).toContain("refundEverything");
  });

  test("a local activity that ran in another order", async () => {
    const run = doctored((execution) => {
      const [, second] = markersOf(execution, "respond");
      const payload = attributesOf(present(second)).details?.data?.payloads?.[0];
      const text = Buffer.from(payload?.data ?? []).toString("utf8");
      if (payload) payload.data = Uint8Array.from(Buffer.from(text.replace('"respond"', '"openSession"')));
    });
    const { divergence, steps } = await replayRun(run, options);
    expect(divergence).toMatchObject({ turn: "turn 2", event: { name: "MarkerRecorded" } });
    expect(steps.map(({ label }) => label)).toContain("turn 1");
    expect(steps.reduce((sum, step) => sum + step.events, 0)).toBe(run.events.length);
  });

  test("is reported with the words of the replay, and counted", async () => {
    const run = doctored(({ events }) => {
      const timer = events.find((event) => eventName(event) === "TimerStarted");
      if (timer) events.splice(events.indexOf(timer), 1);
      for (const [index, event] of events.entries()) event.eventId = index + 1;
    });
    const bad = await replayAll(recording.workflowId, [run], options);
    expect(bad.diverged).toBe(1);
    expect(bad.runs[0]?.divergence?.turn).toMatch(/^(start|turn 1)$/);
    expect(printReport(bad, { colour: false, width: 120 })).toContain("1 of 1 histories diverge on today's code.");
  });
});

describe("npm run replay", () => {
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, ["src/cli/replay.ts", ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "", CACHE_DIR: options.cacheDir },
    });

  test("prints a recording, and JSON of the same", async () => {
    const [text, json] = await Promise.all([command("--history", recorded), command("--history", recorded, "--json")]);
    expect(text.stdout).toContain("INIT → CONFIRM  slots complete");
    expect(text.stderr + json.stderr).toBe("");
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  test("ends with exit code 1 when a run diverges", async () => {
    const path = join(folder, "diverging.json");
    const run = doctored(({ events }) => {
      attributesOf(present(events.find((event) => eventName(event) === "ActivityTaskScheduled"))).activityType = {
        name: "guess",
      };
    });
    await saveRecording(path, recording.workflowId, [run], new Date());
    await expect(command("--history", path)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("goes another way in turn 1, at event"),
    });
  });

  test("says what it wants, and what is missing", async () => {
    await expect(command()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Usage: npm run replay"),
    });
    await expect(command("--history", "nowhere.json")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nowhere.json"),
    });
  });
});

describe("recordings", () => {
  test("survive being saved and loaded, byte for byte", async () => {
    const path = join(folder, "copy.json");
    await saveRecording(path, recording.workflowId, recording.executions, new Date(0));
    const copy = await loadRecording(path);
    expect(copy.executions).toEqual(recording.executions);
  });

  test.each(["not json", '{"events":[]}', '{"format":"colloquy-histories/1"}'])(
    "a foreign file is refused by name: %s",
    async (text) => {
      const path = join(folder, "foreign.json");
      await writeFile(path, text);
      await expect(loadRecording(path)).rejects.toThrow(`${path} is not a recording`);
    },
  );
});

describe("columns", () => {
  test("Chinese characters and emoji take two", () => {
    expect(displayWidth("台灯a！")).toBe(7);
    expect(displayWidth("🙂é")).toBe(3);
    expect(displayWidth(pad("我前几天买的台灯", 8))).toBe(8);
    expect(pad("ab", 4, "right")).toBe("  ab");
    expect(wrap("我前几天买的台灯", 8)).toEqual(["我前几天", "买的台灯"]);
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
  });
});
