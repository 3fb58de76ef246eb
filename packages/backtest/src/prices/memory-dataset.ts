import { AtcError, type Dataset, type DatasetManifest, nearest, type RowKind, type Series } from "@atc/contract";
import { byCodeUnit } from "../base/code-unit-order.ts";
import { type MemoryColumns, memorySeries } from "./memory-series.ts";

/** Options of {@link memoryDataset}. */
export interface MemoryDatasetOptions {
  /** What the rows are. Defaults to bars. */
  readonly kind?: RowKind;
  /** The dataset's name. Defaults to `memory`. */
  readonly name?: string;
}

function describe(name: string, kind: RowKind, all: readonly Series[]): DatasetManifest {
  const rows = all.reduce((sum, series) => sum + series.length, 0);
  const timeOf = (series: Series, row: number): bigint => {
    for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 })) return block.times()[0];
    return 0n;
  };
  return {
    name,
    formatVersion: 1,
    generation: 1,
    schema: { kind, columns: all[0]?.columns ?? [] },
    fingerprint: name,
    rows,
    bytes: 0,
    series: all.map((series) => ({
      symbol: series.symbol,
      rows: series.length,
      firstTime: timeOf(series, 0),
      lastTime: timeOf(series, series.length - 1),
    })),
    createdAt: 0,
    attributes: {},
  };
}

/**
 * Creates a dataset over arrays in memory: `memoryDataset({ AAPL: { timestamp, open, close }, MSFT: ... })`.
 *
 * @throws ATC_INVALID_DATA like {@link memorySeries}, for any symbol
 */
export function memoryDataset(
  symbols: Readonly<Record<string, MemoryColumns>>,
  options: MemoryDatasetOptions = {},
): Dataset {
  const { kind = "bars", name = "memory" } = options;
  const names = Object.keys(symbols).toSorted(byCodeUnit);
  const all = new Map(names.map((symbol) => [symbol, memorySeries(symbol, symbols[symbol] as MemoryColumns, kind)]));
  let closed = false;
  const alive = (): void => {
    if (closed) throw new AtcError("ATC_CLOSED", `the dataset "${name}" was disposed; create it again`);
  };
  return {
    manifest: describe(name, kind, [...all.values()]),
    symbols() {
      alive();
      return names;
    },
    series(symbol) {
      alive();
      const series = all.get(symbol);
      if (series !== undefined) return closable(series, alive);
      const meant = nearest(symbol, names);
      const hint = meant === undefined ? `it has ${listed(names)}` : `did you mean "${meant}"?`;
      throw new AtcError("ATC_NOT_FOUND", `there is no symbol "${symbol}" in the dataset "${name}"; ${hint}`, {
        details: { symbol },
      });
    },
    [Symbol.dispose]() {
      closed = true;
    },
  };
}

/** The most symbols that an error lists. */
const mostListed = 10;

function listed(symbols: readonly string[]): string {
  if (symbols.length === 0) return "no symbols";
  const more = symbols.length > mostListed ? ` and ${symbols.length - mostListed} more` : "";
  return `${symbols.slice(0, mostListed).join(", ")}${more}`;
}

function closable(series: Series, alive: () => void): Series {
  return {
    ...series,
    *blocks(options) {
      alive();
      for (const block of series.blocks(options)) {
        yield block;
        alive();
      }
    },
    window(column, start, length) {
      alive();
      return series.window(column, start, length);
    },
  };
}
