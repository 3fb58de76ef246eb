import type { BlockCodec, BlockKernel, BlockKernelSource } from "@atc/contract";
import { createKernelMemory, type GrowingMemory, memoryPageLength } from "@atc/plugin-kit";
import { type BloscExports, instantiateBlosc } from "./blosc-kernel.ts";

/** Longer blocks are encoded and decoded outside of the memory, which never shrinks. */
export const longestMemoryBlock: number = 2 ** 23;

/** Bytes that a kernel may read after a source; also the distance between areas. */
const slack = 64;
/** Offset of blocks, after the tables of bound kernels. */
const blocksStart = 2 ** 20;

/** Elements per shuffled piece of about `length` bytes, a multiple of 16. */
export function pieceCount(typesize: number, length: number): number {
  return Math.max(16, Math.floor(length / typesize / 16) * 16);
}

/** The memory of a thread for shuffling, encoding and decoding blocks. */
export interface BlockMemory {
  readonly exports: BloscExports;
  /** The kernel of a codec in this memory; undefined if it has none, or cannot run here. */
  kernelOf(codec: BlockCodec): BlockKernel | undefined;
  /** Offsets of areas of these lengths. If the memory grows, earlier views are detached: call `bytes` after it. */
  areas(lengths: readonly number[]): readonly number[];
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

/** The memory of this thread, created by the first call; undefined if WebAssembly has no SIMD here. */
export function blockMemory(): BlockMemory | undefined {
  if (!isMade) made = create();
  isMade = true;
  return made;
}
