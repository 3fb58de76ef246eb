import type { BacktestConfig } from "@atc/contract";
import type { SymbolBars } from "./account-runs.ts";

/** The columns of one symbol as a file has them; NaN is a missing value. */
export type RawBars = Readonly<Record<string, readonly number[]>>;

/** Repeats the last value for each missing one, 0 at first. */
function held(column: readonly number[] | undefined, length: number): number[] {
  let last = 0;
  return Array.from({ length }, (_, i) => {
    const value = column?.[i];
    if (value !== undefined && !Number.isNaN(value)) last = value;
    return last;
  });
}

function decideEntries(raw: RawBars, length: number): { directions: number[]; entries: number[] } {
  let direction = 0;
  const directions: number[] = [];
  const entries: number[] = [];
  for (let i = 0; i < length; i++) {
    let [longEntry, longExit, shortEntry, shortExit] = ["longEntry", "longExit", "shortEntry", "shortExit"].map(
      (name) => raw[name]?.[i] === 1,
    );
    if (longEntry && longExit) [longEntry, longExit] = [false, false];
    if (shortEntry && shortExit) [shortEntry, shortExit] = [false, false];
    if (longEntry && shortEntry) [longEntry, shortEntry] = [false, false];
    if (longEntry) direction = 1;
    else if (shortEntry) direction = -1;
    else if (longExit && direction === 1) direction = 0;
    else if (shortExit && direction === -1) direction = 0;
    directions.push(direction);
    entries.push(longEntry || shortEntry ? 1 : 0);
  }
  return { directions, entries };
}

/** Decides by section 3 of the specification, before `side`. */
export function decide(symbol: string, raw: RawBars, config: BacktestConfig): SymbolBars {
  const time = raw["timestamp"] as readonly number[];
  const { open, high, low } = raw;
  const prices = { symbol, time, open, high, low, close: raw["close"] as readonly number[] };
  if (config.signal === "entries") return { ...prices, ...decideEntries(raw, time.length) };
  if (config.signal === "weight") {
    const strengths = held(raw["weight"], time.length);
    return { ...prices, directions: strengths.map(Math.sign), strengths };
  }
  const directions = held(raw["direction"], time.length);
  return { ...prices, directions, strengths: held(raw["averageSignal"], time.length) };
}
