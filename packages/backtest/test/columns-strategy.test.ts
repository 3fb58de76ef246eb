import { type BacktestConfig, backtestDefaults, isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { columnsStrategy, memorySeries, neededColumns, startDecisions } from "../src/index.ts";
import { days } from "./given.ts";

const nan = Number.NaN;
const config = (given: Partial<BacktestConfig>): BacktestConfig => ({ ...backtestDefaults, ...given });

/** The decisions of the strategy `columns` on a series, read in blocks of a length. */
function decided(
  given: Partial<BacktestConfig>,
  columns: Readonly<Record<string, readonly number[]>>,
  blockLength = 4096,
  strength = false,
): { directions: number[]; strengths: number[]; entries: number[] } {
  const whole = config(given);
  const { length } = Object.values(columns)[0] as readonly number[];
  const series = memorySeries("AAA", { timestamp: days(length), close: Array(length).fill(10), ...columns });
  const names = series.columns.map(({ name }) => name);
  const strategy = columnsStrategy(whole, names);
  const { prices, others } = neededColumns(whole, strategy, series);
  const run = startDecisions(strategy, whole, "AAA", { strength });
  const found = { directions: [] as number[], strengths: [] as number[], entries: [] as number[] };
  for (const block of series.blocks({ columns: [...prices, ...others], blockLength })) {
    const bars = Object.fromEntries([...prices, ...others].map((name) => [name, block.values(name)]));
    const { directions, strengths, entries } = run.decide(bars as never, new Int8Array(block.length));
    found.directions.push(...directions);
    found.strengths.push(...(strengths ?? []));
    found.entries.push(...(entries ?? []));
  }
  return found;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isAtcError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the strategy columns", () => {
  const direction = [nan, 1, nan, -1, 0, nan, 1];
  const averageSignal = [nan, 0.5, nan, -0.25, 0, 0.75, nan];

  it.each([1, 7, 4096])("hands on directions and their strengths in blocks of %d", (blockLength) => {
    expect(decided({}, { direction, averageSignal }, blockLength, true)).toEqual({
      directions: [0, 1, 1, -1, 0, 0, 1],
      strengths: [0, 0.5, 0.5, -0.25, 0, 0.75, 0.75],
      entries: [],
    });
    expect(decided({}, { direction, averageSignal }, blockLength).strengths).toEqual([]);
  });

  it("has the direction as its strength if the data has no average signal", () => {
    const found = decided({ sizing: "signalProportional" }, { direction });
    expect(found).toMatchObject({ directions: [0, 1, 1, -1, 0, 0, 1], strengths: [0, 1, 1, -1, 0, 0, 1] });
  });

  it("hands on target weights", () => {
    const found = decided({ signal: "weight" }, { weight: [nan, 0.5, nan, -2] }, 3);
    expect(found).toMatchObject({ directions: [0, 1, 1, -1], strengths: [0, 0.5, 0.5, -2] });
  });

  it("hands on entries and exits, in the spelling of files and of Python", () => {
    const columns = { longentry: [1, 0, 0], long_exit: [0, 0, nan], shortEntry: [0, 1, 0], shortexit: [0, 0, 1] };
    const found = decided({ signal: "entries" }, columns, 2);
    expect(found).toMatchObject({ directions: [1, -1, 0], entries: [1, 1, 0] });
  });

  it("prefers the exact name among the spellings of a column", () => {
    const columns = { longentry: [0], longEntry: [1], longExit: [0], shortEntry: [0], shortExit: [0] };
    expect(decided({ signal: "entries" }, columns).directions).toEqual([1]);
  });

  it.each([
    [{}, /^ATC_INVALID_DATA: symbol "AAA" has no column "direction"/],
    [
      { signal: "weight" },
      /^ATC_INVALID_CONFIG: .*"signal" is "weight": the strategy "columns" needs a column "weight"/,
    ],
    [
      { signal: "entries" },
      /^ATC_INVALID_CONFIG: .*needs columns "longEntry", "longExit", "shortExit", which the data/,
    ],
  ] as const)("refuses data without the columns of %j", (given, message) => {
    expect(messageOf(() => decided(given, { volume: [1], short_entry: [1] }))).toMatch(message);
  });

  it.each([2, 0.5, Number.POSITIVE_INFINITY])("refuses the direction %d with symbol, bar and column", (value) => {
    expect(messageOf(() => decided({}, { direction: [nan, 1, 0, value] }, 3))).toMatch(
      /^ATC_INVALID_ARGUMENT: symbol "AAA" has the direction ".*" at bar 3; .*column "direction"/,
    );
  });
});
