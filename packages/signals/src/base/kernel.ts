import type { AverageKind, ReadonlyTypedArray } from "@atc/contract";
import type { SignalOutput } from "./signal-output.ts";

/**
 * Which code computes: `wasm`, WebAssembly with SIMD, or `reference`, the same computation in plain TypeScript, for where that cannot run. Their results
 * are equal to the last bit.
 */
export type KernelName = "reference" | "wasm";

/** One of the nine averages of a kind at the last bar. */
export interface LengthWeight {
  /** Its length, in bars. */
  readonly length: number;
  /** Its vote: -1, 0 where it never crossed, or +1. */
  readonly vote: number;
  /** Its layer-1 equity, the weight of its vote in the kind's signal; NaN before the cutout of layer 1. */
  readonly weight: number;
}

/** What a kernel counted since its first bar. */
export interface KernelTallies {
  /** Which code computes. */
  readonly kernel: KernelName;
  /** Bars, summed over the averages, at which the close was equal to the average within 1e-10. */
  readonly ties: number;
  /** Bars, summed over the equities of both layers, at which the equity lay on the floor. */
  readonly floored: number;
  /** Bars, summed over the equities of both layers. */
  readonly equityBars: number;
  /** Layer-2 equity of each kind at the last bar; NaN before the cutout and where no output needs it. */
  readonly weights: Readonly<Record<AverageKind, number>>;
  /** The nine averages of each kind that votes, in the order in which they vote. */
  readonly lengthWeights: Readonly<Partial<Record<AverageKind, readonly LengthWeight[]>>>;
}

/** The computation of the outputs, a block of bars at a time, over prices that were checked before. */
export interface Kernel extends Disposable {
  /** Which code computes. */
  readonly name: KernelName;
  /** The most bars of one block. */
  readonly blockLength: number;
  /** Whether votes are taken: not where every output is an average. */
  readonly votes: boolean;
  /** An array of at least the block length for each output asked for, valid until any kernel of the thread advances or is made. */
  readonly results: Readonly<Partial<Record<SignalOutput, Float64Array>>>;
  /** Takes bars `from` to `from + count` (exclusive) of two columns and writes their results at 0 to `count`. */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The counts so far. */
  tallies(): KernelTallies;
  /** Keeps the state as it is before one more bar. */
  mark(): void;
  /** Returns to the state at the last mark, since which one block of one bar was taken. */
  rollBack(): void;
  /** Doubles that {@link Kernel.save} writes. */
  readonly savedLength: number;
  /** Writes all that later bars depend on, but the number of bars, to the begin of `target`. Every kernel writes the same. */
  save(target: Float64Array): void;
  /** Goes on from what was saved after `bars` bars by a kernel of the same configuration and outputs. */
  restore(saved: Float64Array, bars: number): void;
}
