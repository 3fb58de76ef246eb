import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Axis, type AxisDefinition, type AxisValue, createSpace } from "../src/index.ts";
import { messageOf } from "./faults.ts";
import { cross } from "./strategies.ts";

function axisOf(key: string, definition: AxisDefinition): Axis {
  const [axis] = createSpace({ grid: { [key]: definition } }).axes;
  if (axis === undefined) throw new Error("there is no axis");
  return axis;
}

function valuesOf(axis: Axis): readonly AxisValue[] {
  return Array.from({ length: axis.size ?? 0 }, (_, index) => axis.at(index));
}

describe("the values of an axis", () => {
  it.each<[string, AxisDefinition, readonly AxisValue[]]>([
    ["emaLength", "10..60:5", [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]],
    ["emaLength", "10..13", [10, 11, 12, 13]],
    ["emaLength", "10..60:20", [10, 30, 50]],
    ["ema_len", " 10 .. 12 : 1 ", [10, 11, 12]],
    ["emaLength", { from: 10, to: 20, step: 5 }, [10, 15, 20]],
    ["emaLength", "1_000..2_000:500", [1000, 1500, 2000]],
    ["lambda", "0.01,0.02,0.05", [0.01, 0.02, 0.05]],
    ["lambda", "0.1..0.5:0.1", [0.1, 0.2, 0.3, 0.4, 0.5]],
    ["lambda", "1e-3..3e-3:1e-3", [0.001, 0.002, 0.003]],
    ["shortThreshold", "-0.5..-0.1:0.2", [-0.5, -0.3, -0.1]],
    ["lambda", [0.05, "0.01"], [0.05, 0.01]],
    ["lambda", 0.5, [0.5]],
    ["robustness", "Narrow, Medium,Wide", ["Narrow", "Medium", "Wide"]],
    ["strategyMode", "no,yes", [false, true]],
    ["strategyMode", [true], [true]],
    ["growthCap", "none,1000", ["none", 1000]],
    ["rebalance", "never,bars:5,daily", ["never", "bars:5", "daily"]],
    ["weights", "equal,full", ["equal", "full"]],
    ["size", "none,0.5", ["none", 0.5]],
  ])("of %s=%s are %j", (key, definition, values) => {
    expect(valuesOf(axisOf(key, definition))).toEqual(values);
  });

  it("have canonical names and kinds", () => {
    expect(axisOf("ema_len", "10..12")).toMatchObject({
      name: "emaLength",
      keys: ["emaLength"],
      kind: "integer",
      size: 3,
    });
    expect(axisOf("lambda", "0.1..0.2")).toMatchObject({ kind: "number", size: undefined, isOrdered: true });
    expect(axisOf("robustness", "Wide,Narrow")).toMatchObject({ kind: "text", size: 2, isOrdered: false });
    expect(axisOf("lambda", "0.1,0.2").isOrdered).toBe(true);
    expect(axisOf("lambda", "0.2,0.1").isOrdered).toBe(false);
  });

  it("are those of the strategy's parameters", () => {
    const { axes } = createSpace(
      { grid: { "parameters.fast": "5..20", "parameters.band": "0.1..0.3:0.1", "parameters.mode": "simple,weighted" } },
      { strategy: cross },
    );
    expect(axes.map(({ name, size }) => [name, size])).toEqual([
      ["parameters.fast", 16],
      ["parameters.band", 3],
      ["parameters.mode", 2],
    ]);
  });

  it("of a range without a step are every number, equally or logarithmically likely", () => {
    const linear = axisOf("lambda", "0.2..0.6");
    expect([0, 0.25, 0.5].map((part) => linear.atPart(part))).toEqual([0.2, 0.3, 0.4]);
    const log = axisOf("lambda", "0.001..0.1:log");
    expect([0, 0.5].map((part) => log.atPart(part))).toEqual([0.001, 0.01]);
    expect(log.partOf(0.01)[0]).toBeCloseTo(0.5, 12);
    expect(log.atPart(1 - 2 ** -53)).toBe(0.1);
  });

  it("of an integer range by logarithm are integers, small ones more likely", () => {
    const log = axisOf("emaLength", "10..500:log");
    expect(log.size).toBe(491);
    const drawn = Array.from({ length: 1000 }, (_, i) => Number(log.atPart(i / 1000)));
    expect(drawn.every(Number.isInteger)).toBe(true);
    expect([drawn[0], drawn.at(-1)]).toEqual([10, 499]);
    // Each integer has the share of the logarithms half a bar around it.
    const share = Math.log(70.5 / 9.5) / Math.log(500.5 / 9.5);
    expect(drawn.filter((value) => value < 71)).toHaveLength(Math.ceil(share * 1000));
  });

  it("take parts of the axis in order, without gaps", () => {
    const definitions: readonly (readonly [string, AxisDefinition])[] = [
      ["emaLength", "10..60:5"],
      ["emaLength", "10..500:log"],
      ["robustness", "Narrow,Medium,Wide"],
      ["lambda", "0.1..0.9:0.1"],
    ];
    for (const [key, definition] of definitions) {
      const axis = axisOf(key, definition);
      let end = 0;
      for (const value of valuesOf(axis)) {
        const [from, to] = axis.partOf(value);
        expect(from).toBeCloseTo(end, 12);
        expect(axis.atPart((from + to) / 2)).toBe(value);
        end = to;
      }
      expect(end).toBeCloseTo(1, 12);
    }
  });

  it("by steps are the decimals that a person writes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 6 }),
        (from, step, count, digits) => {
          const written = (n: number): number => Number(`${n}e-${digits}`);
          const to = from + step * count;
          const axis = axisOf("longThreshold", { from: written(from), to: written(to), step: written(step) });
          expect(valuesOf(axis)).toEqual(Array.from({ length: count + 1 }, (_, i) => written(from + i * step)));
        },
      ),
    );
  });
});

describe("an axis is refused", () => {
  it.each<[string, AxisDefinition, string]>([
    ["emaLength", "60..10:5", "empty, because 60 is above 10"],
    ["emaLength", "10..60:0", "step of emaLength is 0"],
    ["emaLength", "10..60:-5", "step of emaLength is -5"],
    ["emaLength", "10..60:100", "longer than its range"],
    ["emaLength", "10..60:2.5", "give an integer"],
    ["emaLength", "10.5..60:1", "an integer from 1 to 1000000"],
    ["emaLength", "0..60:5", '"0" is not a value of emaLength'],
    ["emaLength", "10..2000000:10", '"2000000" is not a value'],
    ["emaLength", "10..10", "has one value; write emaLength=10"],
    ["emaLength", "10..x", "is not a range"],
    ["emaLength", "10..60:fast", "is not a range"],
    ["emaLength", "10...60", "is not a range"],
    ["emaLength", "", "has no values"],
    ["emaLength", [], "has no values"],
    ["emaLength", "10,,20", "empty"],
    ["emaLength", "10,20,10", "value 10 twice"],
    ["emaLength", "10,x", '"x" is not a value of emaLength'],
    ["decay", "0..101:1", '"101" is not a value of decay'],
    ["lambda", "0..0.1:log", "begin above 0"],
    ["lambda", "0..1000:1e-15", "more than 2^53 values"],
    ["lambda", { from: 0.1, to: 0.2, step: 0.01, scale: "log" }, "a step and a scale"],
    ["lambda", { from: 0.1, to: Number.NaN }, "to of lambda"],
    ["robustness", "Narow,Wide", 'did you mean "Narrow"?'],
    ["robustness", { from: 1, to: 2 }, "is not a number"],
    ["robustness", "Narrow..Wide", "is not a value"],
    ["strategyMode", "maybe", "true or false is required"],
    ["rebalance", "sometimes", "bars:5"],
    ["weights", "AAA=0.5", "equal, inverseVolatility, full"],
    ["emaLenght", "10..20", 'did you mean "emaLength"?'],
    ["lengths", "10..20", "--tie lengths"],
    ["__proto__x", "10..20", "no key"],
    ["constructor", "10..20", "no key"],
    ["limit", "10..20", 'no key "limit" to sweep; give one such as emaLength'],
    ["parameters.fast", "5..20", "ATC has no parameters"],
  ])("%s=%s: %s", (key, definition, part) => {
    const message = messageOf(() => axisOf(key, definition));
    expect(message).toContain(part);
    expect(message).toMatch(new RegExp(`^grid.${key.replace(".", "\\.")}: `));
  });

  it.each<[string, string]>([
    ["fast", "write parameters.fast"],
    ["parameters.fats", 'did you mean "parameters.fast"?'],
    ["emaLength", 'the strategy "two-lines" does not read emaLength'],
  ])("under a strategy: %s", (key, part) => {
    expect(messageOf(() => createSpace({ grid: { [key]: "5..20" } }, { strategy: cross }))).toContain(part);
  });
});
