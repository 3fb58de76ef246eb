import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { runVitest } from "../platforms/run-vitest.mjs";
import { sumOf, testResults } from "../platforms/test-results.mjs";

const directory = mkdtempSync(join(tmpdir(), "atc-platforms-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = "X:\\windows\\node_modules\\@atc\\cache\\test\\a.test.ts";
const test = (name, state, message = "") => ({ event: "test", file, name, state, message });
const textOf = (...lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const begin = { event: "begin", file };
const end = (state, message = "") => ({ event: "end", file, state, message });
const finished = { event: "finished" };

describe("results of tests", () => {
  it("are counted by their state", () => {
    const text = textOf(
      begin,
      test("a", "passed"),
      test("b", "failed", "no"),
      test("c", "skipped"),
      end("failed"),
      finished,
    );
    expect(testResults(text)).toMatchObject({ passed: 1, failed: 1, skipped: 1, finished: true });
    expect(testResults(text).failures).toEqual(["cache/test/a.test.ts: b: no"]);
    expect([...testResults(text).skippedNames]).toEqual(["c"]);
  });

  it("count what is no test: a file that does not load, a hook beside a failed test, an error between tests", () => {
    expect(testResults(textOf(begin, end("failed", "no such module"), finished))).toMatchObject({ failed: 1 });
    expect(testResults(textOf(begin, end("failed"), finished))).toMatchObject({ failed: 1 });
    const hook = textOf(begin, test("b", "failed", "no"), end("failed", "not empty"), finished);
    expect(testResults(hook).failures).toEqual(["cache/test/a.test.ts: b: no", "cache/test/a.test.ts: not empty"]);
    expect(testResults(textOf({ event: "error", message: "late" }, finished)).failures).toEqual(["late"]);
  });

  it("keep what was found before the run was broken off, at any byte", () => {
    const text = textOf(begin, test("a", "passed"), test("b", "passed"));
    const found = testResults(text.slice(0, -7));
    expect(found).toMatchObject({ passed: 1, failed: 1, finished: false });
    expect(found.failures).toEqual(["cache/test/a.test.ts did not end"]);
    expect(testResults("")).toMatchObject({ passed: 0, failed: 0, finished: false });
  });

  it("are added up", () => {
    const one = { passed: 1, failed: 1, skipped: 2, failures: ["a"] };
    expect(sumOf([one, one])).toEqual({ passed: 2, failed: 2, skipped: 4, failures: ["a", "a"] });
  });
});

describe("a run of Vitest", () => {
  /** False for a process that has ended, also if nobody waits for it. */
  function isRunning(pid) {
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" });
    return stdout.trim() !== "" && !stdout.startsWith("Z");
  }

  /** Runs a program in the place of Vitest, which finds its file of results as Vitest does. */
  async function runInstead(program, minutes = 1) {
    const path = join(directory, "program.mjs");
    writeFileSync(
      path,
      `import { appendFileSync } from "node:fs";
      const write = (text) => appendFileSync(process.env.ATC_RESULTS, text);\n${program}`,
    );
    const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const log = join(directory, "log");
      return await runVitest([process.execPath, path], [], { results: join(directory, "results"), log, minutes });
    } finally {
      printed.mockRestore();
    }
  }
  const passing = JSON.stringify(textOf(begin, test("a", "passed")));

  it("that takes too long is ended with its children, and counts as failed beside what passed", async () => {
    const child = `import { spawn } from "node:child_process";
      const { pid } = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      write(${passing}); write(JSON.stringify({ event: "error", message: String(pid) }) + "\\n"); setInterval(() => {}, 1000);`;
    const { passed, failures } = await runInstead(child, 0.1);
    const [pid, ...others] = failures;
    expect({ passed, others }).toEqual({
      passed: 1,
      others: ["cache/test/a.test.ts did not end", "Vitest took more than 0.1 minutes"],
    });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 30_000 });
  });

  it("ends with the process that started it", () => {
    const [program, starter, file] = ["hang.mjs", "starter.mjs", "pid"].map((name) => join(directory, name));
    writeFileSync(
      program,
      `import { renameSync, writeFileSync } from "node:fs";
      writeFileSync(${JSON.stringify(`${file}~`)}, String(process.pid));
      renameSync(${JSON.stringify(`${file}~`)}, ${JSON.stringify(file)});
      setInterval(() => {}, 1000);`,
    );
    writeFileSync(
      starter,
      `import { existsSync } from "node:fs";
      import { runVitest } from ${JSON.stringify(new URL("../platforms/run-vitest.mjs", import.meta.url).href)};
      const options = { results: ${JSON.stringify(`${file}.lines`)}, log: ${JSON.stringify(`${file}.log`)}, minutes: 5 };
      runVitest([process.execPath, ${JSON.stringify(program)}], [], options);
      setInterval(() => existsSync(${JSON.stringify(file)}) && process.exit(), 20);`,
    );
    spawnSync(process.execPath, [starter], { timeout: 60_000 });
    const pid = readFileSync(file, "utf8");
    return vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 30_000 });
  });

  it("that ends with no failed test but a code, or without a word, counts as failed", async () => {
    const whole = JSON.stringify(textOf(begin, test("a", "passed"), end("passed"), finished));
    expect(await runInstead(`write(${whole}); process.exitCode = 3`)).toMatchObject({
      passed: 1,
      failures: ["Vitest ended with 3"],
    });
    expect(await runInstead("")).toMatchObject({ passed: 0, failures: ["Vitest ended with 0"] });
    expect(await runInstead(`write(${whole})`)).toMatchObject({ passed: 1, failed: 0 });
  });
});
