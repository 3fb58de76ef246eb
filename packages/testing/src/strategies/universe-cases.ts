import assert from "node:assert/strict";
import type {
  StrategyBars,
  StrategyParameterValue,
  StrategyValues,
  UniverseBars,
  UniverseColumns,
  UniverseStrategy,
} from "@atc/contract";
import { strategyValues } from "@atc/plugin-kit";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { seededRandom } from "../base/sample-bytes.ts";
import { clocksIn } from "./clock-watch.ts";
import { endedMarket, type Market, madeUniverse, marketFor, otherFuture, withEmptySymbols } from "./universe-market.ts";

/** What the laws are checked with. */
interface Subject {
  readonly strategy: UniverseStrategy;
  readonly values: StrategyValues;
  /** The names of the columns that it receives. */
  readonly names: readonly string[];
  readonly market: Market;
}

/** The weights that a run wrote at each time, by symbol; of symbols with a bar only. */
type Weights = readonly ReadonlyMap<string, number>[];

/** Receives what a strategy is called with, before and after the call. */
interface CallWatch {
  before?(bars: UniverseBars): void;
  after?(bars: UniverseBars, weights: Float64Array): void;
}

/** A run that is called time by time. */
interface Stepping {
  /** Decides at the next time. */
  step(): void;
  /** Ends the run, and returns what it wrote. */
  finish(): Weights;
}

function startRun({ strategy, values, names }: Subject, market: Market, watch: CallWatch = {}): Stepping {
  const { symbols, columns, times } = market;
  const run = strategy.start([...symbols], values);
  const found: ReadonlyMap<string, number>[] = [];

  function barsOf({ time, rows }: Market["times"][number]): UniverseBars {
    const entries = names.map((name) => {
      const of = (_: string, place: number): number => {
        const row = rows.get(place);
        return row === undefined ? Number.NaN : (columns[place]?.get(name)?.[row] ?? Number.NaN);
      };
      return [name, Float64Array.from(symbols, (symbol, place) => of(symbol, place))] as const;
    });
    const present = Int32Array.from(rows.keys()).sort();
    return { time, present, columns: Object.fromEntries(entries) as unknown as UniverseColumns };
  }

  return {
    step() {
      const now = times[found.length];
      if (now === undefined) return;
      const bars = barsOf(now);
      const weights = new Float64Array(symbols.length).fill(Number.NaN);
      watch.before?.(bars);
      run.decide(bars, weights);
      found.push(new Map([...now.rows.keys()].map((place) => [symbols[place] ?? "", weights[place] ?? Number.NaN])));
      watch.after?.(bars, weights);
    },
    finish() {
      const warnings: unknown = run.finish?.() ?? [];
      const areTexts = Array.isArray(warnings) && warnings.every((warning) => typeof warning === "string");
      assert.ok(areTexts, `finish returned ${JSON.stringify(warnings)}; return a list of texts`);
      return found;
    },
  };
}

function decideAll(subject: Subject, market = subject.market, watch: CallWatch = {}): Weights {
  const run = startRun(subject, market, watch);
  for (const _ of market.times) run.step();
  return run.finish();
}

/** Two runs, and what distinguishes them, for messages. */
interface Comparison {
  readonly actual: Weights;
  readonly actually: string;
  readonly wanted: Weights;
  readonly else: string;
  /** Times to compare, from the first on. */
  readonly times: number;
}

function assertSame(market: Market, { actual, actually, wanted, else: otherwise, times }: Comparison): void {
  for (let i = 0; i < times; i++)
    for (const [symbol, weight] of wanted[i] ?? []) {
      const other = actual[i]?.get(symbol);
      if (Object.is(other, weight)) continue;
      const time = new Date(market.times[i]?.time ?? 0).toISOString();
      assert.fail(`the weight of "${symbol}" at ${time} is ${other} ${actually}, but ${weight} ${otherwise}`);
    }
}

/** Numbers of times to end after: few, all but one, and others between. */
function cuts(times: number): readonly number[] {
  const next = seededRandom(3);
  const between = Array.from({ length: 20 }, () => 1 + (next() % (times - 1)));
  return [...new Set([1, 2, 3, Math.floor(times / 2), times - 1, ...between])];
}

function checkSomething(subject: Subject): void {
  const isSome = decideAll(subject).some((at) =>
    [...at.values()].some((weight) => !Number.isNaN(weight) && weight !== 0),
  );
  assert.ok(isSome, "it gives no weight on these bars, so they show nothing; give bars on which it decides something");
}

function checkValues(subject: Subject): void {
  for (const [i, at] of decideAll(subject).entries())
    for (const [symbol, weight] of at) {
      const time = new Date(subject.market.times[i]?.time ?? 0).toISOString();
      const what = `the weight of "${symbol}" at ${time} is ${weight}`;
      assert.ok(
        Number.isNaN(weight) || Number.isFinite(weight),
        `${what}; write a finite number, or NaN to repeat the last one`,
      );
    }
}

function checkLookAhead(subject: Subject): void {
  const { market } = subject;
  const wanted = decideAll(subject);
  for (const times of cuts(market.times.length)) {
    const common = { wanted, else: "with all bars", times };
    const ended = decideAll(subject, endedMarket(market, times));
    assertSame(market, { ...common, actual: ended, actually: `if the data ends after ${times} times` });
    const other = decideAll(subject, otherFuture(market, times));
    assertSame(market, { ...common, actual: other, actually: `if other bars follow after ${times} times` });
  }
}

function checkEmptySymbols(subject: Subject): void {
  const { market } = subject;
  assertSame(market, {
    actual: decideAll(subject, withEmptySymbols(market)),
    actually: "among symbols that never have a bar",
    wanted: decideAll(subject),
    else: "without them",
    times: market.times.length,
  });
}

function checkInput(subject: Subject): void {
  let given: UniverseBars | undefined;
  const copyOf = ({ time, present, columns }: UniverseBars): UniverseBars =>
    structuredClone({ time, present, columns });
  decideAll(subject, subject.market, {
    before(bars) {
      given = copyOf(bars);
    },
    after(bars) {
      assert.deepEqual(copyOf(bars), given, "it changed the bars that it received; copy them instead");
    },
  });
}

function checkKeptArrays(subject: Subject): void {
  const { market } = subject;
  const actual = decideAll(subject, market, {
    after(bars, weights) {
      const { columns, present } = bars;
      Object.assign(bars, { time: Number.NaN });
      for (const column of Object.values(columns)) column?.fill(Number.NaN);
      (present as Int32Array).fill(0);
      weights.fill(Number.NaN);
    },
  });
  const comparison = { actually: "if its arrays are used again", else: "if they are not", times: market.times.length };
  assertSame(market, { ...comparison, actual, wanted: decideAll(subject) });
}

function checkAgain(subject: Subject): void {
  const { market } = subject;
  const wanted = decideAll(subject);
  for (const cut of cuts(market.times.length).slice(0, 6)) {
    decideAll(subject, endedMarket(market, cut));
    const actual = decideAll(subject);
    const comparison = { actually: "in a later run", else: "in an earlier one", times: market.times.length };
    assertSame(market, { ...comparison, actual, wanted });
  }
}

function checkRuns(subject: Subject): void {
  const { market } = subject;
  const other = otherFuture(market, Math.floor(market.times.length / 3));
  const run = startRun(subject, market);
  const otherRun = startRun(subject, other);
  for (const _ of market.times) {
    run.step();
    otherRun.step();
  }
  const common = { actually: "if another run takes place at the same time", else: "alone" };
  assertSame(market, {
    ...common,
    actual: run.finish(),
    wanted: decideAll(subject),
    times: market.times.length,
  });
  assertSame(other, {
    ...common,
    actual: otherRun.finish(),
    wanted: decideAll(subject, other),
    times: other.times.length,
  });
}

function checkClocks(subject: Subject): void {
  const called = clocksIn(() => void decideAll(subject));
  assert.deepEqual(called, [], `it calls ${called.join(", ")}; a backtest of it cannot be repeated`);
}

/** Options of {@link universeCases}. */
export interface UniverseCasesOptions {
  readonly parameters?: Readonly<Record<string, StrategyParameterValue>>;
  readonly universe?: Readonly<Record<string, StrategyBars>>;
}

/** The laws of a strategy that sees all symbols. */
export function universeCases(
  strategy: UniverseStrategy,
  { parameters, universe = madeUniverse(800) }: UniverseCasesOptions,
): readonly ConformanceCase[] {
  const values = strategyValues(strategy, parameters);
  const { optionalColumns = [] } = strategy;
  const market = marketFor(strategy, values, universe, optionalColumns);
  const { columns = [] } = strategy;
  const required = ["close", ...(typeof columns === "function" ? columns(values) : columns)];
  const available = optionalColumns.filter((name) => market.columns.some((own) => own.has(name)));
  const subject = { strategy, values, market, names: [...new Set([...required, ...available])] };
  const optional = {
    name: "decides without its optional columns",
    run: () => void decideAll({ ...subject, names: [...new Set(required)] }),
  };
  return [
    { name: "decides something on the bars", run: () => checkSomething(subject) },
    { name: "writes finite weights", run: () => checkValues(subject) },
    { name: "does not look ahead", run: () => checkLookAhead(subject) },
    { name: "does not depend on symbols without bars", run: () => checkEmptySymbols(subject) },
    { name: "does not change the bars", run: () => checkInput(subject) },
    { name: "does not keep the arrays that it receives", run: () => checkKeptArrays(subject) },
    { name: "keeps no state from one run to the next", run: () => checkAgain(subject) },
    { name: "keeps the states of two runs apart", run: () => checkRuns(subject) },
    { name: "reads neither clocks nor random numbers", run: () => checkClocks(subject) },
    ...(optionalColumns.length > 0 ? [optional] : []),
  ];
}
