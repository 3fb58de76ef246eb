import type { BarColumn, BarDecision, CurveReader } from "@atc/backtest";
import type { BacktestConfig } from "@atc/contract";

/** The time of a recorded row, in the unit of its series. */
export function timeAt(reader: CurveReader, row: number): bigint {
  const time = new BigInt64Array(1);
  reader.times(row, time);
  return time[0] as bigint;
}

/** The first bar of a curve whose time is `time` or later. */
export function rowFrom(reader: CurveReader, time: bigint): number {
  let low = 0;
  let high = reader.bars;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (timeAt(reader, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The decision at a recorded row. */
export function decisionAt(reader: CurveReader, row: number, signal: BacktestConfig["signal"]): BarDecision {
  const direction = new Int8Array(1);
  const value = new Float64Array(1);
  reader.directions(row, direction);
  const columnAt = (name: BarColumn): number => {
    reader.column(name, row, value);
    return value[0] as number;
  };
  const { columns } = reader;
  return {
    direction: direction[0] as number,
    ...(columns.includes("strength") && signal !== "entries" ? { strength: columnAt("strength") } : {}),
    ...(columns.includes("entry") && signal === "entries" ? { entry: columnAt("entry") === 1 } : {}),
  };
}
