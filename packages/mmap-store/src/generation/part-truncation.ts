import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { AtcError, bytesPerElement, type ColumnMetadata, dtypeOf, fromSystemError } from "@atc/contract";
import { crc32Unshift, prefixCrc32 } from "../base/checksum.ts";
import { formatChecksums, parseChecksums } from "../base/column-checksums.ts";
import { readFully } from "../base/file-system.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";

/** Where a part that is cut lies. */
export interface PartLocation {
  /** The dataset's name, for errors. */
  readonly name: string;
  readonly directory: string;
  readonly columns: readonly ColumnMetadata[];
  readonly segment: StoredSegment;
}

/** Bytes of superseded rows that are in memory at once. */
const chunkBytes = 2 ** 20;

/**
 * The first `rows` rows of a part. Its last time is read from the segment; its checksums follow from those of the whole and of the rows that are cut
 * off, which are the only ones that are read. So a checksum goes on standing for what was written, also if the disk damages kept rows meanwhile.
 */
export async function truncatePart(place: PartLocation, part: SeriesPart, rows: number): Promise<SeriesPart> {
  const { crc32: whole, ...rest } = part;
  return await withSegment(place, async (file) => {
    const cut: SeriesPart = { ...rest, rows, lastTime: String(await lastTimeOf(file, place, part.row + rows)) };
    if (whole === undefined) return cut;
    const left = await checksumsWithout(file, place, parseChecksums(whole), part.row + rows, part.rows - rows);
    return { ...cut, crc32: formatChecksums(left) };
  });
}

/** Opens the segment, of which a reader may throw a RangeError if it ends too early. */
async function withSegment<T>(
  { name, directory, segment }: PartLocation,
  read: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const path = join(directory, segment.file);
  try {
    const file = await open(path, "r");
    try {
      if ((await file.stat()).size === segment.bytes) return await read(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof RangeError))
      throw fromSystemError(error, `cannot append to dataset "${name}"`, "check the disk, or ingest the dataset again");
  }
  throw new AtcError(
    "ATC_CORRUPT_DATA",
    `segment "${path}" is not as long as its manifest says; ingest the dataset again`,
    { details: { dataset: name, path } },
  );
}

/** The time in the row ahead of `row`. */
async function lastTimeOf(file: FileHandle, { segment }: PartLocation, row: number): Promise<bigint> {
  const target = new BigInt64Array(1);
  await readFully(file, new Uint8Array(target.buffer), (segment.offsets["timestamp"] as number) + 8 * (row - 1));
  return target[0] as bigint;
}

/** The checksums of columns whose last `rows` rows are cut off, from row `row` of the segment on. */
async function checksumsWithout(
  file: FileHandle,
  { columns, segment }: PartLocation,
  whole: readonly number[],
  row: number,
  rows: number,
): Promise<number[]> {
  const widest = columns.reduce((most, { type }) => Math.max(most, bytesPerElement[dtypeOf(type)]), 0);
  const buffer = new Uint8Array(Math.min(chunkBytes, widest * rows));
  const left: number[] = [];
  for (const [place, { name, type }] of columns.entries()) {
    const width = bytesPerElement[dtypeOf(type)];
    const start = (segment.offsets[name] as number) + width * row;
    let end = 0;
    for (let done = 0; done < width * rows; done += buffer.length) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, width * rows - done));
      await readFully(file, bytes, start + done);
      end = crc32(bytes, end);
    }
    left.push(prefixCrc32(whole[place] as number, end, crc32Unshift(width * rows)));
  }
  return left;
}
