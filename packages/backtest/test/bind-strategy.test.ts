import { defineStrategy, type Strategy, type StrategyParameters } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtest, bindStrategy, memoryDataset } from "../src/index.ts";

const parameters = {
  fast: { kind: "integer", minimum: 1, maximum: 50, default: 10, description: "Bars of the fast average" },
  band: { kind: "number", above: 0, default: 0.5, description: "Width of the band" },
  side: { kind: "choice", values: ["long", "both"], default: "both", description: "Sides to trade" },
  loud: { kind: "boolean", default: false, description: "Whether it warns" },
} as const satisfies StrategyParameters;

const example = defineStrategy({
  name: "example",
  parameters,
  columns: ({ side }) => (side === "long" ? ["high", "high"] : ["low"]),
  outputs: ["strength"],
  start: (_symbol, { fast }) => ({ decide: (_bars, directions) => void directions.fill(fast > 10 ? 1 : -1) }),
});

/** A strategy with members that TypeScript would refuse. */
function odd(members: Readonly<Record<string, unknown>>): Strategy {
  return { name: "odd", start: () => ({ decide: () => undefined }), ...members } as unknown as Strategy;
}

function faultOf(strategy: Strategy, values = {}): unknown {
  try {
    bindStrategy(strategy, values);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("bindStrategy", () => {
  it("completes the values with the defaults", () => {
    const bound = bindStrategy(example, { fast: 3, band: undefined });
    expect(bound.values).toEqual({ fast: 3, band: 0.5, side: "both", loud: false });
    expect(bound).toMatchObject({ name: "example", version: 1, columns: ["low"], outputs: ["strength"] });
  });

  it("asks a function for the columns under the values, each once", () => {
    expect(bindStrategy(example, { side: "long" }).columns).toEqual(["high"]);
  });

  it("hands the values to each run", async () => {
    const timestamp = [0, 1, 2].map((day) => Date.UTC(2024, 0, 1 + day));
    const close = [100, 110, 121];
    const columns = { timestamp, close, low: close };
    const dataset = memoryDataset({ A: columns });
    const short = await backtest(dataset, { strategy: bindStrategy(example) });
    const long = await backtest(dataset, { strategy: bindStrategy(example, { fast: 11 }) });
    expect(short.symbols[0]?.directions).toEqual(Int8Array.of(-1, -1, -1));
    expect(long.symbols[0]?.directions).toEqual(Int8Array.of(1, 1, 1));
  });

  it("refuses an unknown parameter and suggests the nearest", () => {
    expect(faultOf(example, { fasst: 3 })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringMatching(/"example".*"parameters\.fasst" is "3".*did you mean "fast"/),
      details: { faults: [{ path: "parameters.fasst", value: "3" }] },
    });
  });

  it("finds no parameter among inherited members", () => {
    expect(faultOf(example, JSON.parse('{"__proto__": 1, "constructor": 2}'))).toMatchObject({
      details: { faults: [{ path: "parameters.__proto__" }, { path: "parameters.constructor" }] },
    });
  });

  it.each([
    ["fast", 0, "an integer from 1 to 50"],
    ["fast", 2.5, "an integer from 1 to 50"],
    ["fast", "10", "an integer from 1 to 50"],
    ["band", Number.NaN, "a number above 0"],
    ["side", "short", "long or both"],
    ["loud", 1, "true or false"],
  ])("refuses %s: %j", (name, value, allowed) => {
    expect(faultOf(example, { [name]: value })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      details: { faults: [{ path: `parameters.${name}`, allowed: expect.stringContaining(allowed) }] },
    });
  });

  it("refuses any value for a strategy without parameters", () => {
    expect(faultOf(odd({}), { fast: 1 })).toMatchObject({ code: "ATC_INVALID_CONFIG" });
  });

  it.each([
    ["name", { name: "" }],
    ["start", { start: 1 }],
    ["version", { version: 0 }],
    ["columns", { columns: "high" }],
    ["optionalColumns", { optionalColumns: [1] }],
    ["scope", { scope: "market" }],
    ["weight", { outputs: ["wieght"] }],
    ["outputs", { output: ["weight"] }],
    ["parameters.fast", { parameters: { fast: 10 } }],
    ["parameters.fast.kind", { parameters: { fast: { kind: "int", default: 1 } } }],
    ["parameters.fast.values", { parameters: { fast: { kind: "choice", default: "a" } } }],
    ["parameters.fast.minimum", { parameters: { fast: { kind: "integer", minimum: "1", default: 1 } } }],
    ["parameters.fast.default", { parameters: { fast: { kind: "integer", minimum: 5, default: 1 } } }],
    ["parameters.fast.default", { parameters: { fast: { kind: "integer" } } }],
    ["twice", { parameters: { fastLength: parameters.fast, fast_length: parameters.fast } }],
    ["2nd", { parameters: { "2nd": parameters.fast } }],
  ])("refuses a strategy and names %s", (named, members) => {
    expect(faultOf(odd(members))).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining(named),
    });
  });

  it("refuses what is not an object", () => {
    expect(faultOf(42 as unknown as Strategy)).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("refuses columns that a function does not return as a list", () => {
    expect(faultOf(odd({ columns: () => "high" }))).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("refuses a strategy that sees all symbols", () => {});
});

describe("backtest", () => {
  it("refuses a strategy that is not bound", async () => {
    const dataset = memoryDataset({ A: { timestamp: [0, 1], close: [1, 2] } });
    await expect(backtest(dataset, { strategy: example as never })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("bindStrategy"),
    });
  });
});
