import type { ColumnMetadata, DatasetSchema, ReadonlyTypedArray, RowKind } from "@atc/contract";
import { ownMember } from "@atc/plugin-kit";
import type { Aggregation, ResolvedResample } from "./resample-options.ts";

/** A column of bars and its source. */
export interface BarColumn {
  readonly name: string;
  /** The source column; undefined counts the rows. */
  readonly from: string | undefined;
  /** How the values of rows are aggregated. */
  readonly how: Exclude<Aggregation, "drop">;
  /** The value for an interval without rows. */
  readonly empty: "close" | "zero" | "last";
}

const summed = /volume|turnover|amount|count|trades/;
/** A payment that one row has, not a share of the price. */
const paid = /dividend/;
const ofPrice = /yield|rate|ratio|percent|pct/;

function isSummed(name: string): boolean {
  return summed.test(name) || (paid.test(name) && !ofPrice.test(name));
}

function aggregationOf(name: string, kind: RowKind, { aggregate }: ResolvedResample): Aggregation {
  // Other numbers of a tick are conditions and flags of that tick alone.
  return ownMember(aggregate, name) ?? (isSummed(name) ? "sum" : kind === "ticks" ? "drop" : "last");
}

/**
 * The columns of bars over rows of a schema: open, high, low and close, `volume` if the rows have it, the other
 * columns, then `count`. `count` is the number of rows, or the sum of `count` if the rows have that.
 */
export function barColumns({ kind, columns }: DatasetSchema, options: ResolvedResample): readonly BarColumn[] {
  const known = new Set(columns.map(({ name }) => name));
  const price = (name: string, how: BarColumn["how"]): BarColumn => ({
    name,
    from: known.has(name) ? name : "close",
    how,
    empty: "close",
  });
  const sum = (name: string, from: string | undefined): BarColumn => ({ name, from, how: "sum", empty: "zero" });
  const others = columns
    .filter(({ name }) => !usual.has(name))
    .map(({ name }) => ({ name, from: name, how: aggregationOf(name, kind, options) }))
    .filter((column): column is typeof column & { readonly how: BarColumn["how"] } => column.how !== "drop");
  return [
    price("open", "first"),
    price("high", "max"),
    price("low", "min"),
    price("close", "last"),
    ...(known.has("volume") ? [sum("volume", "volume")] : []),
    ...others.map((column): BarColumn => ({ ...column, empty: column.how === "sum" ? "zero" : "last" })),
    sum("count", known.has("count") ? "count" : undefined),
  ];
}

const usual: ReadonlySet<string> = new Set(["timestamp", "open", "high", "low", "close", "volume", "count"]);

/** How each column other than the usual ones is aggregated, by name. */
export function aggregatedColumns(columns: readonly BarColumn[]): Readonly<Record<string, BarColumn["how"]>> {
  return Object.fromEntries(columns.filter(({ name }) => !usual.has(name)).map(({ name, how }) => [name, how]));
}

/** The schema of bars with these columns: times in ms, the others float64. */
export function barSchema(columns: readonly BarColumn[]): DatasetSchema {
  const values = columns.map(({ name }): ColumnMetadata => ({ name, type: "float64" }));
  return { kind: "bars", columns: [{ name: "timestamp", type: "timestamp[ms]" }, ...values] };
}

/**
 * Aggregates rows `from` to `to` of a column into `state[at]`; NaN means no value yet. It writes the state in place: a
 * number that is returned through a megamorphic call is boxed, which took a third of the time.
 */
export type Accumulate = (
  state: Float64Array,
  at: number,
  values: ReadonlyTypedArray,
  from: number,
  to: number,
) => void;

// Separate loops, so that each stays monomorphic. NaN never replaces a value.
const accumulators: Readonly<Record<BarColumn["how"], Accumulate>> = {
  first(state, at, values, from, to) {
    for (let i = from; i < to && Number.isNaN(state[at]); i++) state[at] = values[i];
  },
  last(state, at, values, from, to) {
    let i = to - 1;
    while (i >= from && Number.isNaN(values[i])) i--;
    if (i >= from) state[at] = values[i];
  },
  max(state, at, values, from, to) {
    let result = state[at];
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value > result || Number.isNaN(result)) result = value;
    }
    state[at] = result;
  },
  min(state, at, values, from, to) {
    let result = state[at];
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value < result || Number.isNaN(result)) result = value;
    }
    state[at] = result;
  },
  sum(state, at, values, from, to) {
    let result = state[at];
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (!Number.isNaN(value)) result = Number.isNaN(result) ? value : result + value;
    }
    state[at] = result;
  },
};

const countRows: Accumulate = (state, at, _, from, to) => {
  const before = state[at];
  state[at] = (Number.isNaN(before) ? 0 : before) + to - from;
};

export function accumulatorOf({ from, how }: BarColumn): Accumulate {
  return from === undefined ? countRows : accumulators[how];
}
