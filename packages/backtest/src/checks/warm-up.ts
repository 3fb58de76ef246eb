import type { Series } from "@atc/contract";
import { validateBacktestConfig } from "../base/configuration.ts";
import { checkCount, periodRows } from "../base/period.ts";
import { recordSteps } from "./decision-record.ts";
import type { DecisionCheckOptions } from "./look-ahead.ts";

/** Options of {@link warmupSteps}. */
export interface WarmupOptions extends DecisionCheckOptions {
  /** By how many bars the start moves, each 1 or more. */
  readonly shifts: readonly number[];
}

/** Directions that a later start changes. */
export interface ChangedShare {
  /** Directions that both runs have. */
  readonly bars: number;
  /** Directions of them that differ. */
  readonly changed: number;
}

/** What a start that is later by some bars changes. */
export interface ShiftedStart extends ChangedShare {
  /** By how many bars. */
  readonly shift: number;
  /** The last bar whose direction differs, counted from the later start, from 1; 0 if none does. */
  readonly lastChange: number;
  /** The same of the bars beyond the first n after the later start, for each n of the shifts. */
  readonly beyond: readonly (ChangedShare & { readonly after: number })[];
}

/** How far decisions of one symbol depend on the bars before. Plain data. */
export interface WarmupFinding {
  /** The checked symbol. */
  readonly symbol: string;
  /** Bars with a decision. */
  readonly bars: number;
  /** One for each shift that leaves bars, in rising order. */
  readonly shifts: readonly ShiftedStart[];
}

function changesOf(
  whole: Int8Array,
  later: Int8Array,
  { shift, ages }: { readonly shift: number; readonly ages: readonly number[] },
): ShiftedStart {
  const { length } = later;
  const offset = whole.length - length;
  const changedBeyond = new Float64Array(ages.length);
  let changed = 0;
  let lastChange = 0;
  for (let i = 0; i < length; i++) {
    if (later[i] === whole[offset + i]) continue;
    changed++;
    lastChange = i + 1;
    for (let age = 0; age < ages.length && i >= ages[age]; age++) changedBeyond[age]++;
  }
  return {
    shift,
    bars: length,
    changed,
    lastChange,
    beyond: ages.map((after, i) => ({ after, bars: Math.max(0, length - after), changed: changedBeyond[i] })),
  };
}

/**
 * Runs a strategy on a series from its start, and again from starts that are later. Compares the directions at the bars
 * that both see. Yields the number of finished rows of all runs: one run over the series for the start and, at most,
 * for each shift.
 *
 * @throws what `backtestSeries` throws; ATC_INVALID_ARGUMENT for a shift below 1
 */
export function* warmupSteps(
  series: Series,
  { strategy, config: given = {}, limit, signal, shifts }: WarmupOptions,
): Generator<number, WarmupFinding, void> {
  const config = validateBacktestConfig(given);
  for (const shift of shifts) checkCount("a shift", shift);
  const ages = [...new Set(shifts)].sort((a, b) => a - b);
  const { start, to } = periodRows(series, { limit });
  const options = { strategy, config, ...(signal === undefined ? {} : { signal }) };
  const whole = yield* recordSteps(series, { ...options, rows: { start, to } });
  const directions = whole.directions.subarray(0, whole.bars);
  let done = to - start;
  const found: ShiftedStart[] = [];
  for (const shift of ages) {
    if (start + shift >= to) continue;
    const steps = recordSteps(series, { ...options, rows: { start: start + shift, to }, isWhole: false });
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield done + step.value;
    done += to - start - shift;
    const later = step.value;
    if (later.bars > 0) found.push(changesOf(directions, later.directions.subarray(0, later.bars), { shift, ages }));
  }
  return { symbol: series.symbol, bars: whole.bars, shifts: found };
}
