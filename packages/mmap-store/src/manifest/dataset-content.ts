import { createHash } from "node:crypto";
import { bytesPerElement, type DatasetSchema, dtypeOf, type SeriesExtent } from "@atc/contract";
import { datasetContent } from "@atc/plugin-kit";
import { appendCrcs, parseChecksums } from "../base/column-checksums.ts";
import type { StoredManifest, StoredPart, StoredSeries } from "./stored-manifest.ts";

/** The content of a dataset with these series; undefined if any part has no checksums. */
export function contentOf(schema: DatasetSchema, series: readonly StoredSeries[]): string | undefined {
  const widths = widthsOf(schema);
  return datasetContent(
    schema,
    series.map((item) => extentOf(item, widths)),
    sha256,
  );
}

/**
 * The extents of a manifest's series. They have checksums only if the manifest has a content; otherwise those of its
 * parts may be outdated.
 */
export function seriesExtents({ kind, columns, series, content }: StoredManifest): readonly SeriesExtent[] {
  const widths = content === undefined ? undefined : widthsOf({ kind, columns });
  return series.map((item) => extentOf(item, widths));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function widthsOf({ columns }: DatasetSchema): readonly number[] {
  return columns.map(({ type }) => bytesPerElement[dtypeOf(type)]);
}

function extentOf({ symbol, parts }: StoredSeries, widths: readonly number[] | undefined): SeriesExtent {
  const crc32 = widths === undefined ? undefined : foldedChecksums(parts, widths);
  return {
    symbol,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    firstTime: BigInt(parts[0]?.firstTime ?? 0),
    lastTime: BigInt(parts.at(-1)?.lastTime ?? 0),
    ...(crc32 === undefined ? {} : { crc32 }),
  };
}

/** The checksums of a series' columns, from those of its consecutive parts; undefined if any part has none. */
function foldedChecksums(parts: readonly StoredPart[], widths: readonly number[]): readonly number[] | undefined {
  let folded: number[] | undefined;
  for (const { crc32, rows } of parts) {
    if (crc32 === undefined) return undefined;
    const own = parseChecksums(crc32);
    if (folded === undefined) folded = own;
    else appendCrcs(folded, folded, own, rows, widths);
  }
  return folded;
}
