import { type BacktestConfig, isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { validateBacktestConfig } from "../src/index.ts";

type Fault = { readonly path: string; readonly value: string; readonly allowed: string };

function faultsOf(given: Readonly<Record<string, unknown>>): readonly Fault[] {
  try {
    validateBacktestConfig(given as Partial<BacktestConfig>);
  } catch (error) {
    if (isAtcError(error, "ATC_INVALID_CONFIG")) return error.details["faults"] as unknown as readonly Fault[];
    throw error;
  }
  return [];
}

describe("rules between keys", () => {
  it.each(["fixedNotional", "fixedQuantity", "volatilityTarget"])("%s needs a size", (sizing) => {
    expect(faultsOf({ sizing })).toMatchObject([
      { path: "sizing", value: sizing, allowed: expect.stringMatching(/set size/) },
    ]);
    expect(faultsOf({ sizing, size: "none" })).toHaveLength(1);
    expect(faultsOf({ sizing, size: 1 })).toEqual([]);
  });

  it.each(["allIn", "fixedFraction", "signalProportional", undefined])("%s needs none", (sizing) => {
    expect(faultsOf({ sizing })).toEqual([]);
  });

  it("a fraction of equity is at most the leverage, and the key that is set is blamed", () => {
    const sizing = "fixedFraction";
    expect(faultsOf({ sizing, size: 2 })).toMatchObject([
      { path: "size", value: "2", allowed: expect.stringMatching(/maxLeverage, which is 1/) },
    ]);
    expect(faultsOf({ sizing, maxLeverage: 0.5 })).toMatchObject([
      { path: "maxLeverage", allowed: expect.stringMatching(/size, which is 1/) },
    ]);
    expect(faultsOf({ sizing, size: 2, maxLeverage: 2 })).toEqual([]);
    expect(faultsOf({ sizing: "signalProportional", size: 2 })).toEqual([]);
  });

  it("an account at its leverage gets no margin call at once", () => {
    expect(faultsOf({ maintenanceMargin: 0.25, maxLeverage: 4 })).toMatchObject([
      { path: "maintenanceMargin", value: "0.25", allowed: expect.stringMatching(/1 \/ maxLeverage, which is 0.25/) },
    ]);
    expect(faultsOf({ maintenanceMargin: 0.2499, maxLeverage: 4 })).toEqual([]);
    expect(faultsOf({ maintenanceMargin: 0, maxLeverage: 1e9 })).toEqual([]);
  });

  it.each(["stopLoss", "trailingStop"])("%s is below 1 as a fraction, but not in average true ranges", (key) => {
    expect(faultsOf({ [key]: 1 })).toMatchObject([
      { path: key, value: "1", allowed: expect.stringMatching(/below 1 .* exitUnits is fraction/) },
    ]);
    expect(faultsOf({ [key]: 0.999 })).toEqual([]);
    expect(faultsOf({ [key]: 3, exitUnits: "atr" })).toEqual([]);
    expect(faultsOf({ takeProfit: 3 })).toEqual([]);
  });

  it("are in one error with all other faults, and are skipped for keys with a fault of their own", () => {
    const given = {
      stopLos: 0.1,
      rebalance: "bars:0",
      maxHoldingBars: 1.5,
      sizing: "fixedQuantity",
      maintenanceMargin: 0.5,
      maxLeverage: 2,
      trailingStop: 1,
      exitUnits: "percent",
      weights: { AAA: -1 },
    };
    expect(faultsOf(given).map(({ path }) => path)).toEqual([
      "stopLos",
      "rebalance",
      "maxHoldingBars",
      "exitUnits",
      "weights",
      "sizing",
      "maintenanceMargin",
    ]);
  });
});

describe("values", () => {
  it("none counts as absent if the member may be absent", () => {
    const config = validateBacktestConfig({ sizing: "none", benchmark: "none", rollingWindow: "none" } as never);
    expect(config).toMatchObject({ sizing: undefined, benchmark: undefined, rollingWindow: undefined });
    expect(faultsOf({ lotSize: "none" })).toHaveLength(1);
  });

  it.each(["equal", "inverseVolatility", "full", {}, { AAA: 0.5, "B,C": 0 }])("weights may be %j", (weights) => {
    expect(validateBacktestConfig({ weights } as Partial<BacktestConfig>).weights).toEqual(weights);
  });

  it.each([
    "AAA=0.5",
    { AAA: -1 },
    { AAA: Number.NaN },
    { AAA: "1" },
    { AAA: Number.POSITIVE_INFINITY },
    [1],
    new Map(),
  ])("weights may not be %j", (weights) => {
    expect(faultsOf({ weights })).toMatchObject([{ path: "weights" }]);
  });

  it.each(["never", "everyBar", "bars:1", "bars:250", "daily", "weekly", "monthly"])(
    "rebalance may be %s",
    (rebalance) => {
      expect(faultsOf({ rebalance })).toEqual([]);
    },
  );

  it.each(["bars:0", "bars:", "bars:1.5", "bars:-1", "yearly", "Daily", 5])("rebalance may not be %s", (rebalance) => {
    expect(faultsOf({ rebalance })).toMatchObject([
      { path: "rebalance", allowed: expect.stringMatching(/such as bars:5/) },
    ]);
  });
});
