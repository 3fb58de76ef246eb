import { bytesPerElement, type ColumnMetadata, dtypeOf, type SeriesPlan } from "@atc/contract";
import type { ArrowColumn } from "../arrow/arrow-file.ts";

/** Rows `row` to `row + rows` of a segment that hold rows `seriesRow` to `seriesRow + rows` of a symbol. */
export interface PlannedPart {
  readonly segment: number;
  readonly row: number;
  readonly rows: number;
  readonly seriesRow: number;
  /** The symbol's index in the segment's dictionary. */
  readonly symbolIndex: number;
}

/** A segment before it is written. */
export interface PlannedSegment {
  readonly symbols: readonly string[];
  readonly rows: number;
}

/** The segment and position of every row. */
export interface SegmentPlan {
  readonly segments: readonly PlannedSegment[];
  /** The parts of each symbol in row order. Symbols are sorted by UTF-16 code unit. */
  readonly parts: ReadonlyMap<string, readonly PlannedPart[]>;
}

/** The columns of a segment file: the symbol, then the schema's. */
export function segmentColumns(columns: readonly ColumnMetadata[], symbols: readonly string[]): readonly ArrowColumn[] {
  return [
    { name: "symbol", type: "text", nullable: false, dictionary: symbols },
    ...columns.map(({ name, type }) => ({ name, type, nullable: false })),
  ];
}

/** Rows of a symbol to write. */
export interface WrittenSeries extends SeriesPlan {
  /** The index of the first of them within the series; default: 0. */
  readonly firstRow?: number;
}

interface Limits {
  readonly bytes: number;
  readonly rowBytes: number;
  readonly fixedBytes: number;
}

/** An upper estimate of the space for schema, messages and footer; the exact size depends on names. */
function limitsOf(columns: readonly ColumnMetadata[], bytes: number): Limits {
  const rowBytes = columns.reduce((sum, { type }) => sum + bytesPerElement[dtypeOf(type)], 4);
  const fixedBytes = columns.reduce((sum, { name }) => sum + 512 + 4 * Buffer.byteLength(name), 2048);
  return { bytes, rowBytes, fixedBytes };
}

/** Bytes of a symbol in the dictionary: its text and its offset. */
function symbolBytes(symbol: string): number {
  return Buffer.byteLength(symbol) + 4;
}

/**
 * Packs symbols in order, as many into a segment as fit. A symbol that does not fit into one segment gets segments of
 * its own, all of them full except the last. Every segment holds at least one row, even if it exceeds `segmentBytes`.
 */
export function planSegments(
  columns: readonly ColumnMetadata[],
  written: readonly WrittenSeries[],
  segmentBytes: number,
): SegmentPlan {
  const limits = limitsOf(columns, segmentBytes);
  const segments: { symbols: string[]; rows: number; bytes: number }[] = [];
  const parts = new Map<string, PlannedPart[]>();
  let shared: (typeof segments)[number] | undefined;
  const place = (series: WrittenSeries, writtenRow: number, rows: number, target: (typeof segments)[number]): void => {
    const part = {
      segment: segments.length - 1,
      row: target.rows,
      rows,
      seriesRow: (series.firstRow ?? 0) + writtenRow,
      symbolIndex: target.symbols.length,
    };
    parts.get(series.symbol)?.push(part);
    target.symbols.push(series.symbol);
    target.rows += rows;
    target.bytes += rows * limits.rowBytes + symbolBytes(series.symbol);
  };
  const open = (): (typeof segments)[number] => {
    const segment = { symbols: [], rows: 0, bytes: limits.fixedBytes };
    segments.push(segment);
    return segment;
  };

  for (const series of [...written].sort((a, b) => bySymbol(a.symbol, b.symbol))) {
    parts.set(series.symbol, []);
    const own = symbolBytes(series.symbol);
    const most = Math.max(1, Math.floor((limits.bytes - limits.fixedBytes - own) / limits.rowBytes));
    if (series.rows > most) {
      shared = undefined;
      for (let row = 0; row < series.rows; row += most) place(series, row, Math.min(most, series.rows - row), open());
      continue;
    }
    if (shared === undefined || shared.bytes + own + series.rows * limits.rowBytes > limits.bytes) shared = open();
    place(series, 0, series.rows, shared);
  }
  return { segments, parts };
}

/** The order of symbols in plans and manifests: by UTF-16 code unit, as JavaScript compares strings. */
export function bySymbol(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
