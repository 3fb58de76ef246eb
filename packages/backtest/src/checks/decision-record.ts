import type { Series } from "@atc/contract";
import { type DecisionBlock, type DecisionBlocksOptions, decisionBlocks } from "./decision-blocks.ts";

/** A decision of a strategy at one bar. */
export interface BarDecision {
  /** -1 short, 0 flat, 1 long. */
  readonly direction: number;
  /** The strength or weight, if the account reads it. */
  readonly strength?: number;
  /** Under `signal: entries`: whether an entry counts. */
  readonly entry?: boolean;
}

/** All decisions of a run, in memory. */
export interface DecisionRecord {
  /** Number of bars. */
  readonly bars: number;
  /** The decisions; elements after the last bar are unused. */
  readonly directions: Int8Array;
  readonly strengths: Float64Array | undefined;
  readonly entries: Uint8Array | undefined;
}

/** Runs a strategy and keeps its decisions. Yields the number of finished rows after every block. */
export function* recordSteps(series: Series, options: DecisionBlocksOptions): Generator<number, DecisionRecord, void> {
  const { start, to } = options.rows;
  const directions = new Int8Array(to - start);
  let strengths: Float64Array | undefined;
  let entries: Uint8Array | undefined;
  let bars = 0;
  for (const block of decisionBlocks(series, options)) {
    directions.set(block.directions, bars);
    if (block.strengths !== undefined) {
      strengths ??= new Float64Array(to - start);
      strengths.set(block.strengths, bars);
    }
    if (block.entries !== undefined) {
      entries ??= new Uint8Array(to - start);
      entries.set(block.entries, bars);
    }
    bars += block.directions.length;
    yield block.nextRow - start;
  }
  return { bars, directions, strengths, entries };
}

/** The first bar of a block whose decision differs from that of a record; -1 if there is none. */
export function firstDifference(
  { directions, strengths, entries }: DecisionBlock,
  record: DecisionRecord,
  bar: number,
): number {
  const { length } = directions;
  for (let i = 0; i < length; i++) {
    const at = bar + i;
    if (directions[i] !== record.directions[at]) return i;
    if (strengths !== undefined && strengths[i] !== record.strengths?.[at]) return i;
    if (entries !== undefined && entries[i] !== record.entries?.[at]) return i;
  }
  return -1;
}

/** One decision of a record or of a block. */
export function decisionAt(
  { directions, strengths, entries }: Pick<DecisionRecord, "directions"> & Partial<DecisionRecord>,
  bar: number,
): BarDecision {
  return {
    direction: directions[bar],
    ...(strengths === undefined ? {} : { strength: strengths[bar] }),
    ...(entries === undefined ? {} : { entry: entries[bar] === 1 }),
  };
}
