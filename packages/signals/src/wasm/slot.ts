import { type KernelSpace, kernelSpace } from "./kernel-space.ts";

/** The part of a WebAssembly memory that belongs to one computation. Disposing of it, any number of times, gives it back. */
export interface Slot extends Disposable {
  readonly space: KernelSpace;
  /** Where it begins, in bytes. */
  readonly address: number;
  /** In doubles. */
  readonly length: number;
}

const abandoned = new FinalizationRegistry<Slot>((slot) => slot[Symbol.dispose]());

/** A slot of `length` doubles of any value; undefined if WebAssembly with SIMD cannot run or there is no memory for it. */
export function takeSlot(length: number): Slot | undefined {
  const space = kernelSpace(length);
  const address = space?.take(length);
  if (space === undefined || address === undefined) return undefined;
  let released = false;
  const slot: Slot = {
    space,
    address,
    length,
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      abandoned.unregister(slot);
      space.release(address, length);
    },
  };
  return slot;
}

/** Disposes of a slot when its owner, which the slot must not refer to, is collected as garbage. */
export function disposeWith(owner: object, slot: Slot): void {
  abandoned.register(owner, slot, slot);
}
