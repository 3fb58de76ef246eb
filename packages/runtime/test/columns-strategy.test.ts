import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnsStrategy, neededColumns, startDecisions } from "@atc/backtest";
import type { StrategyBars } from "@atc/contract";
import { type BacktestConfig, backtestDefaults, type Dataset } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backtestFile, openData, openRuntime } from "../src/index.ts";

/** One line per bar: direction, averageSignal, weight and the four entry columns; empty is missing. */
const decided = [",,,,,,", "1,0.5,0.25,1,0,0,0", ",,,,,,", "-1,-0.125,-2,0,1,1,0", "0,,,0,0,0,1", ",0.75,0,,,,0"];

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-columns-"));
  const rows = decided.map((columns, i) => `AAA,2024-01-0${i + 1},10,11,9,10,5,${columns}`);
  const names = "symbol,timestamp,open,high,low,close,volume,direction,averageSignal,weight";
  const entries = "longEntry,longExit,shortEntry,shortExit";
  await writeFile(join(cwd, "bars.csv"), `${names},${entries}\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** The decisions of the only symbol of a dataset. */
function decisionsOf(dataset: Dataset, given: Partial<BacktestConfig>): object {
  const config = { ...backtestDefaults, ...given };
  const series = dataset.series("AAA");
  const strategy = columnsStrategy(
    config,
    series.columns.map(({ name }) => name),
  );
  const { prices, others } = neededColumns(config, strategy, series);
  const run = startDecisions(strategy, config, "AAA", { strength: true });
  const found = { directions: [] as number[], strengths: [] as number[], entries: [] as number[] };
  const columns = [...prices, ...others];
  for (const block of series.blocks({ columns, blockLength: 4 })) {
    const bars = Object.fromEntries(columns.map((name) => [name, block.values(name)])) as unknown as StrategyBars;
    const { directions, strengths, entries } = run.decide(bars, new Int8Array(block.length));
    found.directions.push(...directions);
    found.strengths.push(...(strengths ?? []));
    found.entries.push(...(entries ?? []));
  }
  return found;
}

describe.each([false, true])("signals in the columns of a file, mapped: %s", (useMemoryMapped) => {
  async function found(given: Partial<BacktestConfig>): Promise<object> {
    await using runtime = await openRuntime({ cwd, env: {}, config: { useMemoryMapped } });
    using opened = await openData(runtime, "bars.csv");
    return decisionsOf(opened.dataset, given);
  }

  it("decide directions with their strengths", async () => {
    expect(await found({})).toEqual({
      directions: [0, 1, 1, -1, 0, 0],
      strengths: [0, 0.5, 0.5, -0.125, -0.125, 0.75],
      entries: [],
    });
  });

  it("decide target weights", async () => {
    expect(await found({ signal: "weight" })).toMatchObject({
      directions: [0, 1, 1, -1, -1, 0],
      strengths: [0, 0.25, 0.25, -2, -2, 0],
    });
  });

  it("decide entries and exits", async () => {
    expect(await found({ signal: "entries" })).toMatchObject({
      directions: [0, 1, 1, -1, 0, 0],
      entries: [0, 1, 1, 1, 0, 0],
    });
  });
});

it("the key strategy chooses who decides, with results of their own in the cache", async () => {
  const directions = async (strategy: "atc" | "columns"): Promise<readonly number[]> => {
    const { result } = await backtestFile("bars.csv", { cwd, env: {}, config: { strategy } });
    return [...(result?.symbols[0]?.directions ?? [])];
  };
  const columns = [0, 1, 1, -1, 0, 0];
  expect(await directions("columns")).toEqual(columns);
  expect(await directions("atc")).not.toEqual(columns);
  expect(await directions("columns")).toEqual(columns);
});

it("a signal that ATC does not decide is refused with what to do", async () => {
  await expect(backtestFile("bars.csv", { cwd, env: {}, config: { signal: "weight" } })).rejects.toMatchObject({
    code: "ATC_INVALID_CONFIG",
    message: expect.stringMatching(/"signal" is "weight": the strategy "atc" decides no weight; .*columns/),
  });
});
