import type { AverageKind, ReadonlyTypedArray } from "@atc/contract";
import type { SignalOutput } from "./signal-output.ts";

/** What a kernel counted since its first bar. */
export interface KernelTallies {
  /** Bars, summed over the averages, at which the close was equal to the average within 1e-10. */
  readonly ties: number;
  /** Bars, summed over the equities of both layers, at which the equity lay on the floor. */
  readonly floored: number;
  /** Bars, summed over the equities of both layers. */
  readonly equityBars: number;
  /** Layer-2 equity of each kind at the last bar; NaN before the cutout and where no output needs it. */
  readonly weights: Readonly<Record<AverageKind, number>>;
}

/**
 * The computation of the outputs, a block of bars at a time, over prices that were checked before. The reference kernel is plain TypeScript; a kernel in
 * WebAssembly takes its place behind this interface, with `results` over its own memory.
 */
export interface Kernel {
  /** The most bars of one block. */
  readonly blockLength: number;
  /** Whether votes are taken: not where every output is an average. */
  readonly votes: boolean;
  /** An array of the block length for each output asked for, valid until the next advance. */
  readonly results: Readonly<Partial<Record<SignalOutput, Float64Array>>>;
  /** Takes bars `from` to `from + count` (exclusive) of two columns and writes their results at 0 to `count`. */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The counts so far. */
  tallies(): KernelTallies;
}
