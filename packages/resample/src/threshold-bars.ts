import type { ReadonlyTypedArray } from "@atc/contract";
import type { BarRule } from "./bar-rule.ts";
import type { BarSink } from "./bar-sink.ts";
import type { ResolvedResample } from "./resample-options.ts";
import type { RowBlock } from "./row-block.ts";
import type { RowTally } from "./time-bars.ts";

/** What the bar in the making holds, and where its rows end. */
interface Fill {
  /** Rows, volume or value so far. */
  amount: number;
  /** The row after the last one taken. */
  end: number;
}

/**
 * Puts rows into bars that end with the row by which they hold at least the rule's amount; the next bar begins at 0. A row is never parted. Tick, volume and
 * dollar bars of M. López de Prado, Advances in Financial Machine Learning (2018), 2.3.1. Yields where the sink is full, and after each block.
 */
export function* thresholdBars(
  blocks: Iterable<RowBlock>,
  rule: BarRule & { readonly by: "ticks" | "volume" | "dollars" },
  inputs: readonly string[],
  { label, partial }: ResolvedResample,
  sink: BarSink,
  tally: RowTally,
): Generator<void, void> {
  const volumeAt = inputs.indexOf("volume");
  const closeAt = inputs.indexOf("close");
  const fill: Fill = { amount: 0, end: 0 };
  let rows = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  for (const { length, times, values } of blocks) {
    const volume = values[volumeAt];
    const close = values[closeAt] as ReadonlyTypedArray;
    for (let i = 0; i < length; i = fill.end) {
      if (rule.by === "ticks" || volume === undefined) takeRows(fill, rule.amount, i, length);
      else if (rule.by === "volume") takeVolume(fill, rule.amount, volume, i, length);
      else takeValue(fill, rule.amount, close, volume, i, length);
      if (rows === 0) first = times[i];
      last = times[fill.end - 1];
      rows += fill.end - i;
      sink.take(values, i, fill.end);
      if (fill.amount < rule.amount) continue;
      if (sink.isFull()) yield;
      sink.end(label === "start" ? first : last);
      fill.amount = 0;
      rows = 0;
    }
    yield;
  }
  if (rows === 0) return;
  if (sink.isFull()) yield;
  if (partial === "keep") sink.end(label === "start" ? first : last);
  else {
    sink.drop();
    tally.unfinished += rows;
  }
}

function takeRows(fill: Fill, amount: number, from: number, length: number): void {
  fill.end = Math.min(length, from + amount - fill.amount);
  fill.amount += fill.end - from;
}

function takeVolume(fill: Fill, amount: number, volume: ReadonlyTypedArray, from: number, length: number): void {
  let sum = fill.amount;
  let i = from;
  while (i < length && sum < amount) {
    const value = volume[i++];
    if (!Number.isNaN(value)) sum += value;
  }
  fill.amount = sum;
  fill.end = i;
}

function takeValue(
  fill: Fill,
  amount: number,
  close: ReadonlyTypedArray,
  volume: ReadonlyTypedArray,
  from: number,
  length: number,
): void {
  let sum = fill.amount;
  let i = from;
  while (i < length && sum < amount) {
    const value = close[i] * volume[i];
    i++;
    if (!Number.isNaN(value)) sum += value;
  }
  fill.amount = sum;
  fill.end = i;
}
