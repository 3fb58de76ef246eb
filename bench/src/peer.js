import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A child process that reads commands, one per line, and answers each with one line. So the compared programs can
 * alternate in one run.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 */
export function startPeer(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ended at "${line}"`);
      return value;
    },
    close: () => child.stdin.end(),
  };
}
