import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs a command to its end, with what it prints in a file: Node for Windows refuses the pipes of a Unix shell. The
 * file is printed if the command fails. Returns the exit code; undefined if the command took longer than `minutes`.
 */
export function runLogged([command, ...args], { cwd = root, env = process.env, log, minutes }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, "w");
  const { status, error, signal } = spawnSync(command, args, {
    cwd,
    env,
    stdio: ["ignore", file, file],
    timeout: minutes * 60_000,
    killSignal: "SIGKILL",
  });
  if (error !== undefined) writeSync(file, `\n${error.message}\n`);
  closeSync(file);
  if (status !== 0) process.stdout.write(readFileSync(log, "utf8").slice(-20_000));
  return signal === null && status !== null ? status : undefined;
}

/** The first line of what a test threw. */
const firstLine = ([message = ""]) => message.split("\n")[0];

function failuresOf({ name, status, message, assertionResults }) {
  const file = name.replaceAll("\\", "/").replace(/^.*\/(?=[^/]+\/test\/)/, "");
  const failed = assertionResults.filter((one) => one.status === "failed");
  if (status === "failed" && failed.length === 0) return [`${file}: ${firstLine([message])}`];
  return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${firstLine(failureMessages)}`);
}

/** Counts of what Vitest's JSON reports; a file that does not load counts as one failed test. */
function countsOf({ testResults }) {
  const states = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const failures = testResults.flatMap(failuresOf);
  return {
    passed: states.filter((state) => state === "passed").length,
    failed: failures.length,
    skipped: states.filter((state) => state !== "passed" && state !== "failed").length,
    failures,
  };
}

/**
 * Runs Vitest and returns `{ passed, failed, skipped, failures }`.
 *
 * @param command - the command that runs `node_modules/vitest/vitest.mjs`, which is added, with its arguments
 * @param report - the file of the results, `{ path, named }` if Vitest knows it by another name
 */
export function runVitest(command, files, { report, named = report, ...options }) {
  rmSync(report, { force: true }); // results of an earlier run must not pass for those of one that broke off
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json"];
  const code = runLogged([...command, ...vitest, `--outputFile=${named}`, ...files], options);
  let results;
  try {
    results = countsOf(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    results = { passed: 0, failed: 0, skipped: 0, failures: [] };
  }
  // Vitest also fails if no test does, as by an error between tests.
  if (code === 0 || results.failed > 0) return results;
  const failure = code === undefined ? `Vitest took more than ${options.minutes} minutes` : `Vitest ended with ${code}`;
  return { ...results, failed: results.failed + 1, failures: [...results.failures, failure] };
}
