// Watches the dataset "coins" of a folder. The parent moves the clock of the exchange while this process waits, and
// receives each step.
import { openRuntime } from "@atc/runtime";
import { watchDataset } from "@atc/runtime/market";

/** Sends a message; done when it has left this process. */
function send(message) {
  return new Promise((resolve) => process.send(message, resolve));
}

const runtime = await openRuntime({ cwd: process.argv[2], env: {} });
const options = {
  async wait(ms) {
    const isOver = new Promise((resolve) => process.once("message", resolve));
    await send({ wait: ms });
    await isOver;
  },
};
for await (const { events, directions, error, fetched } of watchDataset(runtime, "coins", options)) {
  if (error !== undefined) throw error;
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const last = Math.max(...fetched.manifest.series.map(({ lastTime }) => Number(lastTime)));
  await send({ events, directions: [...directions], last, memory: heapUsed + external, rss });
}
