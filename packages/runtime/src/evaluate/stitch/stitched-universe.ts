import type { BoundUniverseStrategy } from "@atc/backtest";
import type { Dataset, UniverseRun } from "@atc/contract";
import { type DecidingTimes, decidingUnionTimes, type StitchedWindow } from "./stitch-plan.ts";

/** A run of one of the strategies, with the weights that its symbols have. */
interface WeightRun {
  readonly run: UniverseRun;
  /** The first time that it sees; undefined for all. */
  readonly from: number | undefined;
  readonly times: DecidingTimes[];
  /** The latest weight of each symbol. */
  readonly weights: Float64Array;
}

function startRuns(
  strategies: readonly BoundUniverseStrategy[],
  windows: readonly StitchedWindow[],
  times: readonly DecidingTimes[],
  symbols: readonly string[],
): readonly WeightRun[] {
  const runs = new Map<string, WeightRun>();
  for (const [place, { choice, signalsFrom: from }] of windows.entries()) {
    if (choice < 0) continue;
    const key = `${choice} ${from}`;
    const strategy = strategies[choice] as BoundUniverseStrategy;
    const known = runs.get(key) ?? {
      run: strategy.start(symbols),
      from,
      times: [],
      weights: new Float64Array(symbols.length),
    };
    known.times.push(times[place] as DecidingTimes);
    runs.set(key, known);
  }
  return [...runs.values()];
}

/** Like `stitchedStrategy`, for strategies that see all symbols at once. */
export function stitchedUniverse(
  dataset: Dataset,
  strategies: readonly BoundUniverseStrategy[],
  windows: readonly StitchedWindow[],
): BoundUniverseStrategy {
  const namesOf = (of: (one: BoundUniverseStrategy) => readonly string[] | undefined): readonly string[] => [
    ...new Set(strategies.flatMap((one) => of(one) ?? [])),
  ];
  return {
    name: "walk-forward",
    version: 1,
    scope: "universe",
    outputs: ["weight"],
    columns: namesOf(({ columns }) => columns),
    optionalColumns: namesOf(({ optionalColumns }) => optionalColumns),
    start(symbols) {
      const times = decidingUnionTimes(dataset, symbols, windows);
      const runs = startRuns(strategies, windows, times, symbols);
      const own = new Float64Array(symbols.length);
      return {
        decide(bars, weights) {
          const { time, present } = bars;
          for (const place of present) weights[place] = 0;
          for (const { run, from, times: deciding, weights: latest } of runs) {
            if ((from !== undefined && time < from) || !deciding.some(({ to }) => to > time)) continue;
            run.decide(bars, own.fill(Number.NaN));
            for (const place of present) {
              const weight = own[place] as number;
              if (!Number.isNaN(weight)) latest[place] = weight;
            }
            if (deciding.some((one) => one.from <= time && time < one.to))
              for (const place of present) weights[place] = latest[place] as number;
          }
        },
        finish: () => [...new Set(runs.flatMap(({ run }) => run.finish?.() ?? []))],
      };
    },
  };
}
