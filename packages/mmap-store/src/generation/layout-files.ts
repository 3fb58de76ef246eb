import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { absentOnly, bytesPerElement, type ColumnMetadata, dtypeOf, type RowExtent } from "@atc/contract";
import { type ArrowFileLayout, layOutArrowFile } from "../arrow/arrow-file.ts";
import { type ChecksummedRange, checksumOf } from "../base/checksum.ts";
import { appendCrcs } from "../base/column-checksums.ts";
import { entriesOf, isSystemError } from "../base/file-system.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";
import { checkSpace } from "../segment/disk-space.ts";
import { type AllocatedSegment, allocateSegment, writeSymbols } from "../segment/segment-allocation.ts";
import { type PlannedPart, type PlannedSegment, type SegmentPlan, segmentColumns } from "../segment/segment-plan.ts";
import { storedSegment, temporaryName, temporaryPath } from "./generation-files.ts";
import type { PlacedRange } from "./placed-rows-ledger.ts";

/**
 * The segment files of a dataset layout at their full size. Callers write the values of the columns; the column
 * `symbol` is written here, in the background.
 */
export interface LayoutFiles {
  /** Whether all of them existed before, with the rows that were put in them then. */
  readonly isResumed: boolean;
  /** The path of each segment. */
  readonly paths: readonly string[];
  /** The position of the rows of a part. */
  extentOf(part: PlannedPart): RowExtent;
  /** Waits until the symbols of all rows are written. */
  filled(): Promise<void>;
  /** The segment for the manifest, under the final name `file`. `rangeOf` returns the registered rows of a part. */
  stored(segment: number, file: string, rangeOf: (part: PlannedPart) => PlacedRange | undefined): StoredSegment;
}

interface LayoutSegment extends AllocatedSegment {
  readonly rows: number;
  readonly layout: Pick<ArrowFileLayout, "columns" | "bytes">;
  /** Sorted by row. */
  readonly parts: readonly PlannedPart[];
  symbols: ChecksummedRange;
}

/**
 * Creates the files in `directory`, which is created if it does not exist. Files of an earlier call with the same plan
 * stay as they are; all other entries are removed.
 */
export async function layoutFiles(
  directory: string,
  schema: readonly ColumnMetadata[],
  { segments: planned, parts }: SegmentPlan,
): Promise<LayoutFiles> {
  const names = planned.map((_, index) => temporaryName(index));
  const paths = planned.map((_, index) => temporaryPath(directory, index));
  await makeDirectory(directory);
  await removeOthers(directory, new Set(names));
  const inSegments: PlannedPart[][] = planned.map(() => []);
  for (const list of parts.values()) for (const part of list) inSegments[part.segment]?.push(part);
  const widths = schema.map(({ type }) => bytesPerElement[dtypeOf(type)]);
  const segments: LayoutSegment[] = [];
  const layoutOf = ({ symbols, rows }: PlannedSegment): ArrowFileLayout =>
    layOutArrowFile(segmentColumns(schema, symbols), rows);
  // Laid out twice, because the heads of all segments at once may not fit in memory.
  const bytes = planned.reduce((sum, one) => sum + layoutOf(one).bytes, 0);
  await checkSpace(directory, bytes - (await bytesInUse(paths)));
  for (const [index, one] of planned.entries()) {
    const { rows } = one;
    const own = inSegments[index] as PlannedPart[];
    own.sort((a, b) => a.row - b.row);
    const layout = layoutOf(one);
    const file = await allocateSegment(paths[index] as string, layout);
    const place = { offset: layout.columns[0]?.offset ?? 0, length: 0, crc: 0 };
    segments.push({
      ...file,
      rows,
      layout: { columns: layout.columns, bytes: layout.bytes },
      parts: own,
      symbols: place,
    });
  }
  const fill = async (): Promise<void> => {
    for (const [index, segment] of segments.entries()) {
      const rowsOf = segment.parts.map(({ rows }) => rows);
      segment.symbols = await writeSymbols(paths[index] as string, segment.symbols.offset, rowsOf);
    }
  };
  const filling = fill();
  // The caller that awaits it gets the failure.
  filling.catch(() => undefined);
  return {
    isResumed: segments.every((segment) => segment.isResumed),
    paths,
    filled: () => filling,
    extentOf({ segment, row, rows, seriesRow }) {
      const { columns } = (segments[segment] as LayoutSegment).layout;
      const offsets = widths.map((width, column) => offsetOf(columns, column) + row * width);
      return { path: paths[segment] as string, row: seriesRow, rows, offsets };
    },
    stored(segment, file, rangeOf) {
      const { rows, layout, ranges, symbols, parts: own } = segments[segment] as LayoutSegment;
      const all = [...ranges, symbols, ...columnRanges(layout, own.map(rangeOf), widths)];
      return storedSegment(file, rows, schema, layout, checksumOf(all, layout.bytes));
    },
  };
}

/** The byte offset of a column of the schema. The column `symbol` precedes those of the schema. */
function offsetOf(columns: ArrowFileLayout["columns"], column: number): number {
  return (columns[column + 1] as ArrowFileLayout["columns"][number]).offset;
}

/** The range of each column, whose parts are consecutive. */
function columnRanges(
  { columns }: Pick<ArrowFileLayout, "columns">,
  ranges: readonly (PlacedRange | undefined)[],
  widths: readonly number[],
): ChecksummedRange[] {
  const crcs = widths.map(() => 0);
  let rows = 0;
  for (const range of ranges) {
    if (range === undefined) continue;
    appendCrcs(crcs, crcs, range.crc32, range.rows, widths);
    rows += range.rows;
  }
  return widths.map((width, column) => ({
    offset: offsetOf(columns, column),
    length: rows * width,
    crc: crcs[column] ?? 0,
  }));
}

/** Bytes that files of an earlier call already take on the disk. */
async function bytesInUse(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    const found = await stat(path).catch(absentOnly);
    // POSIX counts blocks of 512 bytes; Windows counts none.
    bytes += found === undefined ? 0 : 512 * (found.blocks ?? found.size / 512);
  }
  return bytes;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

async function removeOthers(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await entriesOf(directory))
    if (!names.has(entry)) await rm(join(directory, entry), { recursive: true, force: true });
}
