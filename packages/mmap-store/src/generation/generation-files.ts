import { join } from "node:path";
import type { ColumnMetadata } from "@atc/contract";
import type { ArrowFileLayout } from "../arrow/arrow-file.ts";
import { hexOf } from "../base/checksum.ts";
import { formatChecksums } from "../base/column-checksums.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";
import type { PlannedPart } from "../segment/segment-plan.ts";

/** The segment files of one generation in a temporary directory. */
export interface GenerationFiles {
  /** The segments for the manifest, once all rows are written. `nameOf` gives the final file name of each. */
  segments(nameOf: (segment: number) => string): readonly StoredSegment[];
  /** The parts of each symbol with their times, in row order. */
  parts(): ReadonlyMap<string, readonly SeriesPart[]>;
  /** The temporary path of each segment. */
  paths(): readonly string[];
  /** Closes all files and removes the temporary directory. */
  discard(): Promise<void>;
}

/** The times and checksums of a part whose rows are written. */
export interface PartFacts {
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  /** One CRC-32 per column of the schema, of the bytes of its values. */
  readonly crc32: readonly number[];
}

/** A segment's name in a temporary directory. */
export function temporaryName(segment: number): string {
  return `${segment}.arrow`;
}

/** A segment's path in a temporary directory. */
export function temporaryPath(directory: string, segment: number): string {
  return join(directory, temporaryName(segment));
}

/** A segment for the manifest. */
export function storedSegment(
  file: string,
  rows: number,
  schema: readonly ColumnMetadata[],
  layout: Pick<ArrowFileLayout, "columns" | "bytes">,
  crc: number,
): StoredSegment {
  const names = ["symbol", ...schema.map(({ name }) => name)];
  const offsets = Object.fromEntries(names.map((name, i) => [name, layout.columns[i]?.offset ?? 0]));
  return { file, rows, bytes: layout.bytes, crc32: hexOf(crc), offsets };
}

/** The parts of each symbol for the manifest, with the times and checksums that `factsOf` returns. */
export function writtenParts(
  parts: ReadonlyMap<string, readonly PlannedPart[]>,
  factsOf: (part: PlannedPart) => PartFacts | undefined,
): ReadonlyMap<string, readonly SeriesPart[]> {
  const placed = (part: PlannedPart): SeriesPart => {
    const { segment, row, rows, seriesRow } = part;
    const { firstTime = 0n, lastTime = 0n, crc32 = [] } = factsOf(part) ?? {};
    const times = { firstTime: String(firstTime), lastTime: String(lastTime) };
    return { segment, row, rows, seriesRow, ...times, crc32: formatChecksums(crc32) };
  };
  return new Map([...parts].map(([symbol, list]) => [symbol, list.map(placed)]));
}
