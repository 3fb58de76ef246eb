import type { BlockCodec, BlockKernel, BlockKernelSource } from "@atc/contract";
import { createKernelMemory, type GrowingMemory, memoryPageLength } from "@atc/plugin-kit";
import { type BloscExports, instantiateBlosc } from "./blosc-kernel.ts";

/** A longer block is encoded and decoded outside the memory, which never shrinks. */
export const longestMemoryBlock: number = 2 ** 23;

/** What a kernel may read after a source, and distance between areas. */
const slack = 64;
/** Where blocks start; the tables of bound kernels stand before. */
const blocksStart = 2 ** 20;

/** How many elements are shuffled at a time: `length` bytes of them, a multiple of 16. */
export function pieceCount(typesize: number, length: number): number {
  return Math.max(16, Math.floor(length / typesize / 16) * 16);
}

/** The memory that a thread's blocks are shuffled, encoded and decoded in. */
export interface BlockMemory {
  readonly exports: BloscExports;
  /** The codec's kernel in this memory; undefined where it has none, or cannot run here. */
  kernelOf(codec: BlockCodec): BlockKernel | undefined;
  /**
   * Offsets of areas of these lengths. What a view taken before shows is gone where the memory had to grow: take `bytes` after.
   */
  areas(lengths: readonly number[]): readonly number[];
  /** The whole memory. */
  bytes(): Uint8Array;
}

function bindKernels(memory: GrowingMemory): (source: BlockKernelSource) => BlockKernel | undefined {
  const bound = new WeakMap<BlockKernelSource, BlockKernel | undefined>();
  let scratch = 0;
  return (source) => {
    if (bound.has(source)) return bound.get(source);
    const end = scratch + Math.ceil(source.scratchLength / slack) * slack;
    const kernel = end > blocksStart ? undefined : source.bind(memory, scratch);
    if (kernel !== undefined) scratch = end;
    bound.set(source, kernel);
    return kernel;
  };
}

function create(): BlockMemory | undefined {
  const memory = createKernelMemory(blocksStart / memoryPageLength);
  const exports = instantiateBlosc(memory);
  if (exports === undefined) return undefined;
  const kernelOf = bindKernels(memory);
  return {
    exports,
    kernelOf: ({ kernel }) => (kernel === undefined ? undefined : kernelOf(kernel)),
    areas: (lengths) => {
      let end = blocksStart;
      const offsets = lengths.map((length) => {
        const offset = end;
        end += Math.ceil(length / slack) * slack + slack;
        return offset;
      });
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / memoryPageLength));
      return offsets;
    },
    bytes: () => new Uint8Array(memory.buffer),
  };
}

let made: BlockMemory | undefined;
let isMade = false;

/** This thread's memory, made at the first call; undefined where this machine's WebAssembly has no SIMD. */
export function blockMemory(): BlockMemory | undefined {
  if (!isMade) made = create();
  isMade = true;
  return made;
}
