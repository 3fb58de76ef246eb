import type { KernelMemory } from "@atc/contract";
import { createKernelMemory, memoryPageLength } from "@atc/plugin-kit";
import { kernelOver } from "./kernel.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

/** The most elements of a block. */
export const mostElements: number = 2 ** 17;
/** The most bytes of a block's elements. */
export const mostBytes: number = 2 ** 19;

/** Bytes of an area of integers. */
const integers = 8 * mostElements;

/** Offsets of a workspace's areas; each has room for the integers of a block, unless told otherwise. */
interface WorkspaceLayout {
  /** 256 of 16 bits. */
  readonly frequencies: number;
  /** 256 of 32 bits. */
  readonly histogram: number;
  /** 16 KiB of scratch. */
  readonly table: number;
  /** 127 common values. */
  readonly common: number;
  /** A byte each. */
  readonly tokens: number;
  /** The block's elements as they are. */
  readonly source: number;
  /** The elements' bits, as integers. */
  readonly values: number;
  /** Three areas for what becomes of them. */
  readonly work: number;
  readonly heads: number;
  readonly lengths: number;
  /** What is to be added to the elements' bits. */
  readonly corrections: number;
  /** What follows the tokens: at most 61 bits each, and reading damaged ones goes as far beyond. */
  readonly bits: number;
  /** Entropy-coded tokens to read: at most 12 bits each, and reading damaged ones goes as far beyond. */
  readonly words: number;
  /** Entropy-coded tokens are written backwards from here. */
  readonly wordsEnd: number;
}

const areas = 2 ** 20;
const layout: WorkspaceLayout = {
  frequencies: 0,
  histogram: 2 ** 10,
  table: 2 ** 12,
  common: 2 ** 15,
  tokens: 2 ** 16,
  source: areas,
  values: areas + integers,
  work: areas + 2 * integers,
  heads: areas + 3 * integers,
  lengths: areas + 4 * integers,
  corrections: areas + 5 * integers,
  bits: areas + 6 * integers,
  words: areas + 8 * integers,
  wordsEnd: areas + 9 * integers,
};

/** A memory of a thread, the kernel over it and where its areas are. */
export interface Workspace extends WorkspaceLayout {
  /** The loops over this memory. */
  readonly kernel: NumericKernel;
  /** The whole memory, as bytes. */
  readonly bytes: Uint8Array;
  /** The whole memory, as 32-bit numbers. */
  readonly words32: Uint32Array;
  /** The whole memory, as 16-bit numbers. */
  readonly words16: Uint16Array;
  /** The whole memory, as integers. */
  readonly integers: BigInt64Array;
}

/** Makes a workspace; `create` makes the kernel over its memory. */
export function createWorkspace(create: (memory: KernelMemory) => NumericKernel = kernelOver): Workspace {
  const memory = createKernelMemory((layout.wordsEnd + 2 ** 16) / memoryPageLength);
  const { buffer } = memory;
  return {
    ...layout,
    kernel: create(memory),
    bytes: new Uint8Array(buffer),
    words32: new Uint32Array(buffer),
    words16: new Uint16Array(buffer),
    integers: new BigInt64Array(buffer),
  };
}

let shared: Workspace | undefined;

/** This thread's workspace, 10 MB, made at the first call. */
export function workspace(): Workspace {
  shared ??= createWorkspace();
  return shared;
}
