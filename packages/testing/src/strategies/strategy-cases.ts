import assert from "node:assert/strict";
import {
  AtcError,
  type DecisionName,
  type Strategy,
  type StrategyBars,
  type StrategyParameterValue,
  type StrategyValues,
  type SymbolStrategy,
} from "@atc/contract";
import { checkStrategy, strategyValues } from "@atc/plugin-kit";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { seededRandom } from "../base/sample-bytes.ts";
import { clocksIn } from "./clock-watch.ts";
import {
  type Columns,
  columnsFor,
  lengthOf,
  madeBars,
  partOf,
  requestedColumns,
  withOtherFuture,
} from "./strategy-bars.ts";
import {
  assertSameDecisions,
  type DecisionsByName,
  decideAtOnce,
  type StartedWith,
  startCollected,
} from "./strategy-decisions.ts";
import { universeCases } from "./universe-cases.ts";

/** Options of {@link strategyCases}. */
export interface StrategyCasesOptions {
  /** Values of its parameters. The others have their defaults. */
  readonly parameters?: Readonly<Record<string, StrategyParameterValue>>;
  /**
   * Bars on which it decides something, oldest first: at least 100, with every column that it requests. Default: 3000
   * hourly bars of a random walk, with `timestamp`, prices and `volume`.
   */
  readonly bars?: StrategyBars;
  /**
   * For a strategy that sees all symbols: bars by symbol, as of `bars` and with `timestamp`, at 100 times or more.
   * Default: 12 symbols at 800 hours, of which some begin later, end earlier or lack bars, and two are equal.
   */
  readonly universe?: Readonly<Record<string, StrategyBars>>;
}

/** What the laws are checked with. */
interface Subject {
  readonly strategy: SymbolStrategy;
  readonly values: StrategyValues;
  readonly outputs: readonly DecisionName[];
  /** The names of the columns that it requests. The times may be among the columns although it does not. */
  readonly names: ReadonlySet<string>;
  /** With the optional columns that the bars have. */
  readonly columns: Columns;
  readonly required: Columns;
}

const symbol = "FIRST";

function startedWith(
  { strategy, values, outputs, names }: Subject,
  { wanted = outputs, columns }: { readonly wanted?: readonly DecisionName[]; readonly columns?: Columns } = {},
): StartedWith {
  const requested = [...names].filter((name) => columns === undefined || columns.has(name));
  return { strategy, values, wanted, requested };
}

/** Lengths of 1 to 97 bars, the same in every run. */
function irregular(): () => number {
  const next = seededRandom(5);
  return () => 1 + (next() % 97);
}

/** Numbers of bars to end after: few, all but one, and others between. */
function cuts(bars: number): readonly number[] {
  const next = seededRandom(3);
  const between = Array.from({ length: 40 }, () => 1 + (next() % (bars - 1)));
  return [...new Set([1, 2, 3, Math.floor(bars / 2), bars - 1, ...between])];
}

/** The bounds of blocks of the lengths that `next` returns. */
function blocksOf(bars: number, next: () => number): readonly (readonly [number, number])[] {
  const bounds: [number, number][] = [];
  for (let from = 0; from < bars; ) {
    const to = Math.min(bars, from + next());
    bounds.push([from, to]);
    from = to;
  }
  return bounds;
}

function inBlocks(start: StartedWith, columns: Columns, next: () => number): DecisionsByName {
  const run = startCollected(start, symbol, lengthOf(columns));
  for (const [from, to] of blocksOf(lengthOf(columns), next)) run.decide(partOf(columns, from, to));
  return run.finish();
}

/** Compares with the decisions on all bars in one block. */
function assertAsAtOnce(subject: Subject, actual: DecisionsByName, actually: string): void {
  const wanted = decideAtOnce(startedWith(subject), symbol, subject.columns);
  assertSameDecisions({ actual, actually, wanted, else: "in one block", bars: lengthOf(subject.columns) });
}

function checkSomething(subject: Subject): void {
  const decisions = decideAtOnce(startedWith(subject), symbol, subject.columns);
  const isSome = [...decisions].some(([name, values]) =>
    values.some((value) => (name === "direction" ? value !== 0 : !Number.isNaN(value))),
  );
  assert.ok(isSome, "it decides nothing on these bars, so they show nothing; give bars on which it decides something");
}

function checkValues(subject: Subject): void {
  for (const [name, values] of decideAtOnce(startedWith(subject), symbol, subject.columns)) {
    const isValid = (value: number): boolean =>
      name === "direction" ? [-1, 0, 1].includes(value) : Number.isNaN(value) || Number.isFinite(value);
    const bar = values.findIndex((value) => !isValid(value));
    const allowed = name === "direction" ? "write -1, 0 or 1" : "write a finite number, or NaN to repeat the last one";
    assert.ok(bar === -1, `${name} at bar ${bar} is ${values[bar]}; ${allowed}`);
  }
}

function checkLookAhead(subject: Subject): void {
  const { columns } = subject;
  const start = startedWith(subject);
  const closings: number[] = [];
  const wanted = decideAtOnce({ ...start, onClosing: (bar) => closings.push(bar) }, symbol, columns);
  // Just before and after a longer bar closes.
  const borders = closings.slice(0, 10).flatMap((bar) => [bar, bar + 1]);
  const ends = [...cuts(lengthOf(columns)), ...borders].filter((bars) => bars > 0 && bars < lengthOf(columns));
  for (const bars of new Set(ends)) {
    const common = { wanted, else: "with all bars", bars };
    const ended = decideAtOnce(start, symbol, partOf(columns, 0, bars));
    assertSameDecisions({ ...common, actual: ended, actually: `if the data ends after ${bars} bars` });
    const other = decideAtOnce(start, symbol, withOtherFuture(columns, bars));
    assertSameDecisions({ ...common, actual: other, actually: `if other bars follow after ${bars} bars` });
  }
}

function checkInput(subject: Subject): void {
  const { columns } = subject;
  const run = startCollected(startedWith(subject), symbol, lengthOf(columns));
  for (const [from, to] of blocksOf(lengthOf(columns), irregular())) {
    const block = partOf(columns, from, to);
    const given = new Map(block);
    run.decide(block);
    for (const [name, column] of given) {
      const bar = column.findIndex((value, i) => !Object.is(value, columns.get(name)?.[from + i]));
      assert.ok(bar === -1, `it wrote ${column[bar]} to the column "${name}" at bar ${from + bar}; copy it instead`);
    }
  }
}

function checkKeptArrays(subject: Subject): void {
  const { columns } = subject;
  const run = startCollected(startedWith(subject), symbol, lengthOf(columns));
  const length = 64;
  const buffers = new Map([...columns.keys()].map((name) => [name, new Float64Array(length)]));
  for (const [from, to] of blocksOf(lengthOf(columns), () => length)) {
    for (const [name, buffer] of buffers) buffer.set(columns.get(name)?.subarray(from, to) ?? []);
    run.decide(new Map([...buffers].map(([name, buffer]) => [name, buffer.subarray(0, to - from)])));
    for (const buffer of buffers.values()) buffer.fill(Number.NaN);
  }
  assertAsAtOnce(subject, run.finish(), "if the arrays of its blocks are used again");
}

/** A second symbol: the last two thirds of the bars, in reverse order. */
function secondSymbol({ columns }: Subject): Columns {
  const bars = lengthOf(columns);
  const from = Math.floor(bars / 3);
  return partOf(withOtherFuture(columns, from), from, bars);
}

function checkSymbols(subject: Subject): void {
  const start = startedWith(subject);
  const { columns } = subject;
  const others = secondSymbol(subject);
  const alone = decideAtOnce(start, symbol, columns);
  const otherAlone = decideAtOnce(start, "SECOND", others);
  const run = startCollected(start, symbol, lengthOf(columns));
  const otherRun = startCollected(start, "SECOND", lengthOf(others));
  for (const [from, to] of blocksOf(lengthOf(columns), irregular())) {
    run.decide(partOf(columns, from, to));
    if (from < lengthOf(others)) otherRun.decide(partOf(others, from, to));
  }
  const pairs = [
    { actual: run.finish(), wanted: alone, bars: lengthOf(columns) },
    { actual: otherRun.finish(), wanted: otherAlone, bars: lengthOf(others) },
  ];
  for (const pair of pairs)
    assertSameDecisions({ ...pair, actually: "if another symbol runs at the same time", else: "alone" });
}

function checkAgain(subject: Subject): void {
  const start = startedWith(subject);
  const { columns } = subject;
  const bars = lengthOf(columns);
  const wanted = decideAtOnce(start, symbol, columns);
  const others = secondSymbol(subject);
  // Shorter runs in between end at other prices, in other states.
  for (const cut of cuts(lengthOf(others)).slice(0, 12)) {
    decideAtOnce(start, symbol, partOf(columns, 0, cut));
    decideAtOnce(start, "SECOND", partOf(others, 0, cut));
    const actual = decideAtOnce(start, symbol, columns);
    assertSameDecisions({ actual, actually: "in a later run", wanted, else: "in an earlier one", bars });
  }
}

function checkClocks(subject: Subject): void {
  const called = clocksIn(() => void inBlocks(startedWith(subject), subject.columns, irregular()));
  assert.deepEqual(called, [], `it calls ${called.join(", ")}; a backtest of it cannot be repeated`);
}

function checkWanted(subject: Subject): void {
  const { outputs, columns } = subject;
  for (const wanted of [[], ...outputs.map((output) => [output])]) {
    const actual = decideAtOnce(startedWith(subject, { wanted }), symbol, columns);
    assertAsAtOnce(subject, actual, `if ${wanted.length === 0 ? "no output" : `only ${wanted.join()}`} is wanted`);
  }
}

function subjectOf(strategy: SymbolStrategy, { parameters, bars = madeBars(3000) }: StrategyCasesOptions): Subject {
  const count = bars.close.length;
  if (count < 100)
    throw new AtcError("ATC_INVALID_ARGUMENT", `strategyCases got ${count} bars; give at least 100`, {
      details: { bars: count },
    });
  const values = strategyValues(strategy, parameters);
  const { outputs = [], optionalColumns = [] } = strategy;
  const required = columnsFor(strategy, values, bars, []);
  const columns = columnsFor(strategy, values, bars, optionalColumns);
  const all = ["close", ...requestedColumns(strategy, values), ...optionalColumns];
  return { strategy, values, outputs, required, columns, names: new Set(all.filter((name) => columns.has(name))) };
}

/**
 * The laws of a strategy: a decision depends on its bar and those before it alone, in blocks of any length; runs share
 * nothing and change nothing; neither clocks nor random numbers decide. A strategy that sees all symbols must not
 * depend on symbols without a bar so far either.
 *
 * @throws ATC_INVALID_ARGUMENT for an invalid strategy, for fewer than 100 bars, and for a missing column;
 * ATC_INVALID_CONFIG for invalid parameters
 */
export function strategyCases(strategy: Strategy, options: StrategyCasesOptions = {}): readonly ConformanceCase[] {
  const checked = checkStrategy(strategy, "strategyCases");
  return checked.scope === "universe" ? universeCases(checked, options) : symbolCases(checked, options);
}

function symbolCases(strategy: SymbolStrategy, options: StrategyCasesOptions): readonly ConformanceCase[] {
  const subject = subjectOf(strategy, options);
  const lengths: readonly (readonly [string, () => () => number])[] = [
    ["1", () => () => 1],
    ["7", () => () => 7],
    ["256", () => () => 256],
    ["irregular length", irregular],
  ];
  const blocks = lengths.map(([length, next]) => ({
    name: `decides the same in blocks of ${length}`,
    run: () =>
      assertAsAtOnce(subject, inBlocks(startedWith(subject), subject.columns, next()), `in blocks of ${length}`),
  }));
  const wanted = { name: "decides the same, whichever outputs are wanted", run: () => checkWanted(subject) };
  const optional = {
    name: "decides without its optional columns",
    run: () => void decideAtOnce(startedWith(subject, { columns: subject.required }), symbol, subject.required),
  };
  return [
    { name: "decides something on the bars", run: () => checkSomething(subject) },
    { name: "writes directions of -1, 0 and 1, and finite numbers", run: () => checkValues(subject) },
    { name: "does not look ahead", run: () => checkLookAhead(subject) },
    ...blocks,
    { name: "does not change the columns", run: () => checkInput(subject) },
    { name: "does not keep the arrays that it receives", run: () => checkKeptArrays(subject) },
    { name: "keeps no state from one run to the next", run: () => checkAgain(subject) },
    { name: "keeps the states of two symbols apart", run: () => checkSymbols(subject) },
    { name: "reads neither clocks nor random numbers", run: () => checkClocks(subject) },
    ...(subject.outputs.length > 0 ? [wanted] : []),
    ...((subject.strategy.optionalColumns ?? []).length > 0 ? [optional] : []),
  ];
}
