import { backtestDefaults, backtestParameters, type Parameter, signalDefaults, signalParameters } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type AxisValue, createSpace, type SweepDefinition } from "../src/index.ts";
import { lengthKeys } from "../src/space/sweep-keys.ts";
import { messageOf } from "./faults.ts";
import { clashing, cross } from "./strategies.ts";

const lengths = { emaLength: "10..60:5" };

describe("a space", () => {
  it("counts its combinations exactly", () => {
    const kinds = ["ema", "hma", "wma", "dema", "lsma", "kama"];
    const grid = Object.fromEntries(kinds.map((kind) => [`${kind}Length`, "101..200"]));
    expect(createSpace({ grid }).size).toBe(10n ** 12n);
    expect(createSpace({ grid: { ...grid, feeBps: "0..99:1", slippageBps: "0..9998:1" } }).size).toBe(
      10n ** 14n * 9999n,
    );
    expect(createSpace({ grid: { ...grid, lambda: "0.1..0.2" } }).size).toBeUndefined();
  });

  it("makes configurations over a base, with fixed values above it", () => {
    const space = createSpace(
      {
        grid: { ema_len: "10..60:5", robustness: "Narrow,Wide", stopLoss: "0,0.05" },
        fixed: { fee_bps: 5, kamaLength: "40" },
      },
      { base: { feeBps: 20, slippageBps: 3, kamaLength: 50, growthCap: "none" } },
    );
    expect(space.configuration([25, "Wide", 0.05])).toEqual({
      signals: { ...signalDefaults, emaLength: 25, robustness: "Wide", kamaLength: 40, growthCap: "none" },
      backtest: { ...backtestDefaults, feeBps: 5, slippageBps: 3, stopLoss: 0.05 },
      parameters: {},
    });
  });

  it("makes parts once that no axis varies", () => {
    const space = createSpace({ grid: lengths });
    expect(space.configuration([10]).backtest).toBe(space.configuration([15]).backtest);
  });

  it("converts none to an absent member, or leaves it if the member has that word", () => {
    const space = createSpace({ grid: { size: "none,0.5", growthCap: "none,100" } });
    const { backtest, signals } = space.configuration(["none", "none"]);
    expect([backtest.size, signals.growthCap]).toEqual([undefined, "none"]);
  });

  it("sweeps the parameters of a strategy over its defaults", () => {
    const space = createSpace(
      { grid: { "parameters.fast": "5..20" }, fixed: { "parameters.mode": "weighted" } },
      { strategy: cross, parameters: { slow: "80" } },
    );
    expect(space.configuration([7]).parameters).toEqual({
      fast: 7,
      slow: 80,
      band: 0.01,
      exact: false,
      mode: "weighted",
    });
  });

  it("ties keys to one value", () => {
    const all = createSpace({ grid: { kamaLength: "10..60:5" }, tie: ["lengths"] });
    expect(all.axes[0]).toMatchObject({ name: "kamaLength", size: 11 });
    expect(new Set(all.axes[0]?.keys)).toEqual(new Set(lengthKeys));
    const { signals } = all.configuration([35]);
    expect(lengthKeys.map((key) => signals[key as "emaLength"])).toEqual([35, 35, 35, 35, 35, 35]);
    const some = createSpace({
      grid: { emaLength: "10..60:5", feeBps: "1,2" },
      tie: ["emaLength, wma_len", ["slippageBps", "feeBps"]],
    });
    const { signals: two, backtest } = some.configuration([20, 2]);
    expect([two.emaLength, two.wmaLength, two.hmaLength, backtest.slippageBps]).toEqual([20, 20, 28, 2]);
  });

  it("accepts combinations for which every where is true", () => {
    const space = createSpace(
      {
        grid: { emaLength: "10..60:5", wmaLength: "10..60:5" },
        where: ["emaLength < wmaLength", "kamaLength == 40 and robustness == Medium"],
      },
      { base: { kamaLength: 40 } },
    );
    expect([space.accepts([10, 20]), space.accepts([20, 20])]).toEqual([true, false]);
    const other = createSpace({ grid: lengths, tie: ["lengths"], where: "kama_len >= 40 and growthCap == 10000" });
    expect([other.accepts([35]), other.accepts([40])]).toEqual([false, true]);
    const mine = createSpace(
      {
        grid: { "parameters.fast": "5..20" },
        where: "parameters.fast * 2 < parameters.slow and parameters.mode == simple",
      },
      { strategy: cross, parameters: { slow: 30 } },
    );
    expect([mine.accepts([14]), mine.accepts([15])]).toEqual([true, false]);
  });

  it("does not accept what has no value", () => {
    const space = createSpace({ grid: { growthCap: "none,100" }, where: "growthCap < 1000" });
    expect([space.accepts(["none"]), space.accepts([100])]).toEqual([false, true]);
  });

  it("reports a rule between keys per configuration", () => {
    const space = createSpace({ grid: { emaLength: "5..60:5", robustness: "Narrow,Wide" } });
    expect(space.configuration([5, "Narrow"]).signals.emaLength).toBe(5);
    expect(messageOf(() => space.configuration([5, "Wide"]))).toContain("8 or more is required");
  });

  it("needs a value per axis", () => {
    expect(messageOf(() => createSpace({ grid: lengths }).configuration([]), "ATC_INVALID_ARGUMENT")).toContain(
      "0 values for 1 axes",
    );
  });
});

describe("a space is refused", () => {
  it.each<[string, SweepDefinition, string]>([
    ["without axes", { grid: {} }, "no axes"],
    [
      "with an axis in two spellings",
      { grid: { emaLength: "10..20", ema_len: "10..20" } },
      "emaLength has an axis already (grid.emaLength)",
    ],
    [
      "with a fixed value outside its range",
      { grid: lengths, fixed: { decay: 101 } },
      "a number from 0 to 100 is required",
    ],
    [
      "with a fixed word that is none",
      { grid: lengths, fixed: { robustness: "Huge" } },
      "Narrow, Medium or Wide is required",
    ],
    ["with a key that is fixed and varied", { grid: lengths, fixed: { ema_len: 20 } }, "the axis emaLength varies it"],
    [
      "with a tied key that is fixed",
      { grid: lengths, tie: ["lengths"], fixed: { kamaLength: 20 } },
      "the axis emaLength varies it",
    ],
    ["with a key that is fixed twice", { grid: lengths, fixed: { feeBps: 1, fee_bps: 2 } }, "fixed already"],
    ["with an unknown fixed key", { grid: lengths, fixed: { feeBsp: 1 } }, 'did you mean "feeBps"?'],
    ["with a tie of unknown keys", { grid: lengths, tie: ["emaLength,kamaLenght"] }, 'did you mean "kamaLength"?'],
    ["with a tie of one key", { grid: lengths, tie: ["emaLength"] }, "has no effect"],
    ["with a tie without an axis", { grid: { feeBps: "1,2" }, tie: ["lengths"] }, "none of the tied keys"],
    [
      "with a tie of two axes",
      { grid: { ...lengths, kamaLength: "10..20" }, tie: ["lengths"] },
      "emaLength, kamaLength all have values",
    ],
    [
      "with a key in two ties",
      { grid: lengths, tie: ["emaLength,kamaLength", "kamaLength,wmaLength"] },
      "kamaLength is tied twice",
    ],
    [
      "with a tied key that does not accept the values",
      { grid: { lambda: "50,150" }, tie: ["lambda,decay"] },
      '"150" is not a value of decay',
    ],
    [
      "with lengths that are all too short",
      { grid: { emaLength: "1..4" } },
      "no configuration of the space is valid: emaLength",
    ],
    [
      "with thresholds that never fit",
      { grid: { longThreshold: "-0.5..-0.2:0.1", shortThreshold: "-0.1..0.2:0.1" } },
      "longThreshold",
    ],
    [
      "with a sizing that always needs a size",
      { grid: { sizing: "fixedNotional,fixedQuantity" } },
      "needs an amount of money",
    ],
    [
      "with fractions that all exceed the leverage",
      { grid: { size: "2..3:0.5" }, fixed: { sizing: "fixedFraction" } },
      "maxLeverage",
    ],
    ["with stops beyond the price", { grid: { stopLoss: "1..5:1" } }, "below 1 is required"],
  ])("%s", (_, definition, part) => {
    expect(messageOf(() => createSpace(definition))).toContain(part);
  });

  it("not if some values fulfil the rules", () => {
    createSpace({ grid: { emaLength: "1..50", robustness: "Wide" } });
    createSpace({ grid: { longThreshold: "-0.5..0.2:0.1", shortThreshold: "-0.1..0.2:0.1" } });
    createSpace({ grid: { sizing: "fixedNotional,allIn" } });
    createSpace({ grid: { sizing: "fixedNotional", size: "100,200" } });
    createSpace({ grid: { stopLoss: "1..5:1", exitUnits: "fraction,atr" } });
    createSpace({ grid: { stopLoss: "0.5..5" } });
  });

  it("with an expression that does not parse, at its place", () => {
    const definition = {
      grid: lengths,
      where: ["emaLength > 5", "emaLenght < 3"],
      origins: { "where.1": "sweep.yaml:7" },
    };
    const message = messageOf(() => createSpace(definition), "ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/^sweep.yaml:7: there is no key "emaLenght"; did you mean "emaLength"\?\n/);
  });

  it("with a parameter that has the name of a key", () => {
    expect(messageOf(() => createSpace({ grid: { "parameters.lambda": "1,2" } }, { strategy: clashing }))).toContain(
      "rename the parameter",
    );
    expect(createSpace({ grid: { "parameters.fine": "1,2" } }, { strategy: clashing }).size).toBe(2n);
  });

  it("with the place of each fault", () => {
    const origins = { "grid.emaLength": '--grid "emaLength=60..10"' };
    expect(messageOf(() => createSpace({ grid: { emaLength: "60..10" }, origins }))).toMatch(
      /^--grid "emaLength=60\.\.10": /,
    );
  });
});

/** Two values that a key accepts. */
function someValues({ kind, values, minimum, above, below, default: value }: Parameter): readonly AxisValue[] {
  if (kind === "boolean") return [true, false];
  if (kind === "choice" || kind === "shares") return (values ?? []).slice(0, 2);
  if (kind === "text") return typeof value === "string" ? [value, "daily"] : ["SPY", "QQQ"];
  const first = typeof value === "number" ? value : (minimum ?? (above ?? 0) + 1);
  return [first, below === undefined ? first + 1 : (first + below) / 2];
}

describe("every key of the table", () => {
  const table = Object.entries<Parameter>({ ...signalParameters, ...backtestParameters });

  it.each(table)("can be swept: %s", (name, parameter) => {
    const needed: Readonly<Record<string, SweepDefinition["fixed"]>> = {
      maintenanceMargin: { maxLeverage: 0.5 },
      size: { sizing: "fixedNotional" },
      longThreshold: { shortThreshold: -2 },
      shortThreshold: { longThreshold: 2 },
      stopLoss: { exitUnits: "atr" },
      trailingStop: { exitUnits: "atr" },
      decay: {},
    };
    const values = someValues(parameter);
    const space = createSpace({
      grid: { [name]: values },
      ...(needed[name] === undefined ? {} : { fixed: needed[name] }),
    });
    for (const value of values) {
      const { signals, backtest } = space.configuration([value]);
      expect({ ...signals, ...backtest }).toMatchObject({ [name]: value });
      expect(
        createSpace({ grid: { emaLength: "20..30", [name]: values }, where: `${name} == ${name}` }).accepts([
          20,
          value,
        ]),
      ).toBe(true);
    }
  });
});

describe("an object that TypeScript has not checked", () => {
  it.each<[unknown, string]>([
    [{}, "no axes"],
    [{ grid: null }, "grid is null"],
    [{ grid: { lambda: null } }, "values of lambda are null"],
    [{ grid: { lambda: [{}] } }, "has the value {}"],
    [{ grid: { lambda: { from: 1, to: 2, by: 3 } } }, 'a member "by"'],
    [{ grid: { lambda: 1 }, wher: "lambda > 1" }, 'did you mean "where"?'],
    [{ grid: { lambda: 1 }, where: 5 }, "where is 5"],
    [{ grid: { lambda: 1 }, tie: "lengths" }, "tie is"],
    [{ grid: { lambda: 1 }, sample: { method: "best" } }, 'method is "best"'],
  ])("is checked: %j", (definition, part) => {
    expect(messageOf(() => createSpace(definition as SweepDefinition))).toContain(part);
  });

  it("may have a faulty base, which is reported at once", () => {
    expect(messageOf(() => createSpace({ grid: lengths }, { base: { feeBps: -1 } }))).toContain('"feeBps" is "-1"');
    expect(messageOf(() => createSpace({ grid: lengths }, { base: { lambda: Number.NaN } }))).toContain(
      '"lambda" is "NaN"',
    );
    expect(messageOf(() => createSpace({ grid: lengths }, { base: { kamaLength: 2 } }))).toContain("kamaLength is 2");
  });
});
