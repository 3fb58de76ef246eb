import { isoTime } from "@atc/backtest";
import type { Dataset, OperationOptions, Series } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";

/** A bar that differs between two generations. */
export interface BarDifference {
  /** Time in ISO 8601. */
  readonly time: string;
  /** The values of the columns that differ; all columns of a bar that only one of them has. */
  readonly before: Readonly<Record<string, number>> | undefined;
  readonly after: Readonly<Record<string, number>> | undefined;
}

/** How the bars of a symbol differ between two generations. */
export interface SymbolBarDifferences {
  readonly symbol: string;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** The first differences. */
  readonly first: readonly BarDifference[];
}

/** The most differences that are listed per symbol. */
const mostListed = 10;

interface Row {
  readonly time: bigint;
  readonly values: Readonly<Record<string, number>>;
}

function* rowsOf(
  series: Series | undefined,
  columns: readonly string[],
  signal: AbortSignal | undefined,
): Generator<Row> {
  if (series === undefined) return;
  for (const block of series.blocks({ columns: ["timestamp", ...columns] })) {
    throwIfAborted(signal);
    const times = block.times();
    const arrays = columns.map((name) => [name, block.values(name)] as const);
    for (let i = 0; i < block.length; i++)
      yield {
        time: times[i] as bigint,
        values: Object.fromEntries(arrays.map(([name, array]) => [name, array[i] as number])),
      };
  }
}

function seriesIn(dataset: Dataset, symbol: string): Series | undefined {
  return dataset.symbols().includes(symbol) ? dataset.series(symbol) : undefined;
}

/** The columns besides the time that both datasets have. */
function sharedColumns(before: Dataset, after: Dataset): readonly string[] {
  const others = new Set(after.manifest.schema.columns.map(({ name }) => name));
  const names = before.manifest.schema.columns.map(({ name }) => name);
  return names.filter((name) => name !== "timestamp" && others.has(name));
}

/** Compares the rows of a symbol by time. Rows of equal times are compared in their order. */
export function barDifferences(
  [before, after]: readonly [Dataset, Dataset],
  symbol: string,
  { signal }: Pick<OperationOptions, "signal"> = {},
): SymbolBarDifferences {
  const columns = sharedColumns(before, after);
  const old = rowsOf(seriesIn(before, symbol), columns, signal);
  const now = rowsOf(seriesIn(after, symbol), columns, signal);
  const counts = { changed: 0, added: 0, removed: 0 };
  const first: BarDifference[] = [];
  const unit = before.manifest.schema.kind === "ticks" ? "ns" : "ms";
  const note = (
    kind: keyof typeof counts,
    { time, ...values }: Omit<BarDifference, "time"> & { readonly time: bigint },
  ): void => {
    counts[kind]++;
    if (first.length < mostListed) first.push({ time: isoTime(time, unit), ...values });
  };
  let a = old.next();
  let b = now.next();
  while (a.done !== true || b.done !== true) {
    if (b.done === true || (a.done !== true && a.value.time < b.value.time)) {
      const { time, values } = a.value as Row;
      note("removed", { time, before: values, after: undefined });
      a = old.next();
    } else if (a.done === true || b.value.time < a.value.time) {
      const { time, values } = b.value;
      note("added", { time, before: undefined, after: values });
      b = now.next();
    } else {
      const [was, is] = [a.value.values, b.value.values];
      const different = columns.filter((name) => !Object.is(was[name], is[name]));
      const part = (values: Row["values"]): Row["values"] =>
        Object.fromEntries(different.map((name) => [name, values[name] as number]));
      if (different.length > 0) note("changed", { time: a.value.time, before: part(was), after: part(is) });
      a = old.next();
      b = now.next();
    }
  }
  return { symbol, ...counts, first };
}
