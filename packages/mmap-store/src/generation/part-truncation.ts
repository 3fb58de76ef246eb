import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { AtcError, bytesPerElement, type ColumnMetadata, dtypeOf, fromSystemError } from "@atc/contract";
import { crc32Unshift, prefixCrc32 } from "../base/checksum.ts";
import { formatChecksums, parseChecksums } from "../base/column-checksums.ts";
import { readFully } from "../base/file-system.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import { columnOffset, type StoredSegment } from "../manifest/stored-manifest.ts";

/** The segment of a part to truncate. */
export interface PartLocation {
  /** The dataset's name, for errors. */
  readonly name: string;
  readonly directory: string;
  readonly columns: readonly ColumnMetadata[];
  readonly segment: StoredSegment;
}

/** Bytes of dropped rows in memory at once. */
const chunkBytes = 2 ** 20;

/**
 * The first `rows` rows of a part. Reads its last time from the segment. Computes its checksums from those of the part
 * and of the dropped rows, and reads only these. So a checksum still describes what was written, even if the disk has
 * damaged kept rows since.
 */
export async function truncatePart(place: PartLocation, part: SeriesPart, rows: number): Promise<SeriesPart> {
  const { crc32: whole, ...rest } = part;
  return await withSegment(place, async (file) => {
    const lastTime = await timeOf(file, place, part.row + rows - 1);
    const truncated: SeriesPart = { ...rest, rows, lastTime: String(lastTime) };
    if (whole === undefined) return truncated;
    const left = await checksumsWithout(file, place, parseChecksums(whole), part.row + rows, part.rows - rows);
    return { ...truncated, crc32: formatChecksums(left) };
  });
}

/** Calls `read` with the open segment. It may throw RangeError if the file ends too early. */
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
    `segment "${path}" does not have the size that its manifest says; ingest the dataset again`,
    { details: { dataset: name, path } },
  );
}

async function timeOf(file: FileHandle, { segment }: PartLocation, row: number): Promise<bigint> {
  const target = new BigInt64Array(1);
  await readFully(file, new Uint8Array(target.buffer), columnOffset(segment, "timestamp") + 8 * row);
  return target[0] ?? 0n;
}

/** The checksums of columns without `rows` rows at their end, which begin at row `row` of the segment. */
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
    const start = columnOffset(segment, name) + width * row;
    let dropped = 0;
    for (let done = 0; done < width * rows; done += buffer.length) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, width * rows - done));
      await readFully(file, bytes, start + done);
      dropped = crc32(bytes, dropped);
    }
    left.push(prefixCrc32(whole[place] ?? 0, dropped, crc32Unshift(width * rows)));
  }
  return left;
}
