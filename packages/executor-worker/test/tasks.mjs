/** Tasks of these tests only: too harmful for a suite that plugin authors run. */
import { parentPort, threadId } from "node:worker_threads";

/** Never ends and never checks for cancellation. */
export function spin(_input, { onProgress }) {
  onProgress({ phase: "computing", done: 0, unit: "bars" });
  for (;;);
}

/** Fills its heap. */
export function eat() {
  const kept = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
}

/** Waits until one thread per cell of `flags` is here. Returns its thread. */
export function meet({ flags, mine }) {
  Atomics.store(flags, mine, 1);
  Atomics.notify(flags, mine);
  for (let i = 0; i < flags.length; i++) Atomics.wait(flags, i, 0);
  return threadId;
}

/** Takes the next number of a shared counter. */
export function take({ counter, delayMs }) {
  const taken = Atomics.add(counter, 0, 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
  return taken;
}

/** Ends its worker from outside of the task, once. */
export async function throwLater({ counter }) {
  if (Atomics.add(counter, 0, 1) > 0) return "survived";
  setTimeout(() => {
    throw new RangeError("from a timer");
  }, 1);
  return new Promise(() => {});
}

/** Records what a task sees of its cancellation. */
export async function watch({ seen }, context) {
  const { signal } = { ...context };
  if (!signal.aborted) Atomics.store(seen, 0, 1);
  context.throwIfCancelled();
  context.onProgress({ phase: "reading", done: 0, unit: "rows" });
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  if (signal.reason.code === "ATC_ABORTED" && context.signal === signal) Atomics.store(seen, 1, 1);
  try {
    context.throwIfCancelled();
  } catch (error) {
    if (error.code === "ATC_ABORTED") Atomics.store(seen, 2, 1);
  }
  return threadId;
}

/** Returns a buffer that has moved before. */
export function moveGone() {
  const values = Float64Array.of(1, 2);
  structuredClone(values, { transfer: [values.buffer] });
  return { kind: "atc-transferred", value: values, buffers: [values.buffer] };
}

/** Returns a buffer that is listed twice. */
export function moveTwice() {
  const values = Float64Array.of(1, 2);
  return { kind: "atc-transferred", value: values, buffers: [values.buffer, values.buffer] };
}

/** Its thread. */
export function thread() {
  return threadId;
}

/** Posts messages to the parent itself. */
export function speak() {
  for (const message of [null, 5, "text", {}, { replies: 1, progress: 2 }, { id: 0 }]) parentPort.postMessage(message);
  return threadId;
}
