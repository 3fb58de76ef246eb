import {
  checkConfigurations,
  createPortfolioMemories,
  manyPortfoliosBytes,
  type PortfolioRows,
  type TimeUnion,
} from "@atc/backtest";
import { throwIfAborted } from "@atc/contract";
import type { DirectionMatrix } from "@atc/signals";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationOptions } from "../evaluation.ts";
import type { DirectionSource } from "../lanes/direction-source.ts";
import type { LaneColumns } from "../lanes/lane-columns.ts";
import { type LaneRun, openDirections, writeColumns } from "../lanes/run-lanes.ts";
import { latestRows } from "./latest-rows.ts";
import { openSpanAccounts, type SpanAccounts, type SpanPlan } from "./span-accounts.ts";
import { type UnionPart, unionParts } from "./union-parts.ts";

/** Directions of the next bars of a symbol. */
export interface DirectionPart {
  /** The place of the symbol in the unit. */
  readonly symbol: number;
  /** The first row of the symbol that signals see, inclusive, and the last, exclusive, of the part. */
  readonly from: number;
  readonly to: number;
  /** The row of directions of a place of the unit begins at `rowOf(place) * stride`; undefined if it has none. */
  readonly rowOf: (place: number) => number | undefined;
  readonly values: Int8Array;
  readonly stride: number;
}

/** Reads more of a run than figures. */
export interface SpanListener {
  /** The configurations whose returns over a span are listed. */
  returnsOf(span: number): readonly number[];
  /** The next returns of a configuration over a span. The array is reused after the call. */
  onReturns(span: number, place: number, returns: Float64Array, length: number): void;
  /** The directions of the next bars of a symbol. The arrays are reused after the call. */
  onDirections(part: DirectionPart): void;
}

/** Configurations that are computed together over all spans of their unit. */
export interface SpanRun extends LaneRun {
  readonly plans: readonly SpanPlan[];
  readonly listener?: SpanListener | undefined;
}

/** The times at which accounts begin or end, rising. */
function cutsOf(plans: readonly SpanPlan[]): readonly bigint[] {
  const cuts = new Set(plans.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])));
  return [...cuts].sort((a, b) => (a < b ? -1 : 1));
}

function pricesOf({ first, columns }: LaneColumns, from: number, to: number): Pick<PortfolioRows, "close" | "open"> {
  const { close, open } = columns;
  return {
    close: (close as Float64Array).subarray(first + from, first + to),
    ...(open === undefined ? {} : { open: open.subarray(first + from, first + to) }),
  };
}

/** Computes the directions of each part of a union once, for the accounts of all spans. */
function directionParts({ present, plans }: SpanRun, directions: DirectionSource, rows: number) {
  const matrices: DirectionMatrix[] = [];
  const latest = latestRows(plans, present.length, rows);

  /** Keeps directions, which the source may replace, until those of the next part. */
  function keep(symbol: number, { values, stride }: DirectionMatrix): DirectionMatrix {
    if (directions.areKept || present.length === 1) return { values, stride };
    const known = matrices[symbol]?.values;
    const own = known !== undefined && known.length >= values.length ? known : new Int8Array(values.length);
    own.set(values);
    return { values: own, stride };
  }

  const matrixOf = (symbol: number): DirectionMatrix => matrices[symbol] as DirectionMatrix;
  return {
    matrixOf,
    compute({ from, to }: UnionPart): void {
      for (const [symbol, { first }] of present.entries()) {
        const [start, end] = [from[symbol] as number, to[symbol] as number];
        if (start === end) continue;
        const matrix = keep(symbol, directions.read(symbol, first + start, first + end));
        matrices[symbol] = matrix;
        latest.keep(symbol, { from: start, to: end, ...matrix });
      }
    },
    rowsOf(symbol: number, { from, to }: UnionPart): PortfolioRows {
      const [start, end] = [from[symbol] as number, to[symbol] as number];
      return { ...pricesOf(present[symbol] as LaneColumns, start, end), directions: matrixOf(symbol) };
    },
    latestRow(symbol: number, row: number): PortfolioRows {
      const prices = pricesOf(present[symbol] as LaneColumns, row, row + 1);
      return { ...prices, directions: { values: latest.of(symbol), stride: 1 } };
    },
  };
}

/** The most spans that overlap at a time. */
function mostOverlapping(plans: readonly SpanPlan[]): number {
  const overlapping = plans.map(
    ({ from }) => plans.filter((other) => other.from <= from && (other.to === undefined || other.to > from)).length,
  );
  return Math.max(1, ...overlapping);
}

/** How many accounts of a configuration exist at the same time, in accounts of the union of all spans. */
export function overlappingAccounts(plans: readonly SpanPlan[], union: TimeUnion): number {
  const bytes = Math.max(...plans.map((plan) => manyPortfoliosBytes(1, plan.union)));
  return (mostOverlapping(plans) * bytes) / manyPortfoliosBytes(1, union);
}

/**
 * Computes configurations together over all spans. Directions are computed once, and each span has accounts of its own.
 * Returns the places of those that need another evaluator.
 */
export function runSpans(run: SpanRun, options: EvaluationOptions): readonly number[] {
  const { unit, places, present, union, plans, results, listener } = run;
  const { metrics, symbols, bySymbol, spans = [] } = unit;
  const width = metrics.length;
  const { source, rowOf } = openDirections(run, options);
  using directions = source;
  const parts = directionParts(run, directions, 1 + Math.max(...rowOf));
  const accounts = places.map((place) => (unit.configurations[place] as SweepConfiguration).backtest);
  const configurations = checkConfigurations(accounts);
  const indexOf = new Map(places.map((place, index) => [place, index]));
  const rowOfPlace = (place: number): number | undefined => {
    const index = indexOf.get(place);
    return index === undefined ? undefined : rowOf[index];
  };
  using memories = createPortfolioMemories();
  const overflowed = new Set<number>();
  const waiting = [...plans].sort((a, b) => (a.from < b.from ? -1 : 1));
  const active = new Set<SpanAccounts>();

  function open(plan: SpanPlan): void {
    const listed = (listener?.returnsOf(plan.span) ?? []).flatMap((place) => indexOf.get(place) ?? []);
    const onReturns = (index: number, returns: Float64Array, length: number): void =>
      listener?.onReturns(plan.span, places[index] as number, returns, length);
    const opened = openSpanAccounts(plan, union, {
      configurations,
      directionOf: rowOf,
      memories,
      ...(listed.length === 0 ? {} : { returns: { configurations: listed, onReturns } }),
    });
    active.add(opened);
    opened.open(parts.latestRow);
  }

  function close(accounts: SpanAccounts): void {
    const { plan, portfolios } = accounts;
    const rowAt = (index: number): number => (places[index] as number) * spans.length + plan.span;
    const figures = portfolios.results();
    for (const index of places.keys()) if (figures.overflowed[index] !== 0) overflowed.add(index);
    writeColumns(figures, metrics, (index, metric, value) => {
      results.portfolios[rowAt(index) * width + metric] = value;
    });
    if (bySymbol)
      for (const [member, symbol] of plan.members.entries()) {
        const { place } = present[symbol] as LaneColumns;
        writeColumns(portfolios.ofSymbol(member), metrics, (index, metric, value) => {
          results.symbols[(rowAt(index) * symbols.length + place) * width + metric] = value;
        });
      }
    accounts[Symbol.dispose]();
    active.delete(accounts);
  }

  /** Ends the spans before a time, and begins those that hold it. */
  function proceed(time: bigint): void {
    for (const accounts of active) if (accounts.plan.to !== undefined && accounts.plan.to <= time) close(accounts);
    for (let next = waiting[0]; next !== undefined && next.from <= time; next = waiting[0]) {
      waiting.shift();
      open(next);
    }
  }

  function listDirections({ from, to }: UnionPart): void {
    if (listener === undefined) return;
    for (const [symbol, { place, first }] of present.entries())
      if (from[symbol] !== to[symbol])
        listener.onDirections({
          symbol: place,
          from: first + (from[symbol] as number),
          to: first + (to[symbol] as number),
          rowOf: rowOfPlace,
          ...parts.matrixOf(symbol),
        });
  }

  for (const [symbol, { first }] of present.entries()) directions.warmUp(symbol, first);
  for (const part of unionParts(union, cutsOf(plans))) {
    throwIfAborted(options.signal);
    if (part.time !== undefined) proceed(part.time);
    parts.compute(part);
    listDirections(part);
    for (const accounts of active) accounts.push(part, (symbol) => parts.rowsOf(symbol, part));
  }
  for (const accounts of active) close(accounts);
  const failed = directions.finish();
  return places.filter((_, index) => overflowed.has(index) || failed.has(rowOf[index] as number));
}
