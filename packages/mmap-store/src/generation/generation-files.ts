import { join } from "node:path";
import type { ColumnMetadata } from "@atc/contract";
import type { ArrowFileLayout } from "../arrow/arrow-file.ts";
import { hexOf } from "../base/checksum.ts";
import { formatChecksums } from "../base/column-checksums.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";
import type { PlannedPart } from "../segment/segment-plan.ts";

/** The segments of one generation in a temporary directory, as its publication names them. */
export interface GenerationFiles {
  /** What the manifest says of the segments once all rows are written; files are to be named by `nameOf`. */
  segments(nameOf: (segment: number) => string): readonly StoredSegment[];
  /** The parts of each symbol with their times, in row order. */
  parts(): ReadonlyMap<string, readonly SeriesPart[]>;
  /** The temporary path of each segment. */
  paths(): readonly string[];
  /** Closes all and removes the temporary directory. */
  discard(): Promise<void>;
}

/** What is known of a part once its rows are written. */
export interface PartFacts {
  /** The time of its first row. */
  readonly firstTime: bigint;
  /** The time of its last row. */
  readonly lastTime: bigint;
  /** Per column of the schema: the CRC-32 of the bytes of its values. */
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

/** What the manifest says of a segment. */
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

/** The parts of each symbol, with what `factsOf` says of them. */
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
