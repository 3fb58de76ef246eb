import { type AverageKind, averageKinds, type SignalConfig } from "@atc/contract";
import { kernelLayout } from "../wasm/kernel-layout.ts";
import { wasmBlockLength } from "../wasm/working-rows.ts";
import type { LanePair } from "./config-groups.ts";

const vector = 16;

/** Averages per kind. */
export const lengthCount: number = kernelLayout.lengthCount;

const kindCount = averageKinds.length;

/** Bytes of the state that `advanceKindEquity` of the assembly keeps per kind: six vectors. */
const kindStateBytes = 6 * vector;

/** Byte offsets in the state of a pair. */
export const pairOffsets: {
  readonly retention: number;
  readonly floored: number;
  equities(kind: number): number;
  kindState(kind: number): number;
  readonly average: number;
  readonly length: number;
} = {
  retention: 0,
  /** Bars on the floor in layer 1, as 64-bit integers. */
  floored: vector,
  equities: (kind) => vector * (2 + lengthCount * kind),
  kindState: (kind) => vector * (2 + lengthCount * kindCount) + kindStateBytes * kind,
  average: vector * (2 + lengthCount * kindCount) + kindStateBytes * kindCount,
  length: vector * (2 + lengthCount * kindCount + 5) + kindStateBytes * kindCount,
};

/** Byte offsets in the slot of a group, from the end of the kernel's own part. */
export interface LaneLayout {
  /** Codes of a kind's votes at the last bar before the block, then at its bars. */
  codes(kind: number): number;
  /** Vote and side of one average. */
  crossing(kind: number, index: number): number;
  /** Returns of the block. */
  readonly returns: number;
  /** Factors of layer 0 or 1 for the two current pairs; one bar more than a block has. */
  factors(layer: number): number;
  /** What a vote adds to the factors of one of the current pairs. */
  spreads(layer: number, pair: number): number;
  /** Sums over the votes of a kind, four vectors per bar. */
  readonly votes: number;
  /** 100 times the signals of a kind for one of the current pairs, as vectors; one vector precedes them. */
  signals(kind: number, pair: number): number;
  /** Equities of a kind, as vectors. */
  equities(kind: number): number;
  /** Sums of cut equities and of equities, two vectors per bar. */
  readonly sums: number;
  /** The average signal, a row per lane. */
  readonly averages: number;
  /** The direction, a row of bytes per lane. */
  readonly directions: number;
  /** A kind's average at the base length. */
  averageRow(kind: number): number;
  /** Signals of a kind, a row per lane. */
  signalRows(kind: number): number;
  /** Equities of a kind, a row per lane. */
  equityRows(kind: number): number;
  /** A row of growth. */
  growth(place: number): number;
  /** The state of a pair. */
  pair(place: number): number;
  /** In doubles. */
  readonly length: number;
}

/** Bytes between the signals of two kinds. */
export const signalRowBytes: number = vector * (wasmBlockLength + 1);

/** Lays out the slot of a group with the given numbers of growths and pairs. */
export function planLaneLayout(growths: number, pairs: number): LaneLayout {
  const bars = wasmBlockLength;
  let end = 0;
  function reserve(bytes: number, count = 1): (index: number) => number {
    const first = end;
    end += bytes * count;
    return (index) => first + bytes * index;
  }
  const codes = reserve(vector * (bars + 1), kindCount);
  const crossings = reserve(vector, kindCount * lengthCount);
  const returns = reserve(8 * bars)(0);
  const factors = reserve(6 * vector * (bars + 1), 2);
  const spreads = reserve(vector * bars, 4);
  const votes = reserve(4 * vector * bars)(0);
  const signals = reserve(signalRowBytes, 2 * kindCount);
  const equities = reserve(vector * bars, kindCount);
  const sums = reserve(2 * vector * bars)(0);
  const averages = reserve(2 * 8 * bars)(0);
  const directions = reserve(2 * bars)(0);
  const averageRow = reserve(8 * bars, kindCount);
  const signalRows = reserve(2 * 8 * bars, kindCount);
  const equityRows = reserve(2 * 8 * bars, kindCount);
  const growth = reserve(8 * bars, growths);
  const pair = reserve(pairOffsets.length, pairs);
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

/**
 * The largest integer percentage not above `bound`: a signal is above the bound if and only if its percentage is above
 * this one.
 */
function percentageNotAbove(bound: number): number {
  let percentage = 100;
  while (percentage > -101 && percentage / 100 > bound) percentage--;
  return percentage;
}

/** The smallest integer percentage not below `bound`. */
function percentageNotBelow(bound: number): number {
  let percentage = -100;
  while (percentage < 101 && percentage / 100 < bound) percentage++;
  return percentage;
}

/** Initialises the state of a pair, which begins at double `first`. */
export function writePair(memory: Float64Array, first: number, pair: LanePair): void {
  function write(place: number, value: (config: SignalConfig) => number): void {
    for (const [lane, { config }] of pair.entries()) memory[first + place / 8 + lane] = value(config);
  }
  const retention = ({ decay }: SignalConfig): number => 1 - decay / 100;
  write(pairOffsets.retention, retention);
  for (const [number, kind] of averageKinds.entries()) {
    for (let i = 0; i < lengthCount; i++) write(pairOffsets.equities(number) + vector * i, () => 1);
    writeKind(write, pairOffsets.kindState(number), kind, retention);
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
  retention: (config: SignalConfig) => number,
): void {
  write(place, (config) => config[`${kind}Weight`]);
  write(place + 2 * vector, retention);
  write(place + 3 * vector, ({ dialect, longThreshold }) =>
    percentageNotAbove(dialect === "lts" ? longThreshold : 0.49),
  );
  write(place + 4 * vector, ({ dialect, shortThreshold }) =>
    percentageNotBelow(dialect === "lts" ? shortThreshold : -0.49),
  );
}
