import { type AnyBoundStrategy, outsidePeriod } from "@atc/backtest";
import { type Dataset, throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import {
  type EvaluationFault,
  type EvaluationOptions,
  type EvaluationResults,
  type EvaluationSpan,
  type EvaluationUnit,
  type Evaluator,
  emptyResults,
  type LeftOutSymbol,
} from "../evaluation.ts";
import { isLaneMetric } from "../lanes/lane-accounts.ts";
import { openLanes } from "../lanes/lane-inputs.ts";
import { partsOf } from "../lanes/run-lanes.ts";
import { laterDataset } from "./later-series.ts";
import { overlappingAccounts, runSpans, type SpanListener } from "./run-spans.ts";
import { planSpan, rowAtOrAfter } from "./span-accounts.ts";

/** What evaluates units with spans. */
export interface SpanEvaluatorOptions {
  readonly dataset: Dataset;
  /** Evaluates units without spans over a dataset. */
  readonly evaluatorOf: (dataset: Dataset) => Evaluator;
  /** Creates the strategy of a configuration, which depends on its parameters only. Default: ATC. */
  readonly strategyOf?: ((configuration: SweepConfiguration) => AnyBoundStrategy) | undefined;
  /** Whether decisions depend on the signals and parameters of a configuration alone. */
  readonly isShared: boolean;
}

/** A unit that has spans. */
export type SpannedUnit = EvaluationUnit & { readonly spans: readonly EvaluationSpan[] };

/** Symbols that were left out of spans, each with its first reason. */
function joinLeftOut(
  found: readonly LeftOutSymbol[],
  count: (before: number, more: number) => number,
): readonly LeftOutSymbol[] {
  const symbols = new Map<string, LeftOutSymbol>();
  for (const one of found) {
    const known = symbols.get(one.symbol);
    const configurations = count(known?.configurations ?? 0, one.configurations);
    symbols.set(one.symbol, { ...one, ...known, configurations });
  }
  return [...symbols.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/** The period from the first of all spans to the last. */
function wholePeriod(spans: readonly EvaluationSpan[]): { readonly from?: number; readonly to?: number } {
  const starts = spans.map(({ period }) => period.from ?? Number.NEGATIVE_INFINITY);
  const ends = spans.map(({ period }) => period.to ?? Number.POSITIVE_INFINITY);
  const [from, to] = [Math.min(...starts), Math.max(...ends)];
  return { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(to) ? { to } : {}) };
}

/** The first time of all: the start of a span without one. */
const firstTime = -(2n ** 63n);

/** What lanes left to another evaluator, and which symbols they left out. */
interface Computed {
  readonly rest: readonly number[];
  readonly leftOut: readonly LeftOutSymbol[];
}

/** Computes what lanes cover, with signals computed once. */
function computeLanes(
  { dataset, strategyOf, isShared }: SpanEvaluatorOptions,
  unit: SpannedUnit,
  results: Pick<EvaluationResults, "portfolios" | "symbols">,
  options: EvaluationOptions & { readonly listener?: SpanListener | undefined },
): Computed {
  const all = [...unit.configurations.keys()];
  const nothing: Computed = { rest: all, leftOut: [] };
  const { spans, metrics } = unit;
  const isCovered = isShared && metrics.every(isLaneMetric) && spans.every((one) => one.signalsFrom === undefined);
  const inputs = isCovered ? openLanes({ dataset, strategyOf }, { ...unit, period: wholePeriod(spans) }) : undefined;
  if (inputs === undefined) return nothing;
  const { present, union, strategies } = inputs;
  const ends = spans.map(({ period }) => (period.to === undefined ? undefined : BigInt(period.to)));
  const plans = spans.flatMap(({ period }, span) => {
    const from = period.from === undefined ? firstTime : BigInt(period.from);
    return planSpan({ span, from, to: ends[span] }, present, union) ?? [];
  });
  // A backtest over a span fails with fewer rows than the signals leave out.
  const rowsUntil = plans.flatMap(({ members, to }) =>
    members.map((member) => {
      const times = present[member]?.times ?? new BigInt64Array();
      return to === undefined ? times.length : rowAtOrAfter(times, to);
    }),
  );
  const shortest = rowsUntil.reduce((least, rows) => Math.min(least, rows), Number.POSITIVE_INFINITY);
  const places = inputs.places.filter(
    (place) => strategies !== undefined || (unit.configurations[place]?.signals.cutout ?? 0) < shortest,
  );
  const left = new Set(all);
  if (plans.length < spans.length || places.length === 0) return nothing;
  for (const place of places) left.delete(place);
  for (const part of partsOf(places, inputs, overlappingAccounts(plans, union)))
    for (const place of runSpans(
      { ...inputs, unit, places: part, results, plans, listener: options.listener },
      options,
    ))
      left.add(place);
  const done = all.length - left.size;
  const leftOut = plans.flatMap(({ members, span }) => {
    const used = new Set(members.map((member) => present[member]?.place));
    const period = spans[span]?.period;
    return unit.symbols.flatMap((symbol, place) => {
      if (done === 0 || used.has(place)) return [];
      const { code, message: reason } = outsidePeriod(dataset.series(symbol), { limit: unit.limit, period });
      return { symbol, code, reason, configurations: done };
    });
  });
  return { rest: [...left].sort((a, b) => a - b), leftOut: joinLeftOut(leftOut, Math.max) };
}

/** Evaluates configurations span by span. */
async function eachSpan(
  { dataset, evaluatorOf }: SpanEvaluatorOptions,
  unit: SpannedUnit,
  {
    results,
    rest,
  }: { readonly results: Pick<EvaluationResults, "portfolios" | "symbols">; readonly rest: readonly number[] },
  options: EvaluationOptions,
): Promise<Pick<EvaluationResults, "faults" | "leftOut">> {
  const { spans: allSpans, ...single } = unit;
  const width = unit.metrics.length;
  const symbolWidth = unit.bySymbol ? width * unit.symbols.length : 0;
  const configurations = rest.map((place) => unit.configurations[place] as SweepConfiguration);
  const faults = new Map<number, EvaluationFault[]>();
  const leftOut: LeftOutSymbol[] = [];
  for (const [span, { period, signalsFrom }] of allSpans.entries()) {
    throwIfAborted(options.signal);
    const evaluate = evaluatorOf(signalsFrom === undefined ? dataset : laterDataset(dataset, signalsFrom));
    const found = await evaluate(
      { ...single, configurations, period },
      { ...options, onConfiguration: (index) => options.onConfiguration?.(rest[index] as number) },
    );
    for (const [index, place] of rest.entries()) {
      const row = place * allSpans.length + span;
      results.portfolios.set(found.portfolios.subarray(index * width, (index + 1) * width), row * width);
      results.symbols.set(found.symbols.subarray(index * symbolWidth, (index + 1) * symbolWidth), row * symbolWidth);
    }
    for (const fault of found.faults) {
      const place = rest[fault.place] as number;
      faults.set(place, [...(faults.get(place) ?? []), { ...fault, place }]);
    }
    leftOut.push(...found.leftOut);
  }
  // Too few bars in one span say nothing about the others; code that fails is not asked again.
  const whole = [...faults.values()].flatMap((some) => {
    const failed = some.find(({ code }) => code === "ATC_STRATEGY");
    return failed ?? (some.length === allSpans.length ? (some[0] as EvaluationFault) : []);
  });
  for (const { place } of whole) {
    const cells = allSpans.length * width;
    results.portfolios.fill(Number.NaN, place * cells, (place + 1) * cells);
    const symbolCells = allSpans.length * symbolWidth;
    results.symbols.fill(Number.NaN, place * symbolCells, (place + 1) * symbolCells);
  }
  return { faults: whole.sort((a, b) => a.place - b.place), leftOut: joinLeftOut(leftOut, Math.max) };
}

/** Evaluates a unit with spans. Returns the places of the configurations that the listener has not seen, too. */
export async function evaluateSpans(
  given: SpanEvaluatorOptions,
  unit: SpannedUnit,
  options: EvaluationOptions & { readonly listener?: SpanListener | undefined },
): Promise<EvaluationResults & { readonly unheard: readonly number[] }> {
  const results = emptyResults(unit);
  const { rest, leftOut } = computeLanes(given, unit, results, options);
  if (rest.length === 0) return { ...results, faults: [], leftOut, unheard: rest };
  const others = await eachSpan(given, unit, { results, rest }, options);
  const all = joinLeftOut([...leftOut, ...others.leftOut], (before, more) => before + more);
  return { ...results, faults: others.faults, leftOut: all, unheard: rest };
}

/**
 * Evaluates units with or without spans. The figures of a span are bit for bit those of a backtest over its period: the
 * account is in cash at the last close before it. Lanes compute signals once for all spans.
 */
export function spanEvaluator(given: SpanEvaluatorOptions): Evaluator {
  return async (unit, options) => {
    const { spans } = unit;
    if (spans === undefined) return await given.evaluatorOf(given.dataset)(unit, options);
    const { unheard: _, ...results } = await evaluateSpans(given, { ...unit, spans }, options);
    return results;
  };
}
