/** A worker as a process of its own: its options are the first argument, as JSON. */
import { workerExecutor } from "@atc/executor-worker";
import { bullmqExecutor } from "../dist/bundle/index.js";

const { threads: count = 1, clockMs = 0, ...options } = JSON.parse(process.argv[2]);
if (clockMs !== 0) {
  const now = Date.now;
  globalThis.Date = class extends Date {
    constructor(...given) {
      if (given.length === 0) super(now() + clockMs);
      else super(...given);
    }
    static now() {
      return now() + clockMs;
    }
  };
}
const modules = { "@atc/chaos": new URL("chaos-tasks.mjs", import.meta.url).href };
const threads = workerExecutor({ modules, threads: count });
const executor = await bullmqExecutor(options, { warn: () => undefined });
const server = await executor.queue.serve({ runner: threads, onEvent: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write("ready\n");
process.on("SIGTERM", async () => {
  await server[Symbol.asyncDispose]();
  await executor[Symbol.asyncDispose]();
  await threads[Symbol.asyncDispose]();
});
