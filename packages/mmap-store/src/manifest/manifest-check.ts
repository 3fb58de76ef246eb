import { bytesPerElement, dtypeOf } from "@atc/contract";
import { isChecksums } from "../base/column-checksums.ts";
import { isSegmentName } from "./segment-name.ts";
import type { StoredManifest, StoredPart, StoredSegment, StoredSeries } from "./stored-manifest.ts";

const decimal = /^-?\d{1,19}$/;

/**
 * What is wrong with a manifest, its series left out, or undefined. The checksum was valid, so this finds what a faulty
 * writer or an editor wrote. After it and {@link seriesFault} or {@link partsFault} no offset, row or name can lead
 * outside of the segments.
 */
export function manifestFault(value: unknown): string | undefined {
  return guarded(() => headFault(value as StoredManifest));
}

/** What is wrong with any of the series of a manifest, or undefined. */
export function seriesFault(manifest: StoredManifest): string | undefined {
  return guarded(() => allSeriesFault(manifest));
}

/** What is wrong with one series of a manifest, or undefined. */
export function partsFault(manifest: StoredManifest, { symbol, parts }: StoredSeries): string | undefined {
  const { segments, columns, content } = manifest;
  return guarded(() => {
    if (parts.length === 0) return `symbol "${symbol}" has no rows`;
    for (const part of parts) {
      if (!isPart(part, segments)) return `a part of symbol "${symbol}" is outside of its segment`;
      if (content !== undefined && !isChecksums(part.crc32, columns.length))
        return `a part of symbol "${symbol}" has no checksums of its columns`;
    }
    return undefined;
  });
}

function guarded(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch {
    return "a member is missing or has the wrong type";
  }
}

function headFault(manifest: StoredManifest): string | undefined {
  if (!isCount(manifest.generation) || manifest.generation < 1) return "its generation is not a count";
  if (typeof manifest.fingerprint !== "string") return "its fingerprint is not a string";
  if (manifest.content !== undefined && !/^[0-9a-f]{64}$/.test(manifest.content))
    return "its content is not a SHA-256 digest";
  if (manifest.timeIs !== undefined && manifest.timeIs !== "date" && manifest.timeIs !== "instant")
    return 'its timeIs is neither "date" nor "instant"';
  if (typeof manifest.createdAt !== "number") return "its createdAt is not a number";
  if (typeof manifest.attributes !== "object" || manifest.attributes === null)
    return "its attributes are not an object";
  const timeType = manifest.kind === "bars" ? "timestamp[ms]" : "timestamp[ns]";
  if (manifest.kind !== "bars" && manifest.kind !== "ticks") return "its kind is unknown";
  if (manifest.columns[0]?.name !== "timestamp" || manifest.columns[0].type !== timeType)
    return `its first column is not "timestamp" of type "${timeType}"`;
  for (const { name, type } of manifest.columns)
    if (typeof name !== "string" || !Object.hasOwn(bytesPerElement, dtypeOf(type)))
      return `the type of column "${name}" is unknown`;
  for (const segment of manifest.segments) {
    const fault = segmentFault(segment, manifest);
    if (fault !== undefined) return `segment "${segment.file}" ${fault}`;
  }
  return Array.isArray(manifest.series) ? undefined : "it has no series";
}

function segmentFault(segment: StoredSegment, { columns }: StoredManifest): string | undefined {
  if (!isSegmentName(segment.file)) return "does not have the name of a segment";
  if (!isCount(segment.rows) || segment.rows < 1 || !isCount(segment.bytes)) return "has no size";
  if (segment.superseded !== undefined && !isCount(segment.superseded)) return "has no count of superseded rows";
  if (!/^[0-9a-f]{8}$/.test(segment.crc32)) return "has no checksum";
  for (const { name, type } of [{ name: "symbol", type: "text" } as const, ...columns]) {
    const offset = Object.hasOwn(segment.offsets, name) ? segment.offsets[name] : undefined;
    if (!isCount(offset) || offset % 8 !== 0) return `has no offset for column "${name}"`;
    if (offset + segment.rows * bytesPerElement[dtypeOf(type)] > segment.bytes) return `ends within column "${name}"`;
  }
  return undefined;
}

function allSeriesFault(manifest: StoredManifest): string | undefined {
  const { series, segments } = manifest;
  const covered = new Float64Array(segments.length);
  let previous: string | undefined;
  for (const item of series) {
    const { symbol, parts } = item;
    if (typeof symbol !== "string" || (previous !== undefined && symbol <= previous))
      return "its series are not sorted by symbol";
    previous = symbol;
    const fault = partsFault(manifest, item);
    if (fault !== undefined) return fault;
    for (const { segment, rows } of parts) covered[segment] = (covered[segment] ?? 0) + rows;
  }
  const bad = segments.findIndex(({ rows, superseded = 0 }, i) => rows !== (covered[i] ?? 0) + superseded);
  return bad === -1 ? undefined : `segment "${segments[bad]?.file}" has rows that belong to no symbol`;
}

function isPart(part: StoredPart, segments: readonly StoredSegment[]): boolean {
  const segment = segments[part.segment];
  return (
    segment !== undefined &&
    isCount(part.row) &&
    isCount(part.rows) &&
    part.rows > 0 &&
    part.row + part.rows <= segment.rows &&
    decimal.test(part.firstTime) &&
    decimal.test(part.lastTime)
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
