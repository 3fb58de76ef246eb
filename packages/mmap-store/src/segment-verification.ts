import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { ColumnMetadata } from "@atc/contract";
import { type ArrowFileMetadata, type ReadBytes, readArrowMetadata } from "./arrow-reading.ts";
import { hexOf } from "./checksum.ts";
import { firstGoingBack } from "./series-progress.ts";
import type { StoredManifest, StoredPart, StoredSegment } from "./stored-manifest.ts";

/** What is wrong with a segment: the end of a sentence that begins with its name. */
export interface SegmentFault {
  readonly what: string;
  /** The symbol in doubt; all of the segment's where absent. */
  readonly symbols?: readonly string[];
}

/** Rows of a symbol in the segment that is verified. */
export interface SymbolPart extends StoredPart {
  readonly symbol: string;
}

/** The parts in each segment of a manifest. */
export function partsBySegment({ segments, series }: StoredManifest): SymbolPart[][] {
  const bySegment: SymbolPart[][] = segments.map(() => []);
  for (const { symbol, parts } of series) for (const part of parts) bySegment[part.segment]?.push({ ...part, symbol });
  return bySegment;
}

const chunkBytes = 2 ** 20;

/**
 * What is wrong with a segment: its size, its checksum, then whether its Arrow metadata, symbols and times are what the manifest says.
 * `advance` is told of the bytes read, and throws to end it.
 */
export async function* segmentFaults(
  directory: string,
  segment: StoredSegment,
  columns: readonly ColumnMetadata[],
  parts: readonly SymbolPart[],
  advance: (bytes: number) => void,
): AsyncGenerator<SegmentFault, void> {
  const file = await open(join(directory, segment.file), "r");
  try {
    const { size } = await file.stat();
    if (size !== segment.bytes) {
      yield { what: `is ${size} bytes long, its manifest says ${segment.bytes}` };
      advance(segment.bytes);
      return;
    }
    const checksum = await checksumOf(file, size, advance);
    if (checksum !== segment.crc32)
      yield {
        what: `has the checksum ${checksum}, its manifest says ${segment.crc32}: bytes have changed on the disk`,
      };
    const read: ReadBytes = (offset, length) => readExactly(file, offset, length);
    let metadata: ArrowFileMetadata;
    try {
      metadata = await readArrowMetadata(read, size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      yield { what: `holds no readable Arrow metadata (${error.message})` };
      return;
    }
    const fault = metadataFault(metadata, segment, columns);
    if (fault !== undefined) {
      yield { what: fault };
      return;
    }
    for (const part of parts) {
      const what = await partFault(read, segment, metadata.dictionary, part);
      if (what !== undefined) yield { what, symbols: [part.symbol] };
      advance(0);
    }
  } finally {
    await file.close();
  }
}

async function checksumOf(file: FileHandle, bytes: number, advance: (bytes: number) => void): Promise<string> {
  const buffer = new Uint8Array(Math.min(chunkBytes, bytes));
  let crc = 0;
  for (let offset = 0; offset < bytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - offset), offset);
    if (bytesRead === 0) break;
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    offset += bytesRead;
    advance(bytesRead);
  }
  return hexOf(crc);
}

/** Bytes of a file in memory of their own, so that any typed array can view them. */
async function readExactly(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(target, done, length - done, offset + done);
    if (bytesRead === 0) throw new RangeError(`it ends at byte ${offset + done}`);
    done += bytesRead;
  }
  return target;
}

/** How the file's own description differs from the manifest's. */
function metadataFault(
  { columns, rows, offsets }: ArrowFileMetadata,
  segment: StoredSegment,
  expected: readonly ColumnMetadata[],
): string | undefined {
  if (rows !== segment.rows) return `tells of ${rows} rows in its Arrow metadata, its manifest of ${segment.rows}`;
  const all = [{ name: "symbol", type: "text" } as const, ...expected];
  if (columns.length !== all.length) return `has ${columns.length} columns, its manifest tells of ${all.length}`;
  for (const [i, { name, type }] of all.entries()) {
    const column = columns[i];
    if (column?.name !== name || column.type !== type)
      return `has the column "${column?.name}" of type "${column?.type}" where its manifest tells of "${name}" of type "${type}"`;
    if (offsets[i] !== segment.offsets[name])
      return `has the values of column "${name}" at byte ${offsets[i]}, its manifest says ${segment.offsets[name]}`;
  }
  return undefined;
}

/** How a symbol's rows differ from what the manifest says of them. */
async function partFault(
  read: ReadBytes,
  { offsets }: StoredSegment,
  dictionary: readonly string[],
  { symbol, row, rows, firstTime, lastTime }: SymbolPart,
): Promise<string | undefined> {
  const expected = dictionary.indexOf(symbol);
  const step = chunkBytes / 8;
  let last: bigint | undefined;
  for (let from = row; from < row + rows; from += step) {
    const length = Math.min(step, row + rows - from);
    const indices = new Int32Array((await read((offsets["symbol"] as number) + 4 * from, 4 * length)).buffer);
    const stranger = indices.findIndex((index) => index !== expected);
    if (stranger !== -1)
      return `holds symbol "${dictionary[indices[stranger] as number]}" in row ${from + stranger}, its manifest says "${symbol}"`;
    const times = new BigInt64Array((await read((offsets["timestamp"] as number) + 8 * from, 8 * length)).buffer);
    if (last === undefined && String(times[0]) !== firstTime)
      return `begins symbol "${symbol}" at time "${times[0]}", its manifest says "${firstTime}"`;
    const back = last !== undefined && (times[0] as bigint) < last ? 0 : firstGoingBack(times);
    if (back !== -1) return `has times of symbol "${symbol}" that go back in row ${from + back}`;
    last = times[length - 1];
  }
  return String(last) === lastTime
    ? undefined
    : `ends symbol "${symbol}" at time "${last}", its manifest says "${lastTime}"`;
}
