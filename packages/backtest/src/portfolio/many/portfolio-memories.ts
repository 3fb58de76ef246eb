import { AtcError, type BacktestConfig } from "@atc/contract";
import { createLaneKernel, type LaneKernel } from "../../simulation/fast/lane-kernel.ts";
import type { LaneShape } from "../../simulation/fast/lane-memory.ts";

/**
 * Memories of portfolios that were disposed of, which the next ones of the same shape use again: a new memory takes
 * longer than a hundred bars of its accounts. Disposal frees those that nothing uses.
 */
export interface PortfolioMemories extends Disposable {
  /** The number of memories that nothing uses. */
  readonly free: number;
}

/** Gives memories to portfolios, and takes them back. */
export interface MemorySource {
  /** A kernel whose memory may hold anything. */
  take(shape: LaneShape): LaneKernel;
  /** Takes a kernel back that nothing uses any more. */
  give(kernel: LaneKernel): void;
  /** The states of a symbol's accounts in cash, by the list of their checked configurations. */
  readonly opened: WeakMap<readonly BacktestConfig[], Float64Array>;
}

const sources = new WeakMap<PortfolioMemories, MemorySource>();

function keyOf({ groups, symbols, timeGroups, directions, blockLength }: LaneShape): string {
  return [groups, symbols, timeGroups, directions, blockLength].join();
}

/** Creates an empty store of memories, for portfolios that follow each other. */
export function createPortfolioMemories(): PortfolioMemories {
  const kernels = new Map<string, LaneKernel[]>();
  const memories: PortfolioMemories = {
    get free() {
      return [...kernels.values()].flat().length;
    },
    [Symbol.dispose]() {
      for (const kernel of [...kernels.values()].flat()) kernel[Symbol.dispose]();
      kernels.clear();
    },
  };
  sources.set(memories, {
    opened: new WeakMap(),
    take: (shape) => kernels.get(keyOf(shape))?.pop() ?? createLaneKernel(shape),
    give(kernel) {
      const key = keyOf(kernel.memory.layout);
      const known = kernels.get(key);
      if (known === undefined) kernels.set(key, [kernel]);
      else known.push(kernel);
    },
  });
  return memories;
}

/** Memories that are used once. */
const usedOnce: MemorySource = {
  opened: new WeakMap(),
  take: createLaneKernel,
  give: (kernel) => kernel[Symbol.dispose](),
};

/** The source of memories: that of a store, or new ones. */
export function memorySource(memories: PortfolioMemories | undefined): MemorySource {
  const source = memories === undefined ? usedOnce : sources.get(memories);
  if (source !== undefined) return source;
  throw new AtcError("ATC_INVALID_ARGUMENT", "the memories are not those of createPortfolioMemories; call that");
}
