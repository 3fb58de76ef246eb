import type { ReadonlyTypedArray } from "@atc/contract";
import type { BarRule } from "./bar-rule.ts";
import type { BarRun } from "./bar-run.ts";
import type { RowBlock } from "./row-block.ts";

/** The state of the current bar. */
interface Fill {
  /** The amount at which a bar ends. */
  readonly target: number;
  /** Rows, volume or value so far. */
  amount: number;
  /** The row after the last one taken. */
  end: number;
}

/**
 * Adds rows to bars that end with the row at which they reach the amount of the rule; the next bar starts at 0. Rows
 * are never split. These are the tick, volume and dollar bars of M. López de Prado, Advances in Financial Machine
 * Learning (2018), 2.3.1. Yields when the sink is full, and after each block.
 */
export function* thresholdBars(
  blocks: Iterable<RowBlock>,
  rule: BarRule & { readonly by: "ticks" | "volume" | "dollars" },
  { inputs, options, sink, tally }: BarRun,
): Generator<void, void> {
  const { label, partial } = options;
  const volumeAt = inputs.indexOf("volume");
  const closeAt = inputs.indexOf("close");
  const fill: Fill = { target: rule.amount, amount: 0, end: 0 };
  let rows = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  for (const { length, times, values } of blocks) {
    const volume = values[volumeAt];
    const close = values[closeAt] as ReadonlyTypedArray;
    for (let i = 0; i < length; i = fill.end) {
      if (rule.by === "ticks" || volume === undefined) takeRows(fill, i, length);
      else if (rule.by === "volume") takeVolume(fill, volume, i, length);
      else takeValue(fill, close, volume, i, length);
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

function takeRows(fill: Fill, from: number, length: number): void {
  fill.end = Math.min(length, from + fill.target - fill.amount);
  fill.amount += fill.end - from;
}

function takeVolume(fill: Fill, volume: ReadonlyTypedArray, from: number, length: number): void {
  const { target } = fill;
  let sum = fill.amount;
  let i = from;
  while (i < length && sum < target) {
    const value = volume[i++];
    if (!Number.isNaN(value)) sum += value;
  }
  fill.amount = sum;
  fill.end = i;
}

function takeValue(
  fill: Fill,
  close: ReadonlyTypedArray,
  volume: ReadonlyTypedArray,
  from: number,
  length: number,
): void {
  const { target } = fill;
  let sum = fill.amount;
  let i = from;
  while (i < length && sum < target) {
    const value = close[i] * volume[i];
    i++;
    if (!Number.isNaN(value)) sum += value;
  }
  fill.amount = sum;
  fill.end = i;
}
