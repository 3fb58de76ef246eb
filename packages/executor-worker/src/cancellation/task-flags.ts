/**
 * Flags in shared memory, two per slot: whether the task there was cancelled, and whether it has started. A slot is
 * reused only after its task ended, so the flags need no generation.
 */
export type TaskFlags = Int32Array<SharedArrayBuffer>;

/** Flags for `slots` tasks at once. */
export function createTaskFlags(slots: number): TaskFlags {
  return new Int32Array(new SharedArrayBuffer(slots * 2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Prepares a slot for the next task. */
export function clearFlags(flags: TaskFlags, slot: number): void {
  Atomics.store(flags, slot * 2, 0);
  Atomics.store(flags, slot * 2 + 1, 0);
}

/** Marks the task in `slot` as cancelled and wakes up its thread if it waits in {@link untilCancelled}. */
export function setCancelled(flags: TaskFlags, slot: number): void {
  Atomics.store(flags, slot * 2, 1);
  wake(flags, slot);
}

export function isCancelled(flags: TaskFlags, slot: number): boolean {
  return Atomics.load(flags, slot * 2) === 1;
}

/** `Atomics.waitAsync` is part of ES2024, whose library this package does not use; Node 20 has it. */
interface AsyncAtomics {
  waitAsync(flags: TaskFlags, index: number, value: number): { readonly async: boolean; readonly value: unknown };
}

/** Waits without blocking until the task in `slot` is cancelled, or {@link wake} is called. */
export async function untilCancelled(flags: TaskFlags, slot: number): Promise<void> {
  await (Atomics as unknown as AsyncAtomics).waitAsync(flags, slot * 2, 0).value;
}

/** Ends {@link untilCancelled}. */
export function wake(flags: TaskFlags, slot: number): void {
  Atomics.notify(flags, slot * 2);
}

export function setStarted(flags: TaskFlags, slot: number): void {
  Atomics.store(flags, slot * 2 + 1, 1);
}

export function hasStarted(flags: TaskFlags, slot: number): boolean {
  return Atomics.load(flags, slot * 2 + 1) === 1;
}
