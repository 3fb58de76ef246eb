import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { testResults } from "./test-results.mjs";

/** The root of this checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Starts a command as the leader of a process group, which ends as a whole if the command takes too long, or if this
 * process ends.
 */
function runToEnd([command, ...args], { cwd, env, file, minutes }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", file, file], detached: true });
    const kill = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (error) {
        if (error.code !== "ESRCH") throw error; // it has just ended
      }
    };
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      kill();
    }, minutes * 60_000);
    process.once("exit", kill);
    const end = (code) => {
      clearTimeout(limit);
      process.off("exit", kill);
      resolve(isLate ? undefined : code);
    };
    child.once("error", (error) => {
      writeSync(file, `\n${error.message}\n`);
      end(-1);
    });
    child.once("exit", (code, signal) => end(code ?? signal));
  });
}

/**
 * Runs a command to its end, with what it prints in a file: Node for Windows refuses the pipes of a Unix shell. The
 * file is printed if the command fails. Resolves to the exit code or the signal; undefined if the command took longer
 * than `minutes`.
 */
export async function runLogged(command, { cwd = root, env = process.env, log, minutes }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, "w");
  const code = await runToEnd(command, { cwd, env, file, minutes });
  closeSync(file);
  if (code !== 0) process.stdout.write(readFileSync(log, "utf8").slice(-20_000));
  return code;
}

function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // Vitest ended before its first file
  }
}

/**
 * Runs Vitest, and resolves to what `testResults` counts. Results of a run that is broken off count too, and that it
 * was broken off counts as a failure.
 *
 * @param command - the command that runs `node_modules/vitest/vitest.mjs`, which is added, with its arguments
 * @param results - the file of the results, `{ named }` if Vitest knows it by another name
 */
export async function runVitest(command, args, { results, named = results, env = process.env, ...options }) {
  rmSync(results, { force: true }); // those of an earlier run must not pass for those of one that broke off
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default"];
  const code = await runLogged([...command, ...vitest, "--reporter=./scripts/platforms/line-reporter.mjs", ...args], {
    ...options,
    env: { ...env, ATC_RESULTS: named },
  });
  const found = testResults(textOf(results));
  // Vitest also fails if no test does, for example if it finds no file.
  if (found.finished && (code === 0 || found.failed > 0)) return found;
  const failure = code === undefined ? `Vitest took more than ${options.minutes} minutes` : `Vitest ended with ${code}`;
  return { ...found, failed: found.failed + 1, failures: [...found.failures, failure] };
}
