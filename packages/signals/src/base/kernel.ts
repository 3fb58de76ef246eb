import type { AverageKind, ReadonlyTypedArray } from "@atc/contract";
import type { SignalOutput } from "./signal-output.ts";

/**
 * The kernel: `wasm` is WebAssembly with SIMD; `reference` is the same computation in plain TypeScript, for machines
 * that cannot run it. Their results are bit-identical.
 */
export type KernelName = "reference" | "wasm";

/** One of the nine averages of a kind at the last bar. */
export interface LengthWeight {
  /** Its length in bars. */
  readonly length: number;
  /** Its vote: -1 or +1, or 0 before its first crossing. */
  readonly vote: number;
  /** Its layer-1 equity: the weight of its vote in the kind's signal. NaN before the cutout of layer 1. */
  readonly weight: number;
}

/** What a kernel has counted since its first bar. */
export interface KernelTallies {
  /** The kernel that computed. */
  readonly kernel: KernelName;
  /**
   * Bars at which the close was equal to the average within a relative tolerance of 1e-10, summed over the averages.
   */
  readonly ties: number;
  /** Bars at which the equity was on the floor, summed over the equities of both layers. */
  readonly floored: number;
  /** Bars, summed over the equities of both layers. */
  readonly equityBars: number;
  /** Layer-2 equity of each kind at the last bar. NaN before the cutout, and for kinds that no output needs. */
  readonly weights: Readonly<Record<AverageKind, number>>;
  /** The nine averages of each kind that votes, in voting order. */
  readonly lengthWeights: Readonly<Partial<Record<AverageKind, readonly LengthWeight[]>>>;
}

/** What a kernel has counted of one kind since its first bar. */
export interface KindTallies {
  /** Ties of its averages. */
  readonly ties: number;
  /** Bars on the floor, summed over the equities of its votes. */
  readonly floored: number;
  /** Its votes at the last bar. */
  readonly votes: ArrayLike<number>;
  /** The equities of its votes at the last bar. */
  readonly equities: ArrayLike<number>;
  /** Its layer-2 equity at the last bar. */
  readonly equity: number;
  /** Bars at which its layer-2 equity was on the floor. */
  readonly equityFloored: number;
}

/** Computes the outputs, a block of bars at a time, from checked prices. */
export interface Kernel extends Disposable {
  readonly name: KernelName;
  /** The most bars of one block. */
  readonly blockLength: number;
  /** Whether votes are computed; false if every output is an average. */
  readonly votes: boolean;
  /**
   * For each output, an array of at least the block length. Valid until any kernel of the thread advances or is
   * created.
   */
  readonly results: Readonly<Partial<Record<SignalOutput, Float64Array>>>;
  /**
   * Computes bars `from` to `from + count` (exclusive) of two columns and writes their results to indices 0 to `count`.
   */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The tallies so far. */
  tallies(): KernelTallies;
  /** The tallies of the kind at `index` among those that the outputs need. Valid until a kernel advances. */
  kindTallies(index: number): KindTallies;
  /** Marks the state before one more bar. */
  mark(): void;
  /** Returns to the state at the last mark. Exactly one block of one bar must have been computed since. */
  rollBack(): void;
  /** The number of doubles that {@link Kernel.save} writes. */
  readonly savedLength: number;
  /**
   * Writes the state, except for the number of bars, to the start of `target`. Every kernel writes the same numbers.
   */
  save(target: Float64Array): void;
  /** Continues from the state saved after `bars` bars by a kernel with the same configuration and outputs. */
  restore(saved: Float64Array, bars: number): void;
}
