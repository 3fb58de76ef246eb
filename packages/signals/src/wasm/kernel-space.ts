import { readFileSync } from "node:fs";
import { createKernelMemory, type GrowingMemory, kernelModule, memoryPageLength } from "@atc/plugin-kit";
import type { LaneExports } from "./lane-exports.ts";
import { createSlotBook } from "./slot-book.ts";
import { rows } from "./working-rows.ts";

/** The exports of `assembly/index.ts`; addresses are in bytes, `count` is in bars. */
interface SignalExports extends LaneExports {
  advance(kernel: number, scratch: number, count: number): void;
  advanceLongBlock(kernel: number, scratch: number, count: number, close: number): void;
  crossUnits(first: number, size: number, scratch: number, count: number, window: number, all: number): number;
  advanceUnits(
    first: number,
    size: number,
    kernel: number,
    scratch: number,
    start: number,
    count: number,
    states: number,
    counts: number,
  ): number;
  advanceSharedKinds(first: number, size: number, kernel: number, scratch: number, start: number, count: number): void;
  cutKinds(first: number, size: number, count: number): void;
  advanceDecisions(first: number, size: number, start: number, count: number, offset: number): void;
  mark(kernel: number): void;
  rollBack(kernel: number): void;
}

const code = kernelModule<SignalExports>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/**
 * A WebAssembly memory. It has working rows, which computations share because only one runs at a time, and a slot for
 * the state of each.
 */
export interface KernelSpace {
  /** The kernel's code, bound to the memory. */
  readonly exports: SignalExports;
  /** The memory as doubles; a new array after the memory has grown. */
  doubles(): Float64Array;
  /** A row of `length` doubles at an address; the same array on every call, until the memory grows. */
  row(address: number, length: number): Float64Array;
  /** The address of a slot of `length` doubles with arbitrary values; undefined if the memory cannot grow that far. */
  allocate(length: number): number | undefined;
  /** Bytes in use. */
  bytes(): number;
  /** Returns a slot to the memory, which reuses its bytes. */
  release(address: number, length: number): void;
}

/** The most bytes of one memory: half of what 32-bit addresses reach. */
const largestMemory = 2 ** 31;

/**
 * A computation that needs this many doubles or more gets its own memory, which is freed with it. The common memory
 * never shrinks.
 */
const largeSlot = 2 ** 17;

function grow(memory: GrowingMemory, bytes: number): boolean {
  const have = memory.buffer.byteLength;
  if (bytes <= have) return true;
  if (bytes > largestMemory) return false;
  // By at least a quarter, because growing detaches every view.
  const wanted = Math.min(largestMemory, Math.max(bytes, have + have / 4));
  try {
    memory.grow(Math.ceil((wanted - have) / memoryPageLength));
  } catch {
    return false;
  }
  return true;
}

/** A memory of some bytes; undefined if the address space is exhausted. */
function createMemory(bytes: number): GrowingMemory | undefined {
  try {
    return createKernelMemory(Math.ceil(bytes / memoryPageLength));
  } catch {
    return undefined;
  }
}

/**
 * A memory with room for `length` doubles besides the working rows; undefined if WebAssembly with SIMD cannot run or
 * there is no memory.
 *
 * @param onFree - called when the last slot was released, so that all of the memory may be used for others
 */
export function createKernelSpace(length: number, onFree?: (space: KernelSpace) => void): KernelSpace | undefined {
  const bytes = rows.end + 8 * length;
  if (bytes > largestMemory) return undefined;
  const memory = createMemory(bytes);
  const exports = memory && code.instantiate(memory);
  if (memory === undefined || exports === undefined) return undefined;
  const slots = createSlotBook(rows.end);
  let view = new Float64Array(memory.buffer);
  const views = new Map<number, Float64Array>();
  const space: KernelSpace = {
    exports,
    doubles() {
      if (view.length === 0) {
        view = new Float64Array(memory.buffer);
        views.clear();
      }
      return view;
    },
    row(address, length) {
      const doubles = this.doubles();
      const known = views.get(address);
      if (known?.length === length) return known;
      const row = doubles.subarray(address / 8, address / 8 + length);
      views.set(address, row);
      return row;
    },
    allocate(length) {
      return grow(memory, slots.endAfter(8 * length)) ? slots.take(8 * length) : undefined;
    },
    bytes: () => slots.end,
    release(address, length) {
      slots.release(address, 8 * length);
      if (slots.end === rows.end) onFree?.(space);
    },
  };
  return space;
}

let common: KernelSpace | undefined;
/**
 * Large memories without slots. The collector frees memories of WebAssembly late: a sweep's threads held a gigabyte of
 * them. So the next computation takes one, unless the collector was faster.
 */
const free: WeakRef<KernelSpace>[] = [];

function largeSpace(length: number): KernelSpace | undefined {
  for (let last = free.pop(); last !== undefined; last = free.pop()) {
    const space = last.deref();
    if (space !== undefined) return space;
  }
  return createKernelSpace(length, (space) => free.push(new WeakRef(space)));
}

/**
 * The memory for a slot of `length` doubles: large slots get their own, all others share one per thread. Undefined if
 * WebAssembly with SIMD cannot run.
 */
export function kernelSpace(length: number): KernelSpace | undefined {
  if (length >= largeSlot) return largeSpace(length);
  common ??= createKernelSpace(0);
  return common;
}
