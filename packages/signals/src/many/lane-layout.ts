import { type AverageKind, averageKinds, type SignalConfig } from "@atc/contract";
import { kernelLayout } from "../wasm/kernel-layout.ts";
import { wasmBlockLength } from "../wasm/working-rows.ts";
import type { LanePair } from "./config-groups.ts";

const vector = 16;

/** Averages per kind. */
export const lengthCount: number = kernelLayout.lengthCount;

const kindCount = averageKinds.length;

/** Bytes of what `takeKindEquity` of the assembly keeps of a kind: six vectors. */
const kindStateBytes = 6 * vector;

/** Members of a pair's state, in bytes from its begin. */
export const pairOffsets: {
  readonly kept: number;
  readonly floored: number;
  equities(kind: number): number;
  kindState(kind: number): number;
  readonly average: number;
  readonly length: number;
} = {
  kept: 0,
  /** Bars of layer 1 on the floor, 64-bit integers. */
  floored: vector,
  equities: (kind) => vector * (2 + lengthCount * kind),
  kindState: (kind) => vector * (2 + lengthCount * kindCount) + kindStateBytes * kind,
  average: vector * (2 + lengthCount * kindCount) + kindStateBytes * kindCount,
  length: vector * (2 + lengthCount * kindCount + 5) + kindStateBytes * kindCount,
};

/** Where a group's parts lie, in bytes from the begin of its slot. */
export interface LaneLayout {
  /** Codes of a kind's votes at the bar before the block and at its bars. */
  codes(kind: number): number;
  /** Vote and side of one average. */
  crossing(kind: number, index: number): number;
  /** Returns of the block. */
  readonly returns: number;
  /** Factors of a layer, 0 or 1, of the two pairs at hand, one bar more than a block has. */
  factors(layer: number): number;
  /** What a vote adds to them, of one of the pairs. */
  spreads(layer: number, pair: number): number;
  /** Sums of the votes of a kind, four vectors a bar. */
  readonly votes: number;
  /** 100 times a kind's signals of one of the pairs, as vectors, with room for one ahead. */
  signals(kind: number, pair: number): number;
  /** A kind's equities, as vectors. */
  equities(kind: number): number;
  /** Sums of cut equities and of equities, two vectors a bar. */
  readonly sums: number;
  /** Rows of both lanes: the average signal. */
  readonly averages: number;
  /** Rows of both lanes, a byte a bar: the direction. */
  readonly directions: number;
  /** A row of a kind's average at the base length. */
  averageRow(kind: number): number;
  /** Rows of both lanes of a kind's signals. */
  signalRows(kind: number): number;
  /** Rows of both lanes of a kind's equities. */
  equityRows(kind: number): number;
  /** A row of growth. */
  growth(place: number): number;
  /** The state of a pair. */
  pair(place: number): number;
  /** Doubles of all. */
  readonly length: number;
}

/** Bytes from one kind's signals to the next. */
export const signalRowBytes: number = vector * (wasmBlockLength + 1);

/** Lays out the slot of a group with so many growths and states of pairs. */
export function planLaneLayout(growths: number, pairs: number): LaneLayout {
  const bars = wasmBlockLength;
  let end = 0;
  function take(bytes: number, count = 1): (index: number) => number {
    const first = end;
    end += bytes * count;
    return (index) => first + bytes * index;
  }
  const codes = take(vector * (bars + 1), kindCount);
  const crossings = take(vector, kindCount * lengthCount);
  const returns = take(8 * bars)(0);
  const factors = take(6 * vector * (bars + 1), 2);
  const spreads = take(vector * bars, 4);
  const votes = take(4 * vector * bars)(0);
  const signals = take(signalRowBytes, 2 * kindCount);
  const equities = take(vector * bars, kindCount);
  const sums = take(2 * vector * bars)(0);
  const averages = take(2 * 8 * bars)(0);
  const directions = take(2 * bars)(0);
  const averageRow = take(8 * bars, kindCount);
  const signalRows = take(2 * 8 * bars, kindCount);
  const equityRows = take(2 * 8 * bars, kindCount);
  const growth = take(8 * bars, growths);
  const pair = take(pairOffsets.length, pairs);
  const crossing = (kind: number, index: number): number => crossings(kind * lengthCount + index);
  return {
    codes,
    crossing,
    returns,
    factors,
    spreads: (layer, place) => spreads(2 * layer + place),
    votes,
    signals: (kind, place) => signals(kindCount * place + kind) + vector,
    equities,
    sums,
    averages,
    directions,
    averageRow,
    signalRows,
    equityRows,
    growth,
    pair,
    length: end / 8,
  };
}

/** The largest whole percentage that is not above a bound on signals, so that a signal is above the bound where its percentage is above this. */
function percentageNotAbove(bound: number): number {
  let percentage = 100;
  while (percentage > -101 && percentage / 100 > bound) percentage--;
  return percentage;
}

/** The smallest whole percentage that is not below it. */
function percentageNotBelow(bound: number): number {
  let percentage = -100;
  while (percentage < 101 && percentage / 100 < bound) percentage++;
  return percentage;
}

/** Writes the state of a pair before its first bar; `first` is its first double. */
export function writePair(memory: Float64Array, first: number, pair: LanePair): void {
  function write(place: number, value: (config: SignalConfig) => number): void {
    for (const [lane, { config }] of pair.entries()) memory[first + place / 8 + lane] = value(config);
  }
  const kept = ({ decay }: SignalConfig): number => 1 - decay / 100;
  write(pairOffsets.kept, kept);
  for (const [number, kind] of averageKinds.entries()) {
    for (let i = 0; i < lengthCount; i++) write(pairOffsets.equities(number) + vector * i, () => 1);
    writeKind(write, pairOffsets.kindState(number), kind, kept);
  }
  const { average } = pairOffsets;
  write(average + vector, () => Number.NaN);
  write(average + 3 * vector, ({ longThreshold }) => longThreshold);
  write(average + 4 * vector, ({ shortThreshold }) => shortThreshold);
}

function writeKind(
  write: (place: number, value: (config: SignalConfig) => number) => void,
  place: number,
  kind: AverageKind,
  kept: (config: SignalConfig) => number,
): void {
  write(place, (config) => config[`${kind}Weight`]);
  write(place + 2 * vector, kept);
  write(place + 3 * vector, ({ dialect, longThreshold }) =>
    percentageNotAbove(dialect === "lts" ? longThreshold : 0.49),
  );
  write(place + 4 * vector, ({ dialect, shortThreshold }) =>
    percentageNotBelow(dialect === "lts" ? shortThreshold : -0.49),
  );
}
