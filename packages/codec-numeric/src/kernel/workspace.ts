import type { KernelMemory } from "@atc/contract";
import { createKernelMemory, memoryPageLength } from "@atc/plugin-kit";
import { kernelOver } from "./kernel.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

/** The most elements per block. */
export const mostElements: number = 2 ** 17;
/** The most bytes of elements per block. */
export const mostBytes: number = 2 ** 19;

/** Bytes of an area of integers. */
const integers = 8 * mostElements;

/** Offsets of the areas of a workspace. Each holds the integers of a block unless noted otherwise. */
interface WorkspaceLayout {
  /** 256 numbers of 16 bits. */
  readonly frequencies: number;
  /** 256 numbers of 32 bits. */
  readonly histogram: number;
  /** 16 KiB of scratch. */
  readonly table: number;
  /** 127 common values. */
  readonly common: number;
  /** One byte per element. */
  readonly tokens: number;
  /** The elements of the block as given. */
  readonly source: number;
  /** The bits of the elements, as integers. */
  readonly values: number;
  /** Three areas for intermediate integers. */
  readonly work: number;
  readonly heads: number;
  readonly lengths: number;
  /** Corrections to add to the bits of the elements. */
  readonly corrections: number;
  /** The bits that follow the tokens: at most 61 each. Reading damaged bits stays within this area too. */
  readonly bits: number;
  /** Entropy-coded tokens to read: at most 12 bits each. Reading damaged tokens stays within this area too. */
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

/** The memory of a thread, its areas and the kernel over it. */
export interface Workspace extends WorkspaceLayout {
  readonly kernel: NumericKernel;
  readonly bytes: Uint8Array;
  readonly words32: Uint32Array;
  readonly words16: Uint16Array;
  readonly integers: BigInt64Array;
}

/** Creates a workspace; `create` creates the kernel over its memory. */
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

/** This thread's workspace of 10 MB, created by the first call. */
export function workspace(): Workspace {
  shared ??= createWorkspace();
  return shared;
}
