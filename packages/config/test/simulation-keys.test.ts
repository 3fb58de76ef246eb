import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigFault } from "../src/index.ts";
import { parseConfig, sharesText } from "../src/index.ts";
import { sharesOf } from "../src/layers/shares-text.ts";
import { errorOf, faultsOf, folderWith, load, loadText } from "./folder.ts";

const faultsIn = (object: object): Promise<readonly ConfigFault[]> =>
  faultsOf(Promise.resolve().then(() => parseConfig(object)));

describe("weights", () => {
  const flags = (weights: string) => load({ file: false, flags: { weights } });

  it.each([
    ["AAA=0.5,BBB=0.3", { AAA: 0.5, BBB: 0.3 }],
    [" AAA = 0.5 , BBB=1e-1 ", { AAA: 0.5, BBB: 0.1 }],
    ["EURUSD=X=1", { "EURUSD=X": 1 }],
    ['"A,B"=1,"say ""hi""" = 2,C=0', { "A,B": 1, 'say "hi"': 2, C: 0 }],
    ["inverseVolatility", "inverseVolatility"],
    ["none=1", { none: 1 }],
  ])("of a flag and a variable, %s, are read", async (text, expected) => {
    expect((await flags(text)).config.weights).toEqual(expected);
    expect((await load({ file: false, env: { ATC_WEIGHTS: text } })).config.weights).toEqual(expected);
  });

  it.each(["AAA", "AAA=", "=1", "AAA=x", "AAA=0.5,", "AAA=1,AAA=2", '"AAA=1', "equally", '"A"B=1'])(
    "of a flag, %s, are refused with the form that works",
    async (text) => {
      expect(await faultsOf(flags(text))).toMatchObject([
        { path: "weights", origin: "--weights", value: text, allowed: expect.stringContaining("AAA=0.5,BBB=0.3") },
      ]);
    },
  );

  it("name the symbol of a wrong share, in every layer", async () => {
    const allowed = "a number of 0 or more is required";
    expect(await faultsOf(flags("AAA=1,BBB=-1"))).toMatchObject([
      { path: "weights.BBB", key: "weights", origin: "--weights", value: -1, allowed },
    ]);
    const error = await errorOf(loadText("weights:\n  AAA: 1\n  BBB: much\n"));
    expect(error.details["faults"]).toMatchObject([{ path: "weights.BBB", value: "much", allowed }]);
    expect(await faultsIn({ weights: { AAA: Number.NaN } })).toMatchObject([{ path: "weights.AAA", value: "NaN" }]);
  });

  it("keep symbols of digits as written in a file", async () => {
    const { config } = await loadText(
      "account: shared\nweights: { 0700: 0.5, 600519: 0.25, 1e3: '1', true: 2, ON: 1 }\n",
    );
    expect(config.weights).toEqual({ "0700": 0.5, "600519": 0.25, "1e3": 1, true: 2, ON: 1 });
    const json = await loadText('{ "weights": { "0700": 0.5 } }', "atc.json");
    expect(json.config.weights).toEqual({ "0700": 0.5 });
  });

  it("are shown as text that is read as the same", () => {
    const symbol = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom("A,B", 'say "hi"', "EURUSD=X", " A ", "__proto__"),
    );
    const shares = fc.dictionary(symbol, fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { minKeys: 1 });
    fc.assert(
      fc.property(shares, (given) => {
        expect(sharesOf(sharesText(given))).toEqual({ ...given });
      }),
    );
  });

  it("are frozen with the configuration", () => {
    expect(Object.isFrozen(parseConfig({ weights: { AAA: 1 } }).weights)).toBe(true);
  });
});

describe("rules between keys of the simulation", () => {
  it("blame the key that is set, with its place, all in one error", async () => {
    const cwd = await folderWith({ "atc.yaml": "sizing: fixedNotional\nmaintenance_margin: 0.5\n" });
    const error = await errorOf(
      load({ cwd, env: { ATC_MAX_LEVERAGE: "2" }, flags: { "stop-loss": "1", "lot-size": -1 } }),
    );
    expect(error.details["faults"]).toMatchObject([
      { path: "lotSize", origin: "--lot-size" },
      { path: "sizing", key: "sizing", origin: `${cwd}/atc.yaml:1`, value: "fixedNotional" },
      { path: "maintenance_margin", key: "maintenanceMargin", origin: `${cwd}/atc.yaml:2`, value: 0.5 },
      { path: "stopLoss", key: "stopLoss", origin: "--stop-loss", value: 1 },
    ]);
    expect(error.message).toContain("set size");
  });

  it("blame the leverage if only that is set", async () => {
    expect(await faultsIn({ sizing: "fixedFraction", maxLeverage: 0.5 })).toMatchObject([
      { path: "maxLeverage", key: "maxLeverage", origin: "object", value: 0.5 },
    ]);
  });

  it("are skipped for keys with a fault of their own", async () => {
    expect(await faultsIn({ stopLoss: 1, exitUnits: "percent" })).toMatchObject([{ path: "exitUnits" }]);
  });
});

describe("keys without effect beside others", () => {
  function warningsOf(object: object): readonly string[] {
    const warnings: string[] = [];
    parseConfig(object, { onWarning: (message) => warnings.push(message) });
    return warnings;
  }

  it.each([
    [{ weights: "full" }, "account is separate", { account: "shared" }],
    [{ weights: { AAA: 1 } }, "account is separate", { account: "shared" }],
    [{ maxPositions: 2 }, "account is separate", { account: "shared" }],
    [{ delisting: "exit" }, "account is separate", { account: "shared" }],
    [{ size: 0.5 }, "sizing is allIn", { sizing: "fixedFraction" }],
    [{ size: 0.5 }, "sizing is allIn", { signal: "weight" }],
    [{ volatilityLookback: 5 }, "neither sizing nor weights", { sizing: "volatilityTarget", size: 0.2 }],
    [{ volatilityLookback: 5 }, "neither sizing nor weights", { account: "shared", weights: "inverseVolatility" }],
    [{ rebalanceBand: 0.1 }, "rebalance is never", { rebalance: "daily" }],
    [{ exitUnits: "atr" }, "stopLoss, takeProfit and trailingStop are 0", { takeProfit: 2 }],
    [{ intrabar: "optimistic" }, "stopLoss, takeProfit and trailingStop are 0", { trailingStop: 0.1 }],
    [{ atrLength: 5 }, "stopLoss, takeProfit and trailingStop are 0", { stopLoss: 2, exitUnits: "atr" }],
    [{ atrLength: 5, stopLoss: 0.1 }, "exitUnits is fraction", { exitUnits: "atr" }],
    [{ reentry: "immediately" }, "nothing but the signal", { maxHoldingBars: 5 }],
    [{ reentry: "immediately" }, "nothing but the signal", { maintenanceMargin: 0.1 }],
  ])("%j cause a warning, unless %s is not so", (object, reason, others) => {
    const [warning, ...more] = warningsOf(object);
    expect(warning).toMatch(new RegExp(`^"${Object.keys(object)[0]}" \\(object\\) has no effect: ${reason}`));
    expect(more).toEqual([]);
    expect(warningsOf({ ...object, ...others })).toEqual([]);
  });

  it.each([{ weights: { AAA: 1 } }, { maxPositions: 2 }, { delisting: "exit" }, { size: 0.5 }])(
    "%j causes none under a strategy that sees all symbols, and a conditional one if that is not known",
    (object) => {
      expect(warningsOf({ ...object, strategy: "momentum" })).toEqual([]);
      expect(warningsOf({ ...object, strategy: "./mine.js" })).toEqual([
        expect.stringMatching(/has no effect: .*, unless the strategy sees all symbols$/),
      ]);
      expect(warningsOf({ ...object, strategy: "hold" })).toEqual([expect.not.stringContaining("unless")]);
    },
  );

  it("are none of the volatility's if a strategy that sees all symbols weighs by it", () => {
    const weighs = { volatilityLookback: 5, weights: "inverseVolatility" };
    expect(warningsOf({ ...weighs, strategy: "momentum" })).toEqual([]);
  });

  it("are not named at their defaults", () => {
    expect(warningsOf({ weights: "equal", maxPositions: 0, reentry: "nextSignal", size: "none" })).toEqual([]);
    expect(warningsOf({ size: 1 })).toEqual([]);
  });

  it("are in one warning with their lines", async () => {
    const { warnings } = await loadText("max_positions: 2\nrebalanceBand: 0.1\nweights: full\n");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("  weights (line 3), maxPositions (line 1): account is separate");
    expect(warnings[0]).toContain("  rebalanceBand (line 2): rebalance is never");
  });
});
