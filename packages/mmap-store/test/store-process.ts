import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A process that works on a store until its input ends. */
export interface StoreProcess {
  readonly pid: number;
  /** The next line of its output. */
  line(): Promise<string>;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Closes its input, so that it ends by itself. */
  end(): Promise<void>;
}

/** Starts store-process.mjs, which uses the built package, on the store in `directory`. */
export function storeProcess(task: "lock" | "write" | "place" | "publish", directory: string): StoreProcess {
  const script = fileURLToPath(new URL("store-process.mjs", import.meta.url));
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, [script, task, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    line: async () => (await lines.next()).value ?? "",
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
