import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, fromSystemError, throwIfAborted } from "@atc/contract";
import { syncFile, writeFully } from "../base/file-system.ts";
import type { StoredManifest, StoredSegment } from "../manifest/stored-manifest.ts";
import { checkSpace } from "../segment/disk-space.ts";
import { type SymbolPart, segmentFaults } from "../segment/segment-verification.ts";
import type { SegmentPiece } from "./copy-layout.ts";
import { type CopySource, layoutOf } from "./copy-place.ts";

/** A segment to fetch. */
export interface SegmentFetch {
  readonly source: CopySource;
  readonly dataset: string;
  readonly manifest: StoredManifest;
  readonly segment: StoredSegment;
  /** The rows of each symbol in the segment. */
  readonly parts: readonly SymbolPart[];
  /** The folder in which the file is written. */
  readonly scratch: string;
  /** The folder in which it appears, whole and verified. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
}

/** Bytes per request: what is lost if a link is cut, and what is in memory. */
const chunkBytes = 8 * 2 ** 20;
/** A segment whose bytes are wrong is fetched once more: the network may have changed them. */
const attempts = 2;

/** The bytes of a piece from `offset` on; undefined if the source does not have the piece, or a shorter one. */
async function chunkOf(
  { source, signal }: SegmentFetch,
  { key, bytes: size }: SegmentPiece,
  offset: number,
): Promise<Uint8Array | undefined> {
  const length = Math.min(chunkBytes, size - offset);
  const options = signal === undefined ? {} : { signal };
  const bytes =
    source.getRange === undefined
      ? (await source.get(key, options))?.subarray(offset, offset + length)
      : await source.getRange(key, { offset, length }, options);
  return bytes?.length === length ? bytes : undefined;
}

/** Writes what the source has to a file. Returns whether that is all of the segment. */
async function download(fetch: SegmentFetch, path: string): Promise<boolean> {
  const { source, dataset, segment, signal } = fetch;
  const file = await open(path, "w");
  try {
    for (const piece of layoutOf(source).segment(dataset, segment))
      for (let offset = 0; offset < piece.bytes; ) {
        throwIfAborted(signal);
        const bytes = await chunkOf(fetch, piece, offset);
        if (bytes === undefined) return false;
        await writeFully(file, bytes, piece.offset + offset);
        offset += bytes.length;
      }
    await syncFile(file);
    return true;
  } finally {
    await file.close();
  }
}

async function faultOf({ manifest, segment, parts, scratch, signal }: SegmentFetch): Promise<string | undefined> {
  const steps = { advance: () => throwIfAborted(signal) };
  for await (const { what } of segmentFaults(scratch, segment, manifest.columns, parts, steps)) return what;
  return undefined;
}

/**
 * Fetches a segment and compares all of it with its manifest before it gets its name: size, checksums, metadata,
 * symbols and times.
 *
 * @param checkCurrent - throws if the source no longer has this generation; called if the segment is not the manifest's
 * @throws ATC_CORRUPT_DATA for a segment that differs from its manifest; ATC_NO_SPACE, ATC_IO; what `checkCurrent` and
 * the source throw
 */
export async function fetchSegment(fetch: SegmentFetch, checkCurrent: () => Promise<void>): Promise<void> {
  const { source, dataset, segment, scratch, directory } = fetch;
  const path = join(scratch, segment.file);
  let what: string | undefined;
  try {
    await checkSpace(scratch, segment.bytes);
    for (let attempt = 0; attempt < attempts; attempt++) {
      what = (await download(fetch, path)) ? await faultOf(fetch) : "is missing or too short";
      if (what === undefined) {
        await rename(path, join(directory, segment.file));
        return;
      }
      await checkCurrent();
    }
  } catch (error) {
    throw fromSystemError(error, `cannot store a segment in "${directory}"`, "check the disk and its permissions");
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
  const remedy = source.remedy?.(dataset) ?? `run atc data verify ${dataset} there`;
  throw new AtcError(
    "ATC_CORRUPT_DATA",
    `segment "${segment.file}" of dataset "${dataset}" at "${source.place}" ${what}; ${remedy}`,
    { details: { dataset, path: segment.file } },
  );
}
