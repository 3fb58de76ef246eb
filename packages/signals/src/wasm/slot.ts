import { type KernelSpace, kernelSpace } from "./kernel-space.ts";

/** The part of a WebAssembly memory that belongs to one computation. Disposing releases it; repeated calls are safe. */
export interface Slot extends Disposable {
  readonly space: KernelSpace;
  /** In bytes. */
  readonly address: number;
  /** In doubles. */
  readonly length: number;
}

const abandoned = new FinalizationRegistry<Slot>((slot) => slot[Symbol.dispose]());

/**
 * A slot of `length` doubles with arbitrary values, in a given memory or the one for its length; undefined if
 * WebAssembly with SIMD cannot run or there is no memory for it.
 */
export function allocateSlot(length: number, space: KernelSpace | undefined = kernelSpace(length)): Slot | undefined {
  const address = space?.allocate(length);
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

/** Releases a slot when its owner is garbage-collected. The slot must not refer to the owner. */
export function disposeWith(owner: object, slot: Slot): void {
  abandoned.register(owner, slot, slot);
}
