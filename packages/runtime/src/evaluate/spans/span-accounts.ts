import {
  createManyPortfolios,
  type ManyPortfolios,
  type ManyPortfoliosOptions,
  type PortfolioRows,
  planTimeUnion,
  type TimeUnion,
} from "@atc/backtest";
import type { LaneColumns } from "../lanes/lane-columns.ts";
import type { UnionPart } from "./union-parts.ts";

/** The accounts of a span: which rows they trade. */
export interface SpanPlan {
  /** The place of the span in the unit. */
  readonly span: number;
  /** Inclusive. */
  readonly from: bigint;
  /** Exclusive; undefined for the end of the data. */
  readonly to: bigint | undefined;
  /** The symbols with a row in the span, by their places in the union of all spans. */
  readonly members: readonly number[];
  /** The row of each member, in the union of all spans, that is the first of its account. */
  readonly bases: readonly number[];
  /** 1 for a member with a row before the span, at whose close the account is in cash; else 0. */
  readonly openings: readonly number[];
  /** The times of the accounts. */
  readonly union: TimeUnion;
}

/** The first of rising times at or after a time. */
export function rowAtOrAfter(times: BigInt64Array, time: bigint): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as bigint) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The union of the times of a span. */
function unionOf(all: readonly BigInt64Array[], whole: TimeUnion, from: bigint): TimeUnion {
  const { blockLength } = whole;
  const timed = all.map((times) => ({
    bars: times.length,
    times: (row: number, into: BigInt64Array) => into.set(times.subarray(row, row + into.length)),
  }));
  const [times] = all;
  const isOnce = whole.length === whole.rows[0];
  if (whole.groups.length > 1 || !isOnce || times === undefined) return planTimeUnion(timed, { from, blockLength });
  // All symbols have the same times, each once: those need not be counted.
  const [firstTime, lastTime] = [times[0] as bigint, times.at(-1) as bigint];
  return {
    symbols: all.length,
    rows: all.map(({ length }) => length),
    firstTimes: all.map(() => firstTime),
    lastTimes: all.map(() => lastTime),
    groups: [[...all.keys()]],
    length: times.length,
    firstTime,
    lastTime,
    blockLength,
    blocks: () => planTimeUnion(timed, { from, blockLength }).blocks(),
  };
}

/**
 * Plans the accounts of a span; undefined if no symbol has a row in it.
 *
 * @param whole - the union of all spans
 */
export function planSpan(
  { span, from, to }: Pick<SpanPlan, "span" | "from" | "to">,
  present: readonly LaneColumns[],
  whole: TimeUnion,
): SpanPlan | undefined {
  const rows = present.flatMap(({ times: all, first }, member) => {
    const times = all.subarray(first);
    const start = rowAtOrAfter(times, from);
    const end = to === undefined ? times.length : rowAtOrAfter(times, to);
    if (start >= end) return [];
    const base = Math.max(0, start - 1);
    return [{ member, base, opening: start - base, times: times.subarray(base, end) }];
  });
  if (rows.length === 0) return undefined;
  return {
    span,
    from,
    to,
    members: rows.map(({ member }) => member),
    bases: rows.map(({ base }) => base),
    openings: rows.map(({ opening }) => opening),
    union: unionOf(
      rows.map(({ times }) => times),
      whole,
      from,
    ),
  };
}

/** The accounts of a span while it lasts. Disposal frees them. */
export interface SpanAccounts extends Disposable {
  readonly plan: SpanPlan;
  readonly portfolios: ManyPortfolios;
  /**
   * Adds the rows before the span, of which accounts use the closes, and the decisions that are filled in the span.
   *
   * @param rowOf - gives a single row of a symbol of the union of all spans
   */
  open(rowOf: (symbol: number, row: number) => PortfolioRows): void;
  /** Adds a part of the union of all spans. */
  push(part: UnionPart, rowsOf: (symbol: number) => PortfolioRows): void;
}

/** Opens the accounts of configurations over a span of a union. */
export function openSpanAccounts(
  plan: SpanPlan,
  { groups, blockLength }: TimeUnion,
  options: Omit<ManyPortfoliosOptions, "union" | "timeUnit">,
): SpanAccounts {
  const { members, bases, openings, union } = plan;
  const portfolios = createManyPortfolios({ ...options, union });
  const from = new Float64Array(members.length);
  const to = new Float64Array(members.length);
  const rowAt = new Int32Array(union.groups.length * blockLength);
  const times = new BigInt64Array(0);
  const groupOf = new Map(groups.flatMap((symbols, group) => symbols.map((symbol) => [symbol, group] as const)));
  /** The group, in the union of all spans, of each group of the accounts. Equal times there are equal times here. */
  const sources = union.groups.map(([first]) => groupOf.get(members[first as number] as number) as number);
  const symbolOf = (member: number): number => members[member] as number;
  return {
    plan,
    portfolios,
    open(rowOf) {
      if (!openings.includes(1)) return;
      for (const [group, [first]] of union.groups.entries())
        rowAt[group * blockLength] = (openings[first as number] as number) - 1;
      from.fill(0);
      to.set(openings);
      portfolios.push({ length: 1, times, from, to, rowAt }, (member) =>
        rowOf(symbolOf(member), bases[member] as number),
      );
    },
    push(part, rowsOf) {
      for (const [member, symbol] of members.entries()) {
        from[member] = (part.from[symbol] as number) - (bases[member] as number);
        to[member] = (part.to[symbol] as number) - (bases[member] as number);
      }
      for (const [group, source] of sources.entries()) {
        const place = source * blockLength;
        rowAt.set(part.rowAt.subarray(place, place + part.length), group * blockLength);
      }
      portfolios.push({ length: part.length, times, from, to, rowAt }, (member) => rowsOf(symbolOf(member)));
    },
    [Symbol.dispose]: () => portfolios[Symbol.dispose](),
  };
}
