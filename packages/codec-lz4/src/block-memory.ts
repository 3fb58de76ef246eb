import type { BlockKernel, BlockKernelSource } from "@atc/contract";
import { createKernelMemory, type GrowingMemory, memoryPageLength } from "@atc/plugin-kit";

/** Longer blocks stay out of the memory, which never shrinks. */
const longestKernelBlock: number = 2 ** 23;

/** Bytes that a kernel may read after a source. */
const slack = 64;

/** The memory of a thread: the scratch of the kernel, then a source and a target. */
interface BlockMemory {
  readonly memory: GrowingMemory;
  readonly kernel: BlockKernel;
  readonly start: number;
}

const memories = new WeakMap<BlockKernelSource, BlockMemory | undefined>();

function memoryOf(source: BlockKernelSource): BlockMemory | undefined {
  if (memories.has(source)) return memories.get(source);
  const start = Math.ceil(source.scratchLength / slack) * slack;
  const memory = createKernelMemory(Math.ceil(start / memoryPageLength));
  const kernel = source.bind(memory, 0);
  const bound = kernel === undefined ? undefined : { memory, kernel, start };
  memories.set(source, bound);
  return bound;
}

/** Grows the memory if needed. Take views after it: growing detaches earlier ones. */
function reserve(memory: GrowingMemory, length: number): Uint8Array {
  const missing = length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / memoryPageLength));
  return new Uint8Array(memory.buffer);
}

/** Encodes in the memory of the kernel; undefined if the block is too long or the kernel cannot run here. */
export function encodeInMemory(
  kernelSource: BlockKernelSource,
  source: Uint8Array,
  target: Uint8Array,
  clevel: number,
): number | undefined {
  if (source.length > longestKernelBlock) return undefined;
  const bound = memoryOf(kernelSource);
  if (bound === undefined) return undefined;
  const at = bound.start + source.length + slack;
  // A block never needs more room than its stored bytes, so a target of gigabytes takes no more memory.
  const room = Math.min(target.length, source.length + (source.length >> 4) + slack);
  const bytes = reserve(bound.memory, at + room + slack);
  bytes.set(source, bound.start);
  const written = bound.kernel.encodeBlock(bound.start, source.length, at, room, clevel);
  target.set(bytes.subarray(at, at + written));
  return written;
}

/** Decodes in the memory of the kernel; false if the block is too long or damaged, or the kernel cannot run here. */
export function decodeInMemory(kernelSource: BlockKernelSource, source: Uint8Array, target: Uint8Array): boolean {
  if (Math.max(source.length, target.length) > longestKernelBlock) return false;
  const bound = memoryOf(kernelSource);
  if (bound === undefined) return false;
  const at = bound.start + source.length + slack;
  const bytes = reserve(bound.memory, at + target.length + slack);
  bytes.set(source, bound.start);
  if (!bound.kernel.decodeBlock(bound.start, source.length, at, target.length)) return false;
  target.set(bytes.subarray(at, at + target.length));
  return true;
}
