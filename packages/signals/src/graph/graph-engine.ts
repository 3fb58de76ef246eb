import type { ReadonlyTypedArray } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { Ladder } from "./ladder.ts";
import type { Bundle } from "./pack-kinds.ts";

/** Bars of a row of directions. A multiple of every block length. */
export const windowLength = 1024;

/** The kernels of a graph, and its average signals and directions, in WebAssembly or TypeScript. */
export interface GraphEngine extends Disposable {
  /** One per bundle. */
  readonly kernels: readonly Kernel[];
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
  /** The first `length` directions of a member's row, at most `windowLength`. Valid as long. */
  directions(member: number, length: number): Int8Array;
}

/** The outputs of a bundle's kernel, which make all nine averages of its kinds vote. */
export function bundleOutputs({ nodes }: Bundle): ReadonlySet<SignalOutput> {
  return new Set(nodes.flatMap(({ kind }): readonly SignalOutput[] => [kind, `${kind}Signal`, `${kind}Equity`]));
}
