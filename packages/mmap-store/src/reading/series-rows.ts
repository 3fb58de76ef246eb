import {
  AtcError,
  type Block,
  type BlocksOptions,
  bytesPerElement,
  type ColumnMetadata,
  type DType,
  dtypeOf,
  nearest,
  type ReadonlyTypedArray,
  type Series,
  type TypedArray,
} from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import { type SeriesPart, withSeriesRows } from "../manifest/series-part.ts";
import { columnOffset, type StoredPart, type StoredSegment } from "../manifest/stored-manifest.ts";
import type { ScanTrail } from "./access-policy.ts";
import type { SegmentReader } from "./segment-reader.ts";

/** The segments that a series is read from. */
export interface SeriesSource {
  readonly dataset: string;
  readonly columns: readonly ColumnMetadata[];
  readonly segments: readonly StoredSegment[];
  /** Shared by all scans of the dataset. */
  readonly trail: ScanTrail;
  /** The open segments. Throws ATC_CLOSED after the dataset is disposed. */
  readers(): readonly SegmentReader[];
}

interface Scan {
  readonly columns: readonly ColumnMetadata[];
  readonly from: number;
  readonly to: number;
  readonly blockLength: number;
}

/**
 * 64 Ki rows: 512 KiB per float64 column, so that several columns fit in the processor's cache. Larger blocks were not
 * faster.
 */
const defaultBlockLength = 65_536;

export function seriesOf(source: SeriesSource, symbol: string, parts: readonly StoredPart[]): Series {
  const own = withSeriesRows(parts);
  const last = own.at(-1);
  const length = last === undefined ? 0 : last.seriesRow + last.rows;
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `symbol "${symbol}" of dataset "${source.dataset}": ${what}`, {
      details: { dataset: source.dataset, symbol },
    });
  const columnOf = (name: string): ColumnMetadata => {
    const column = source.columns.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    const guess = nearest(
      name,
      source.columns.map((candidate) => candidate.name),
    );
    throw refuse(`there is no column "${name}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`);
  };
  const checkRange = (from: number, to: number): void => {
    const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to && to <= length;
    if (!isRange) throw refuse(`rows ${from} to ${to} are outside of its ${length} rows`);
  };

  return {
    symbol,
    length,
    columns: source.columns,
    blocks(options: BlocksOptions): Iterable<Block> {
      source.readers();
      const { from = 0, to = length, blockLength = defaultBlockLength } = options;
      checkRange(from, to);
      if (!Number.isSafeInteger(blockLength) || blockLength < 1)
        throw refuse(`blockLength is ${blockLength}; give a whole number of 1 or more`);
      const scan = { columns: [...new Set(options.columns)].map(columnOf), from, to, blockLength };
      return { [Symbol.iterator]: () => blocksOf(source, own, scan) };
    },
    window(name, start, count) {
      const column = columnOf(name);
      if (dtypeOf(column.type) === "int64") throw refuse(`column "${name}" holds times; read them with blocks()`);
      checkRange(start, start + count);
      return windowOf(source, own, column, start, count);
    },
  };
}

function windowOf(
  source: SeriesSource,
  parts: readonly SeriesPart[],
  column: ColumnMetadata,
  start: number,
  length: number,
): ReadonlyTypedArray {
  const readers = source.readers();
  const dtype = dtypeOf(column.type) as Exclude<DType, "int64">;
  const end = start + length;
  const touched = parts.filter((part) => part.seriesRow < end && part.seriesRow + part.rows > start);
  const read = (part: SeriesPart, from: number, to: number): TypedArray => {
    const reader = readers[part.segment] as SegmentReader;
    reader.checkSize();
    reader.window((to - from) * bytesPerElement[dtype]);
    const offset = offsetOf(source, part, column, from);
    return reader.values(dtype, offset, to - from, () => new ArrayBuffer((to - from) * bytesPerElement[dtype]));
  };
  const [only, ...others] = touched;
  if (only !== undefined && others.length === 0) return read(only, start, end) as TypedArray<typeof dtype>;
  const copy = allocate(dtype, length);
  for (const part of touched) {
    const from = Math.max(start, part.seriesRow);
    const to = Math.min(end, part.seriesRow + part.rows);
    copy.set(read(part, from, to) as TypedArray<typeof dtype>, from - start);
  }
  return copy;
}

function offsetOf(source: SeriesSource, part: SeriesPart, { name, type }: ColumnMetadata, row: number): number {
  const start = columnOffset(source.segments[part.segment] as StoredSegment, name);
  return start + (part.row + row - part.seriesRow) * bytesPerElement[dtypeOf(type)];
}

function* blocksOf(source: SeriesSource, parts: readonly SeriesPart[], scan: Scan): Generator<Block, void> {
  const targets = new Map<string, ArrayBuffer>();
  const targetOf =
    ({ name, type }: ColumnMetadata) =>
    (): ArrayBuffer => {
      const known = targets.get(name);
      if (known !== undefined) return known;
      const created = new ArrayBuffer(Math.min(scan.blockLength, scan.to - scan.from) * bytesPerElement[dtypeOf(type)]);
      targets.set(name, created);
      return created;
    };
  const rowBytes = scan.columns.reduce((sum, { type }) => sum + bytesPerElement[dtypeOf(type)], 0);
  let valid = { current: true };
  for (const part of parts) {
    const end = Math.min(scan.to, part.seriesRow + part.rows);
    let row = Math.max(scan.from, part.seriesRow);
    if (row >= end) continue;
    const endScan = (source.readers()[part.segment] as SegmentReader).scan();
    try {
      for (; row < end; row += scan.blockLength) {
        const reader = source.readers()[part.segment] as SegmentReader;
        const length = Math.min(scan.blockLength, end - row);
        reader.checkSize();
        const arrays = new Map<string, TypedArray>();
        // The kernel reads ahead from one position per file: a scan that alternates between columns loses it at each
        // switch.
        const ahead = scan.columns.length > 1 ? Math.min(scan.blockLength, end - row - length) : 0;
        for (const column of scan.columns) {
          const offset = offsetOf(source, part, column, row);
          const dtype = dtypeOf(column.type);
          arrays.set(column.name, reader.values(dtype, offset, length, targetOf(column)));
          const size = bytesPerElement[dtype];
          if (ahead > 0) reader.prefetch(offset + length * size, ahead * size);
        }
        valid = { current: true };
        yield blockOf(source, row, length, arrays, valid);
        valid.current = false;
        source.trail.passed(reader, length * rowBytes);
      }
    } finally {
      valid.current = false;
      endScan();
    }
  }
}

function blockOf(
  source: SeriesSource,
  row: number,
  length: number,
  arrays: ReadonlyMap<string, TypedArray>,
  valid: { readonly current: boolean },
): Block {
  const arrayOf = (column: string): TypedArray => {
    source.readers();
    if (!valid.current)
      throw new AtcError("ATC_CLOSED", "the iteration has moved to its next block; copy values that must stay valid");
    const array = arrays.get(column);
    if (array === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `column "${column}" was not requested; add it to the columns of blocks()`,
      );
    return array;
  };
  const times = (): BigInt64Array => arrayOf("timestamp") as BigInt64Array;
  return {
    row,
    length,
    values(column) {
      const array = arrayOf(column);
      if (array instanceof BigInt64Array)
        throw new AtcError("ATC_INVALID_ARGUMENT", `column "${column}" holds times; read them with times()`);
      return array;
    },
    times,
    timeWords() {
      const array = times();
      return new Int32Array(array.buffer, array.byteOffset, array.length * 2);
    },
  };
}
