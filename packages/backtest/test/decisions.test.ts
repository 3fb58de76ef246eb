import type { DecisionName, Decisions } from "@atc/contract";
import { type BacktestConfig, backtestDefaults, isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BoundStrategy, createDecider, startDecisions, strategyOf, wantedDecisions } from "../src/index.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const config = (given: Partial<BacktestConfig>): BacktestConfig => ({ ...backtestDefaults, ...given });

interface Decided {
  readonly directions: readonly number[];
  readonly strengths: readonly number[] | undefined;
  readonly entries: readonly number[] | undefined;
}

type Columns = { readonly [Name in DecisionName | "direction"]?: readonly number[] };

/** The decisions of given outputs, pushed in blocks of a length. */
function decided(given: Partial<BacktestConfig>, columns: Columns, blockLength = 4096): Decided {
  const decider = createDecider(config(given), "AAA");
  const { direction, ...others } = columns;
  const { length } = Object.values(columns)[0] ?? [];
  const directions: number[] = [];
  const strengths: number[] = [];
  const entries: number[] = [];
  for (let from = 0; from < length; from += blockLength) {
    const to = Math.min(length, from + blockLength);
    const block = Object.fromEntries(
      Object.entries(others).map(([name, values]) => [name, Float64Array.from(values.slice(from, to))]),
    ) as Decisions;
    const result = decider.decide(Int8Array.from((direction ?? Array(length).fill(0)).slice(from, to)), block);
    directions.push(...result.directions);
    strengths.push(...(result.strengths ?? []));
    entries.push(...(result.entries ?? []));
  }
  return {
    directions,
    strengths: strengths.length === 0 ? undefined : strengths,
    entries: entries.length === 0 ? undefined : entries,
  };
}

function errorOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (isAtcError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("wantedDecisions", () => {
  it("wants strengths only if positions follow them or compete by them", () => {
    expect(wantedDecisions(config({}))).toEqual([]);
    expect(wantedDecisions(config({ sizing: "fixedFraction" }))).toEqual([]);
    expect(wantedDecisions(config({ sizing: "signalProportional" }))).toEqual(["strength"]);
    expect(wantedDecisions(config({ account: "shared" }))).toEqual([]);
    expect(wantedDecisions(config({ maxPositions: 2 }))).toEqual([]);
    expect(wantedDecisions(config({ account: "shared", maxPositions: 2 }))).toEqual(["strength"]);
    expect(wantedDecisions(config({}), { strength: true })).toEqual(["strength"]);
  });

  it("wants the columns of the other signals", () => {
    expect(wantedDecisions(config({ signal: "weight" }))).toEqual(["weight"]);
    expect(wantedDecisions(config({ signal: "entries" }))).toEqual([
      "longEntry",
      "longExit",
      "shortEntry",
      "shortExit",
    ]);
  });
});

describe("signal: strategy", () => {
  it("hands on directions, and has no strengths if none are wanted", () => {
    expect(decided({}, { direction: [0, 1, 1, -1, 0] })).toEqual({
      directions: [0, 1, 1, -1, 0],
      strengths: undefined,
      entries: undefined,
    });
  });

  it("repeats the last strength, 0 at first", () => {
    const strength = [nan, 0.5, nan, -0.25, nan];
    expect(decided({}, { direction: [1, 1, 1, -1, 0], strength })).toMatchObject({
      directions: [1, 1, 1, -1, 0],
      strengths: [0, 0.5, 0.5, -0.25, -0.25],
    });
  });

  it("follows the sign of the strength if positions are proportional to it", () => {
    const strength = [nan, 0.5, 0, -0.25, nan];
    const found = decided({ sizing: "signalProportional" }, { direction: [1, 0, 1, 1, 1], strength });
    expect(found.directions).toEqual([0, 1, 0, -1, -1]);
  });

  it.each([-1, 0, 1, 2, 1000])(
    "refuses another direction with symbol and bar, in the block of %d more bars",
    (more) => {
      const direction = [0, 1, 1, 2, ...Array(Math.max(0, more)).fill(0)];
      const { code, message } = errorOf(() => decided({}, { direction }, more === -1 ? 1 : undefined));
      expect(code).toBe("ATC_INVALID_ARGUMENT");
      expect(message).toMatch(/"2" for symbol "AAA" at bar 3;/);
    },
  );

  it.each([infinity, -infinity])("refuses the strength %d with symbol and bar", (value) => {
    const { code, message } = errorOf(() => decided({}, { direction: [0, 0, 0], strength: [0, nan, value] }, 2));
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/strength "-?Infinity" for symbol "AAA" at bar 2;/);
  });
});

describe("signal: weight", () => {
  it("holds the column, whose sign is the direction", () => {
    const weight = [nan, 0.25, nan, -2, 0, nan, -0];
    expect(decided({ signal: "weight" }, { weight })).toMatchObject({
      directions: [0, 1, 1, -1, 0, 0, 0],
      strengths: [0, 0.25, 0.25, -2, 0, 0, -0],
    });
  });

  it("refuses an infinite weight with symbol and bar", () => {
    const { code, message } = errorOf(() => decided({ signal: "weight" }, { weight: [1, infinity] }));
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/weight "Infinity" for symbol "AAA" at bar 1;/);
  });

  it("does not read what the strategy wrote to its directions", () => {
    expect(decided({ signal: "weight" }, { direction: [5, -7], weight: [1, nan] }).directions).toEqual([1, 1]);
  });
});

/** The rules of entries as the specification states them, one after the other. */
function plainEntries(signals: Readonly<Record<string, boolean>>, held: number): { direction: number; entry: boolean } {
  let { longEntry, longExit, shortEntry, shortExit } = signals;
  if (longEntry && longExit) longEntry = longExit = false;
  if (shortEntry && shortExit) shortEntry = shortExit = false;
  if (longEntry && shortEntry) longEntry = shortEntry = false;
  let direction = held;
  if (longEntry) direction = 1;
  if (shortEntry) direction = -1;
  if (longExit && direction === 1 && !longEntry) direction = 0;
  if (shortExit && direction === -1 && !shortEntry) direction = 0;
  return { direction, entry: Boolean(longEntry) || Boolean(shortEntry) };
}

describe("signal: entries", () => {
  const names = ["longEntry", "longExit", "shortEntry", "shortExit"] as const;
  const enter = { "-1": "shortEntry", 0: "none", 1: "longEntry" } as const;
  const matrix = [-1, 0, 1].flatMap((held) => Array.from({ length: 16 }, (_, bits) => [held, bits] as const));

  it.each(matrix)("from %d, with the columns %d", (held, bits) => {
    const on = (name: string, i: number): boolean => (bits & (1 << i)) !== 0 && name !== "none";
    const columns = Object.fromEntries(
      names.map((name, i) => [name, [enter[held as -1 | 0 | 1] === name ? 1 : 0, on(name, i) ? 1 : 0]]),
    );
    const found = decided({ signal: "entries" }, columns);
    const { direction, entry } = plainEntries(Object.fromEntries(names.map((name, i) => [name, on(name, i)])), held);
    expect(found.directions).toEqual([held, direction]);
    expect(found.entries).toEqual([held === 0 ? 0 : 1, entry ? 1 : 0]);
    expect(found.strengths).toBeUndefined();
  });

  it("decides some of them by hand", () => {
    const columns = {
      // Enter; both of a side cancel, the other side counts; two entries cancel; an exit of the other side has no
      // effect.
      longEntry: [1, 1, 1, 0, 0, 0],
      longExit: [0, 1, 0, 0, 1, 0],
      shortEntry: [0, 1, 1, 0, 0, 0],
      shortExit: [0, 0, 0, 0, 0, 1],
    };
    const found = decided({ signal: "entries" }, columns);
    expect(found.directions).toEqual([1, -1, -1, -1, -1, 0]);
    expect(found.entries).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it("repeats a missing value of each column, 0 at first", () => {
    const columns = {
      longEntry: [nan, 1, nan, 0, nan],
      longExit: [nan, nan, nan, nan, 1],
      shortEntry: [nan, nan, nan, nan, nan],
      shortExit: [nan, 0, 0, 0, 0],
    };
    const found = decided({ signal: "entries" }, columns);
    expect(found.directions).toEqual([0, 1, 1, 1, 0]);
    expect(found.entries).toEqual([0, 1, 1, 0, 0]);
  });

  it.each([2, -1, 0.5, infinity])("refuses %d with symbol, bar and column", (value) => {
    const columns = { longEntry: [0, 0], longExit: [0, 0], shortEntry: [0, value], shortExit: [0, 0] };
    const { code, message } = errorOf(() => decided({ signal: "entries" }, columns));
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toContain(`the shortEntry "${value}" for symbol "AAA" at bar 1;`);
  });
});

describe("blocks", () => {
  const signs = fc.constantFrom(-1, 0, 1);
  const flags = fc.constantFrom(0, 1, nan);
  const row = fc.record({
    direction: signs,
    strength: fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constant(nan)),
    longEntry: flags,
    longExit: flags,
    shortEntry: flags,
    shortExit: flags,
  });

  it("of 1, 7 and 4096 bars give the same", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const column = (name: keyof (typeof rows)[number]): number[] => rows.map((one) => one[name]);
        const entries = Object.fromEntries(
          (["longEntry", "longExit", "shortEntry", "shortExit"] as const).map((name) => [name, column(name)]),
        );
        const cases: [Partial<BacktestConfig>, Columns][] = [
          [{ sizing: "signalProportional" }, { direction: column("direction"), strength: column("strength") }],
          [{ signal: "weight" }, { weight: column("strength") }],
          [{ signal: "entries" }, entries],
        ];
        for (const [given, columns] of cases) {
          const whole = decided(given, columns);
          expect(decided(given, columns, 1)).toEqual(whole);
          expect(decided(given, columns, 7)).toEqual(whole);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("startDecisions", () => {
  const bars = (count: number) => ({ close: new Float64Array(count).fill(1) });

  function recording(outputs: readonly DecisionName[]): { strategy: BoundStrategy; seen: string[][] } {
    const seen: string[][] = [];
    const start =
      (_: string, wanted: readonly DecisionName[]) => (_bars: unknown, _directions: Int8Array, all: Decisions) => {
        expect(Object.keys(all)).toEqual(wanted);
        seen.push(Object.entries(all).map(([name, values]) => `${name} ${[...values].join(" ")}`));
      };
    return { strategy: strategyOf("recording", start, { outputs }), seen };
  }

  it("gives a strategy an array of NaN per wanted output that it has, again for each block", () => {
    const { strategy, seen } = recording(["strength", "weight"]);
    const run = startDecisions(strategy, config({}), "AAA", { strength: true });
    run.decide(bars(2), new Int8Array(2));
    run.decide(bars(3), new Int8Array(3));
    run.decide(bars(1), new Int8Array(1));
    expect(seen).toEqual([["strength NaN NaN"], ["strength NaN NaN NaN"], ["strength NaN"]]);
  });

  it("does not ask for a strength that the strategy lacks; its strength is its direction", () => {
    const { strategy, seen } = recording([]);
    const run = startDecisions(strategy, config({ sizing: "signalProportional" }), "AAA");
    expect(run.decide(bars(1), Int8Array.of(1))).toEqual({ directions: Int8Array.of(0) });
    expect(seen).toEqual([[]]);
  });

  it("refuses a signal that the strategy does not decide", () => {
    const { strategy } = recording(["strength"]);
    const { code, message } = errorOf(() => startDecisions(strategy, config({ signal: "weight" }), "AAA"));
    expect(code).toBe("ATC_INVALID_CONFIG");
    expect(message).toMatch(/"signal" is "weight": the strategy "recording" decides no weight/);
  });
});
