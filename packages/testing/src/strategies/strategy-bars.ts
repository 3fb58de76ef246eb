import {
  AtcError,
  type ReadonlyTypedArray,
  type Strategy,
  type StrategyBars,
  type StrategyValues,
} from "@atc/contract";
import { seededRandom } from "../base/sample-bytes.ts";

/** Columns by name, each with an element per bar. `close` is among them. */
export type Columns = ReadonlyMap<string, Float64Array>;

const hour = 3_600_000;

/** Hourly bars of a random walk with trends, pauses and jumps, the same in every run for each seed. */
export function madeBars(count: number, seed = 17): StrategyBars {
  const next = seededRandom(seed);
  const random = (): number => next() / 2 ** 32;
  const names = ["timestamp", "open", "high", "low", "close", "volume"] as const;
  const bars = Object.fromEntries(names.map((name) => [name, new Float64Array(count)])) as Record<
    (typeof names)[number],
    Float64Array
  >;
  let price = 100;
  for (let i = 0; i < count; i++) {
    const isPause = i % 97 > 90;
    const trend = Math.sin(i / 60) / 200;
    const jump = i % 331 === 330 ? 0.2 : 0.02;
    const open = price;
    if (!isPause) price *= Math.exp(trend + (random() - 0.5) * jump);
    bars.timestamp[i] = Date.UTC(2024, 0, 1) + i * hour;
    bars.open[i] = open;
    bars.close[i] = price;
    bars.high[i] = Math.max(open, price) * (isPause ? 1 : 1 + random() / 200);
    bars.low[i] = Math.min(open, price) * (isPause ? 1 : 1 - random() / 200);
    bars.volume[i] = isPause ? 0 : Math.floor(random() * 1e5);
  }
  return bars;
}

/** The columns that a strategy requests. */
export function requestedColumns({ columns = [] }: Strategy, values: StrategyValues): readonly string[] {
  return typeof columns === "function" ? columns(values) : columns;
}

function copyOf(column: ReadonlyTypedArray<number>): Float64Array {
  return Float64Array.from({ length: column.length }, (_, i) => Number(column[i]));
}

/**
 * The close and the columns that a strategy requests, as copies, and the times if there are some, from which longer
 * bars are made. Those in `optional` may be missing.
 *
 * @throws ATC_INVALID_ARGUMENT for a column that the bars lack or that has another length
 */
export function columnsFor(
  strategy: Strategy,
  values: StrategyValues,
  bars: StrategyBars,
  optional: readonly string[],
): Columns {
  const columns = new Map<string, Float64Array>();
  if (bars.timestamp?.length === bars.close.length) columns.set("timestamp", copyOf(bars.timestamp));
  for (const name of ["close", ...requestedColumns(strategy, values), ...optional]) {
    const column = bars[name];
    if (column === undefined && optional.includes(name)) continue;
    if (column?.length === bars.close.length) {
      columns.set(name, copyOf(column));
      continue;
    }
    const fault =
      column === undefined ? "lack it" : `have ${column.length} of its values and ${bars.close.length} bars`;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the strategy "${strategy.name}" reads the column "${name}", but the bars ${fault}; give strategyCases bars with this column`,
      { details: { strategy: strategy.name, column: name } },
    );
  }
  return columns;
}

/** The number of bars of some columns. */
export function lengthOf(columns: Columns): number {
  return columns.get("close")?.length ?? 0;
}

/** Copies of the bars `from` to `to`, exclusive. */
export function partOf(columns: Columns, from: number, to: number): Columns {
  return new Map([...columns].map(([name, column]) => [name, column.slice(from, to)]));
}

/** The same bars up to `cut`, exclusive, and then the others in reverse order, at the same times. */
export function withOtherFuture(columns: Columns, cut: number): Columns {
  return new Map(
    [...columns].map(([name, column]) => {
      const copy = column.slice();
      if (name !== "timestamp") copy.subarray(cut).reverse();
      return [name, copy];
    }),
  );
}
