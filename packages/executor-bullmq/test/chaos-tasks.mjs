/** Tasks of the runs with faults. */
import { appendFileSync, existsSync } from "node:fs";

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Works for `ms` milliseconds without yielding, notes the execution, and returns numbers that depend on `i` only. */
export function compute({ i, ms, log }) {
  sleep(ms);
  appendFileSync(log, `${i}\n`);
  const values = new Float64Array(200 + (i % 700));
  let state = i + 1;
  for (let at = 0; at < values.length; at++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    values[at] = (state >>> 0) / 3;
  }
  return { i, values, sums: new Map([["all", values.reduce((sum, value) => sum + value, 0)]]) };
}

/** Ends its process, and so its worker. */
export function endWorker({ log }) {
  appendFileSync(log, "started\n");
  process.kill(process.pid, "SIGKILL");
  sleep(60_000);
}

/** Notes that it started, runs until the file `gate` exists, and notes its end. */
export function gated({ i, log, gate }) {
  appendFileSync(log, `starts ${i}\n`);
  // From 20 ms on, a worker stores a result.
  do sleep(25);
  while (!existsSync(gate));
  appendFileSync(log, `ends ${i}\n`);
  return i;
}

/** Returns its input. */
export const echo = (input) => input;

/** Never ends and never checks for cancellation. */
export function spin() {
  for (;;);
}
