import type { ReadonlyTypedArray } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { SharedRows } from "./block-rows.ts";
import type { Ladder, LadderOptions } from "./ladder.ts";
import type { Bundle } from "./pack-kinds.ts";

/** The most bars of a row of directions, unless fewer are asked for. */
export const windowLength = 1024;

/**
 * Bytes from a row of directions to the next. Vectors are written past the last bar, up to a multiple of 16. Long rows
 * do not begin a power of two apart: they would share few lines of a cache.
 */
export function directionStride(window: number): number {
  return 16 * Math.ceil(window / 16) + (window >= 512 ? 64 : 0);
}

/** Options of the engine of a graph. */
export interface EngineOptions {
  /** Whether average signals are outputs. */
  readonly averageSignals: boolean;
  /** The most bars of a row of directions. Default: those of a block. */
  readonly window?: number | undefined;
  /** Those of the plan's ladder, if it has one. */
  readonly ladder?: LadderOptions | undefined;
  /** The rows of the engines of the plan. Default: rows of its own. */
  readonly shared?: SharedRows | undefined;
}

/** The kernels of a graph, and its average signals and directions, in WebAssembly or TypeScript. */
export interface GraphEngine extends Disposable {
  /** One per bundle. */
  readonly kernels: readonly Kernel[];
  /** Begins a block. Other engines that share rows may overwrite the results of the block before. */
  begin(): void;
  /** Takes over signals and equities of the bundle's kernel, which has just advanced by `count` bars. */
  cut(bundle: number, count: number): void;
  /** The kinds of the plan's ladder, if any. */
  readonly ladder: Ladder | undefined;
  /** Computes bars `from` to `from + count` (exclusive) of the ladder and takes over its signals and equities. */
  climb(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The signals or equities of a node of the ladder in the block. Valid until another computation begins. */
  ladderRow(node: number, output: "signal" | "equity"): Float64Array;
  /**
   * Computes the average signals and directions of `count` bars from bar `start` on. Directions are written to the rows
   * from `offset` on.
   */
  decide(start: number, count: number, offset: number): void;
  /** The average signals of a member in the block. Valid until another computation of the thread begins. */
  averageSignals(member: number): Float64Array;
  /** The first `length` directions of a member's row, at most a window. Valid as long. */
  directions(member: number, length: number): Int8Array;
  /** The rows of directions of all members, `stride` apart. Valid as long. */
  directionRows(): Int8Array;
  /** Bytes from a row of directions to the next. */
  readonly stride: number;
}

/** The outputs of a bundle's kernel, which make all nine averages of its kinds vote. */
export function bundleOutputs({ nodes }: Bundle): ReadonlySet<SignalOutput> {
  return new Set(nodes.flatMap(({ kind }): readonly SignalOutput[] => [kind, `${kind}Signal`, `${kind}Equity`]));
}
