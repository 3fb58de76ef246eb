import { type BacktestConfig, backtestDefaults, isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  atcStrategy,
  type BoundStrategy,
  backtest,
  checkData,
  columnsStrategy,
  memoryDataset,
  memorySeries,
  type NeededColumnsOptions,
  neededColumns,
  positionSizing,
  strategyOf,
} from "../src/index.ts";
import { days } from "./given.ts";

const config = (given: Partial<BacktestConfig>): BacktestConfig => ({ ...backtestDefaults, ...given });
const flat = strategyOf("flat", () => () => undefined);
const all = ["open", "high", "low", "close"];

function series(names: readonly string[]) {
  const columns = Object.fromEntries(names.map((name) => [name, [1]]));
  return memorySeries("AAA", { timestamp: days(1), close: [1], ...columns });
}

function needed(
  given: Partial<BacktestConfig>,
  names: readonly string[],
  strategy: BoundStrategy = flat,
  options: NeededColumnsOptions = {},
): object {
  return neededColumns(config(given), strategy, series(names), options);
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly keys: readonly string[];
}

function failure(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    if (!isAtcError(error)) throw error;
    const faults = (error.details["faults"] ?? []) as readonly { readonly path: string }[];
    return { code: error.code, message: error.message, keys: faults.map(({ path }) => path) };
  }
  throw new Error("nothing was thrown");
}

describe("neededColumns", () => {
  it("reads as few prices as the configuration allows", () => {
    expect(needed({}, all)).toEqual({ prices: ["close", "open"], others: [], fill: "open" });
    expect(needed({ fill: "nextClose" }, all)).toEqual({ prices: ["close"], others: [], fill: "close" });
    expect(needed({}, ["close", "high", "low"])).toEqual({ prices: ["close"], others: [], fill: "close" });
    expect(needed({ volatilityLookback: 5, sizing: "volatilityTarget", size: 0.2 }, all)).toMatchObject({
      prices: ["close", "open"],
    });
  });

  it.each([
    { fill: "worst" },
    { slippageRange: 0.1, fill: "nextClose" },
    { stopLoss: 0.1, fill: "nextClose" },
    { takeProfit: 0.1, fill: "nextClose" },
    { trailingStop: 0.1, fill: "nextClose" },
  ] as const)("reads every price of a bar for %j", (given) => {
    expect(needed(given, all)).toMatchObject({ prices: ["close", "open", "high", "low"] });
  });

  it("reads every price that there is for excursions", () => {
    const excursions = { excursions: true };
    expect(needed({}, all, flat, excursions)).toMatchObject({ prices: ["close", "open", "high", "low"] });
    expect(needed({}, ["close"], flat, excursions)).toMatchObject({ prices: ["close"] });
  });

  it("fills at the close without an open, also at the worst price", () => {
    expect(needed({ fill: "worst" }, ["high", "low"])).toEqual({
      prices: ["close", "high", "low"],
      others: [],
      fill: "close",
    });
  });

  it("reads the strategy's columns, and its optional ones if they are there", () => {
    const picky = strategyOf("picky", () => () => undefined, { columns: ["x"], optionalColumns: ["y", "low"] });
    expect(needed({}, ["x", "low"], picky)).toEqual({ prices: ["close", "low"], others: ["x"], fill: "close" });
    expect(needed({}, ["x", "y"], picky)).toEqual({ prices: ["close"], others: ["x", "y"], fill: "close" });
  });

  it.each([
    [{ fill: "worst" }, [], ["fill"], ["high", "low"]],
    [{ slippageRange: 0.1 }, ["high"], ["slippageRange"], ["low"]],
    [{ stopLoss: 0.1 }, ["high", "low"], ["stopLoss"], ["open"]],
    [{ takeProfit: 0.1 }, ["open", "high"], ["takeProfit"], ["low"]],
    [{ trailingStop: 0.1 }, ["open", "low"], ["trailingStop"], ["high"]],
  ] as const)("refuses %j for data with the columns %j", (given, names, keys, missing) => {
    const found = failure(() => needed(given, names));
    expect([found.code, found.keys]).toEqual(["ATC_INVALID_CONFIG", keys]);
    for (const name of missing) expect(found.message).toMatch(new RegExp(`needs (?:a column|columns) [^;]*"${name}"`));
    for (const name of names)
      expect(found.message).not.toMatch(new RegExp(`needs (?:a column|columns) [^;]*"${name}"`));
  });

  it("reports all keys in one error", () => {
    const given = config({ fill: "worst", slippageRange: 0.1, stopLoss: 0.1, takeProfit: 0.1, signal: "weight" });
    const found = failure(() => neededColumns(given, columnsStrategy(given), series([])));
    expect([found.code, found.keys]).toEqual([
      "ATC_INVALID_CONFIG",
      ["signal", "fill", "slippageRange", "stopLoss", "takeProfit"],
    ]);
  });

  it("refuses a signal that the strategy does not decide", () => {
    const found = failure(() => needed({ signal: "entries" }, all, atcStrategy()));
    expect(found).toMatchObject({ code: "ATC_INVALID_CONFIG", keys: ["signal"] });
    expect(found.message).toContain('the strategy "atc" decides no longEntry, longExit, shortEntry, shortExit');
  });
});

describe("checkData", () => {
  const weights = { AAA: 1, AAB: 0.5, ZZZ: 0 };

  /** Data of these symbols, with closes alone. */
  const check = (given: BacktestConfig, symbols: readonly string[]): void => {
    const columns = { timestamp: days(1), close: [1] };
    checkData(given, flat, memoryDataset(Object.fromEntries(symbols.map((symbol) => [symbol, columns]))));
  };

  it("refuses symbols that the data lacks, all in one error", () => {
    const found = failure(() => check(config({ account: "shared", weights }), ["AAA", "CCC"]));
    expect(found).toMatchObject({ code: "ATC_INVALID_CONFIG", keys: ["weights.AAB", "weights.ZZZ"] });
    expect(found.message).toContain('the data has no symbol "AAB"; did you mean "AAA"?');
    expect(found.message).toContain('the data has no symbol "ZZZ"');
  });

  it("reports missing columns and symbols in one error, before anything is computed", async () => {
    const given = {
      account: "shared",
      weights,
      stopLoss: 0.1,
      fill: "worst",
      signal: "weight",
      benchmark: "AAC",
    } as const;
    const keys = ["signal", "fill", "stopLoss", "weights.AAB", "weights.ZZZ", "benchmark"];
    expect(failure(() => check(config(given), ["AAA"]))).toMatchObject({ code: "ATC_INVALID_CONFIG", keys });
    const data = memoryDataset({ AAA: { timestamp: days(1), close: [1] } });
    const start = (): never => {
      throw new Error("the strategy started");
    };
    const error: unknown = await backtest(data, { strategy: strategyOf("never", start), config: given }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(
      failure(() => {
        throw error;
      }).keys,
    ).toEqual(keys);
  });

  it("accepts symbols of the data, words, and anything in separate accounts, which do not read it", () => {
    check(config({ account: "shared", weights }), ["AAA", "AAB", "CCC", "ZZZ"]);
    check(config({ account: "shared", weights: "full" }), ["AAA"]);
    check(config({ weights }), ["AAA"]);
  });
});

describe("positionSizing", () => {
  it("fills in the defaults", () => {
    expect(positionSizing(config({}))).toEqual({ sizing: "allIn", size: 1 });
    expect(positionSizing(config({ signal: "entries" }))).toEqual({ sizing: "allIn", size: 1 });
    expect(positionSizing(config({ signal: "weight", size: 2 }))).toEqual({ sizing: "signalProportional", size: 2 });
    expect(positionSizing(config({ signal: "weight", sizing: "allIn" }))).toEqual({ sizing: "allIn", size: 1 });
  });
});
