import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { bytesPerElement, type ColumnMetadata, dtypeOf } from "@atc/contract";
import { type ArrowFileMetadata, type ReadBytes, readArrowMetadata } from "../arrow/arrow-reading.ts";
import { hexOf } from "../base/checksum.ts";
import { formatChecksums, parseChecksums } from "../base/column-checksums.ts";
import { readFully } from "../base/file-system.ts";
import { firstDecrease } from "../base/time-order.ts";
import { seriesParts } from "../manifest/series-part.ts";
import { columnOffset, type StoredManifest, type StoredPart, type StoredSegment } from "../manifest/stored-manifest.ts";

/** A fault of a segment. */
export interface SegmentFault {
  /** The end of a sentence that begins with the name of the segment. */
  readonly what: string;
  /** The symbols in doubt; default: all symbols of the segment. */
  readonly symbols?: readonly string[];
}

/** The rows of a symbol in one segment. */
export interface SymbolPart extends StoredPart {
  readonly symbol: string;
}

/** Callbacks of a verification. */
export interface VerificationSteps {
  /** Receives the number of bytes read since the last call. May throw to end the verification. */
  advance(bytes: number): void;
  /** Receives the checksums found for the columns of a part that has no fault. */
  checksums?(part: SymbolPart, crc32: string): void;
}

/** The parts in each segment of a manifest, by index of the segment. */
export function partsBySegment(manifest: StoredManifest): SymbolPart[][] {
  const bySegment: SymbolPart[][] = manifest.segments.map(() => []);
  for (const series of manifest.series)
    for (const part of seriesParts(manifest, series)) bySegment[part.segment]?.push({ ...part, symbol: series.symbol });
  return bySegment;
}

const chunkBytes = 2 ** 20;

/**
 * Compares a segment with its manifest: its size, its checksum, then its Arrow metadata, symbols, times and the
 * checksums of its columns. A part without checksums is not checked against them; drop those of a manifest without a
 * content.
 */
export async function* segmentFaults(
  directory: string,
  segment: StoredSegment,
  columns: readonly ColumnMetadata[],
  parts: readonly SymbolPart[],
  { advance, checksums }: VerificationSteps,
): AsyncGenerator<SegmentFault, void> {
  const file = await open(join(directory, segment.file), "r");
  try {
    const { size } = await file.stat();
    if (size !== segment.bytes) {
      yield { what: `has ${size} bytes, its manifest says ${segment.bytes}` };
      advance(segment.bytes);
      return;
    }
    const ranges = columnRanges(segment, columns, parts);
    const checksum = await checksumOf(file, size, ranges.flat(), advance);
    const isWhole = checksum === segment.crc32;
    if (!isWhole)
      yield {
        what: `has the checksum ${checksum}, its manifest says ${segment.crc32}: bytes have changed on the disk${changedPlaces(parts, columns, ranges)}`,
      };
    const read: ReadBytes = async (offset, length) => {
      // Memory of its own, so that any typed array can view it.
      const target = new Uint8Array(length);
      await readFully(file, target, offset);
      return target;
    };
    let metadata: ArrowFileMetadata;
    try {
      metadata = await readArrowMetadata(read, size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      yield { what: `has no readable Arrow metadata (${error.message})` };
      return;
    }
    const fault = metadataFault(metadata, segment, columns);
    if (fault !== undefined) {
      yield { what: fault };
      return;
    }
    for (const [index, part] of parts.entries()) {
      const own = ranges[index] ?? [];
      const what =
        (await partFault(read, segment, metadata.dictionaries[0] ?? [], part)) ??
        (isWhole ? contentFault(part, columns, own) : undefined);
      if (what !== undefined) yield { what, symbols: [part.symbol] };
      else checksums?.(part, formatChecksums(own.map(({ crc }) => crc)));
      advance(0);
    }
  } finally {
    await file.close();
  }
}

/** The byte range of a column's values in one part, and the CRC-32 of the bytes read so far. */
interface ColumnRange {
  readonly start: number;
  readonly end: number;
  crc: number;
}

/** The range of each column, for each part. */
function columnRanges(
  segment: StoredSegment,
  columns: readonly ColumnMetadata[],
  parts: readonly SymbolPart[],
): readonly (readonly ColumnRange[])[] {
  return parts.map(({ row, rows }) =>
    columns.map(({ name, type }) => {
      const width = bytesPerElement[dtypeOf(type)];
      const start = columnOffset(segment, name) + width * row;
      return { start, end: start + width * rows, crc: 0 };
    }),
  );
}

/** The checksum of a file. Computes those of `ranges`, which must not overlap, while it reads the file once. */
async function checksumOf(
  file: FileHandle,
  bytes: number,
  ranges: ColumnRange[],
  advance: (bytes: number) => void,
): Promise<string> {
  const buffer = new Uint8Array(Math.min(chunkBytes, bytes));
  ranges.sort((a, b) => a.start - b.start);
  let next = 0;
  let crc = 0;
  for (let offset = 0; offset < bytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - offset), offset);
    if (bytesRead === 0) break;
    const end = offset + bytesRead;
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    for (let range = ranges[next]; range !== undefined && range.start < end; range = ranges[next]) {
      const from = Math.max(range.start, offset);
      if (from < range.end)
        range.crc = crc32(buffer.subarray(from - offset, Math.min(range.end, end) - offset), range.crc);
      if (range.end > end) break;
      next++;
    }
    offset = end;
    advance(bytesRead);
  }
  return hexOf(crc);
}

/** How the file's Arrow metadata differ from the manifest. */
function metadataFault(
  { columns, rows, offsets }: ArrowFileMetadata,
  segment: StoredSegment,
  expected: readonly ColumnMetadata[],
): string | undefined {
  if (rows !== segment.rows) return `has ${rows} rows in its Arrow metadata, its manifest says ${segment.rows}`;
  const all = [{ name: "symbol", type: "text" } as const, ...expected];
  if (columns.length !== all.length) return `has ${columns.length} columns, its manifest says ${all.length}`;
  for (const [i, { name, type }] of all.entries()) {
    const column = columns[i];
    if (column?.name !== name || column.type !== type)
      return `has column "${column?.name}" of type "${column?.type}" at index ${i}, its manifest says "${name}" of type "${type}"`;
    if (offsets[i] !== segment.offsets[name])
      return `has the values of column "${name}" at byte ${offsets[i]}, its manifest says ${segment.offsets[name]}`;
  }
  return undefined;
}

/** How the rows of a symbol differ from the manifest. */
async function partFault(
  read: ReadBytes,
  segment: StoredSegment,
  dictionary: readonly string[],
  { symbol, row, rows, firstTime, lastTime }: SymbolPart,
): Promise<string | undefined> {
  const expected = dictionary.indexOf(symbol);
  const symbolOffset = columnOffset(segment, "symbol");
  const timeOffset = columnOffset(segment, "timestamp");
  const step = chunkBytes / 8;
  let last: bigint | undefined;
  for (let from = row; from < row + rows; from += step) {
    const length = Math.min(step, row + rows - from);
    const indices = new Int32Array((await read(symbolOffset + 4 * from, 4 * length)).buffer);
    const wrong = indices.findIndex((index) => index !== expected);
    if (wrong !== -1)
      return `has symbol "${dictionary[indices[wrong] ?? -1]}" in row ${from + wrong}, its manifest says "${symbol}"`;
    const times = new BigInt64Array((await read(timeOffset + 8 * from, 8 * length)).buffer);
    if (last === undefined && String(times[0]) !== firstTime)
      return `begins symbol "${symbol}" at time "${times[0]}", its manifest says "${firstTime}"`;
    const [first = 0n] = times;
    const decrease = last !== undefined && first < last ? 0 : firstDecrease(times);
    if (decrease !== -1)
      return `has a time of symbol "${symbol}" in row ${from + decrease} before that of the previous row`;
    last = times[length - 1];
  }
  return String(last) === lastTime
    ? undefined
    : `ends symbol "${symbol}" at time "${last}", its manifest says "${lastTime}"`;
}

/** The quoted names of the columns whose checksums differ from the manifest's; "" if none do. */
function changedColumns(
  { crc32: stored }: SymbolPart,
  columns: readonly ColumnMetadata[],
  ranges: readonly ColumnRange[],
): string {
  if (stored === undefined) return "";
  const expected = parseChecksums(stored);
  const changed = columns.filter((_, place) => ranges[place]?.crc !== expected[place]);
  return changed.map(({ name }) => `"${name}"`).join(", ");
}

function contentFault(
  part: SymbolPart,
  columns: readonly ColumnMetadata[],
  ranges: readonly ColumnRange[],
): string | undefined {
  const names = changedColumns(part, columns, ranges);
  if (names === "") return undefined;
  return `has values of symbol "${part.symbol}" in column ${names} that do not match the checksum in its manifest`;
}

/** The first symbol whose values changed, and how many others; "" if the changed bytes belong to no value. */
function changedPlaces(
  parts: readonly SymbolPart[],
  columns: readonly ColumnMetadata[],
  ranges: readonly (readonly ColumnRange[])[],
): string {
  const changed = parts.flatMap((part, i) => {
    const names = changedColumns(part, columns, ranges[i] ?? []);
    return names === "" ? [] : [`, in column ${names} of symbol "${part.symbol}"`];
  });
  const [first] = changed;
  if (first === undefined) return "";
  return changed.length === 1 ? first : `${first} and in ${changed.length - 1} more`;
}
