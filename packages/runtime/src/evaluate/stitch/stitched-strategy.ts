import type { BoundStrategy } from "@atc/backtest";
import {
  AtcError,
  type Dataset,
  type DecisionName,
  type Decisions,
  type StrategyBars,
  type StrategyContext,
  type StrategyRun,
} from "@atc/contract";
import { type DecidingTimes, decidingTimes, type StitchedWindow } from "./stitch-plan.ts";

/** A run of one of the strategies on a symbol, with what it decided at the bars of the current block. */
interface WindowRun {
  /** Decides at the bars from its first one on. Returns the place of the first. */
  feed(bars: StrategyBars, times: Float64Array): number;
  readonly directions: Int8Array;
  readonly decisions: ReadonlyMap<DecisionName, Float64Array>;
  finish(): readonly string[];
}

/** The first of rising times at or after a time. */
function placeOf(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function partOf(bars: StrategyBars, from: number): StrategyBars {
  if (from === 0) return bars;
  const parts = Object.entries(bars).map(([name, column]) => [
    name,
    (column as Float64Array | undefined)?.subarray(from),
  ]);
  return Object.fromEntries(parts) as unknown as StrategyBars;
}

/** Replaces values that stayed NaN by the last one, or 0, and returns the last. */
function repeatLast(values: Float64Array, before: number): number {
  let last = before;
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) values[i] = last;
    else last = value;
  }
  return last;
}

/** The bars of longer intervals begin at the first bar of the symbol, so those of a later start would differ. */
const withoutLongerBars: StrategyContext = {
  bars(interval) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the strategy reads bars("${interval}"), which windows with a warm-up in bars do not share; use the warm-up all`,
    );
  },
};

/** Starts a run that sees bars from a time on. */
function startRun(
  strategy: BoundStrategy,
  {
    symbol,
    wanted,
    context,
    from,
  }: {
    readonly symbol: string;
    readonly wanted: readonly DecisionName[];
    readonly context: StrategyContext | undefined;
    readonly from: number | undefined;
  },
): WindowRun {
  const run: StrategyRun = strategy.start(symbol, wanted, from === undefined ? context : withoutLongerBars);
  const last = new Map(wanted.map((name) => [name, 0]));
  let room = new Int8Array();
  let rooms = new Map<DecisionName, Float64Array>();
  let directions = room;
  let decisions = rooms;
  return {
    get directions() {
      return directions;
    },
    get decisions() {
      return decisions;
    },
    feed(bars, times) {
      const first = from === undefined ? 0 : placeOf(times, from);
      const length = times.length - first;
      if (length === 0) return first;
      if (room.length < length) {
        room = new Int8Array(length);
        rooms = new Map(wanted.map((name) => [name, new Float64Array(length)]));
      }
      directions = room.subarray(0, length).fill(0);
      decisions = new Map([...rooms].map(([name, all]) => [name, all.subarray(0, length).fill(Number.NaN)]));
      run.decide(partOf(bars, first), directions, Object.fromEntries(decisions) as Decisions);
      for (const [name, values] of decisions) last.set(name, repeatLast(values, last.get(name) ?? 0));
      return first;
    },
    finish: () => run.finish?.() ?? [],
  };
}

/** A run, when it decides, and until when it is needed. */
interface Deciding {
  readonly run: WindowRun;
  readonly times: DecidingTimes[];
}

/** One run per configuration and first bar of its signals. */
function startRuns(
  windows: readonly StitchedWindow[],
  times: readonly DecidingTimes[],
  start: (window: StitchedWindow) => WindowRun,
): readonly Deciding[] {
  const runs = new Map<string, Deciding>();
  for (const [place, window] of windows.entries()) {
    if (window.choice < 0) continue;
    const key = `${window.choice} ${window.signalsFrom}`;
    const known = runs.get(key) ?? { run: start(window), times: [] };
    known.times.push(times[place] as DecidingTimes);
    runs.set(key, known);
  }
  return [...runs.values()];
}

function copyDecisions(
  { run, times }: Deciding,
  bars: StrategyBars,
  directions: Int8Array,
  decisions: Decisions,
): void {
  const timestamps = bars.timestamp as Float64Array;
  const latest = timestamps.at(-1) as number;
  const first = timestamps[0] as number;
  if (!times.some(({ to }) => to > first)) return;
  const offset = run.feed(bars, timestamps);
  for (const { from, to } of times) {
    if (from > latest || to <= first) continue;
    const start = Math.max(offset, placeOf(timestamps, from));
    const end = placeOf(timestamps, to);
    if (start >= end) continue;
    directions.set(run.directions.subarray(start - offset, end - offset), start);
    for (const [name, values] of run.decisions)
      decisions[name]?.set(values.subarray(start - offset, end - offset), start);
  }
}

/**
 * A strategy that decides in each window as that of the window's choice, and is flat at other times. A run
 * sees all bars from its first one on, as it would alone.
 *
 * @param strategies - of the choices; they decide the same kinds of things
 */
export function stitchedStrategy(
  dataset: Dataset,
  strategies: readonly BoundStrategy[],
  windows: readonly StitchedWindow[],
): BoundStrategy {
  const outputs = strategies[0]?.outputs;
  const namesOf = (of: (one: BoundStrategy) => readonly string[] | undefined): readonly string[] => [
    ...new Set(strategies.flatMap((one) => of(one) ?? [])),
  ];
  return {
    name: "walk-forward",
    version: 1,
    columns: [...new Set([...namesOf(({ columns }) => columns), "timestamp"])],
    optionalColumns: namesOf(({ optionalColumns }) => optionalColumns),
    ...(outputs === undefined ? {} : { outputs }),
    start(symbol, wanted = [], context) {
      const times = decidingTimes(dataset.series(symbol), windows);
      const runs = startRuns(windows, times, ({ choice, signalsFrom: from }) =>
        startRun(strategies[choice] as BoundStrategy, { symbol, wanted, context, from }),
      );
      return {
        decide(bars, directions, decisions) {
          for (const values of Object.values(decisions)) values.fill(0);
          for (const one of runs) copyDecisions(one, bars, directions, decisions);
        },
        finish: () => [...new Set(runs.flatMap(({ run }) => run.finish()))],
      };
    },
  };
}
