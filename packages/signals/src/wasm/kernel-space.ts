import { readFileSync } from "node:fs";
import { createKernelMemory, type GrowingMemory, kernelModule, memoryPageLength } from "@atc/plugin-kit";
import type { LaneExports } from "./lane-exports.ts";
import { rows } from "./working-rows.ts";

/** The functions of `assembly/index.ts`; addresses are bytes, `count` is bars. */
interface SignalExports extends LaneExports {
  advance(kernel: number, scratch: number, count: number): void;
  advanceLongBlock(kernel: number, scratch: number, count: number, close: number): void;
  mark(kernel: number): void;
  rollBack(kernel: number): void;
}

const code = kernelModule<SignalExports>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/** A WebAssembly memory with working rows, which computations share as one runs at a time, and a slot for what each keeps. */
export interface KernelSpace {
  /** The kernel's code over the memory. */
  readonly exports: SignalExports;
  /** The memory as doubles; another array after it has grown. */
  doubles(): Float64Array;
  /** The row of a block at an address; the same array each time, until the memory has grown. */
  row(address: number, length: number): Float64Array;
  /** Address of a slot of `length` doubles, all of any value; undefined where the memory cannot grow that far. */
  take(length: number): number | undefined;
  /** Gives a slot back. */
  release(address: number, length: number): void;
}

/** Bytes of slots that one memory may hold: half of what 32-bit addresses reach. */
const largestMemory = 2 ** 31;

/** Doubles from which on a computation gets a memory of its own, which is freed with it: slots in the common memory are only used again. */
const largeSlot = 2 ** 17;

function grow(memory: GrowingMemory, bytes: number): boolean {
  const have = memory.buffer.byteLength;
  if (bytes <= have) return true;
  if (bytes > largestMemory) return false;
  // By a quarter at least: each growth detaches every view.
  const wanted = Math.min(largestMemory, Math.max(bytes, have + have / 4));
  try {
    memory.grow(Math.ceil((wanted - have) / memoryPageLength));
  } catch {
    return false;
  }
  return true;
}

/** A memory for the working rows; undefined where the address space is used up. */
function createMemory(): GrowingMemory | undefined {
  try {
    return createKernelMemory(Math.ceil(rows.end / memoryPageLength));
  } catch {
    return undefined;
  }
}

function createSpace(): KernelSpace | undefined {
  const memory = createMemory();
  const exports = memory && code.instantiate(memory);
  if (memory === undefined || exports === undefined) return undefined;
  const free = new Map<number, number[]>();
  let view = new Float64Array(memory.buffer);
  let end = rows.end;
  const views = new Map<number, Float64Array>();
  return {
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
      const known = views.get(address) ?? doubles.subarray(address / 8, address / 8 + length);
      views.set(address, known);
      return known;
    },
    take(length) {
      const used = free.get(length)?.pop();
      if (used !== undefined) return used;
      if (!grow(memory, end + 8 * length)) return undefined;
      const address = end;
      end += 8 * length;
      return address;
    },
    release(address, length) {
      const same = free.get(length);
      if (same === undefined) free.set(length, [address]);
      else same.push(address);
    },
  };
}

let common: KernelSpace | undefined;

/** The memory for a slot of `length` doubles: one for all of this thread, but for large slots; undefined where WebAssembly with SIMD cannot run. */
export function kernelSpace(length: number): KernelSpace | undefined {
  if (length >= largeSlot) return createSpace();
  common ??= createSpace();
  return common;
}
