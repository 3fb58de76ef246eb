import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("worker-process.mjs", import.meta.url));

/** Starts a worker as a process, and waits until it serves the queue. */
export async function startWorkerProcess(options) {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let events = "";
  child.stderr.on("data", (data) => {
    events += String(data);
  });
  await Promise.race([
    once(child.stdout, "data"),
    exited.then(([code]) => {
      throw new Error(`the worker ended with ${code}: ${events}`);
    }),
  ]);
  return {
    pid: child.pid,
    exited,
    signal: (name) => void child.kill(name),
    events: () => events,
    async end() {
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      await exited;
    },
    async kill() {
      child.kill("SIGCONT");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
