// Fuzzes one reader in a thread. The main thread notices if an input takes too long.
import { parentPort, workerData } from "node:worker_threads";
import { readers } from "./readers/index.js";
import { fuzz } from "./session.js";

const { name, seed, seconds, most, state, last } = workerData;
const reader = readers.find((one) => one.name === name);
const until = performance.now() + 1000 * seconds;
const report = await fuzz(reader, {
  seed,
  isOver: (inputs) => inputs >= most || performance.now() >= until,
  onInput(bytes) {
    const length = Math.min(bytes.length, last.length);
    last.set(bytes.subarray(0, length));
    Atomics.store(state, 1, length);
    Atomics.add(state, 0, 1);
  },
});
parentPort?.postMessage(report);
