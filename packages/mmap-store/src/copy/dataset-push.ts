import { type FileHandle, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { AtcError, type ByteStore, fromSystemError, type OperationOptions, throwIfAborted } from "@atc/contract";
import { hexOf } from "../base/checksum.ts";
import { isSystemError, readFully } from "../base/file-system.ts";
import { parseManifest } from "../manifest/manifest.ts";
import type { StoredSegment } from "../manifest/stored-manifest.ts";
import { type CopyIdentity, isOfIdentity } from "./copy-identity.ts";
import { pushedLayout, type SegmentPiece } from "./copy-layout.ts";
import { fetchManifest } from "./copy-place.ts";
import { localSource } from "./local-source.ts";

/** The place to which datasets are pushed, such as a bucket. A value appears there whole. */
export interface PushTarget extends Pick<ByteStore, "get" | "set" | "list"> {
  /** The place, for messages. */
  readonly place: string;
}

/** Options of {@link pushDataset}. */
export interface DatasetPushOptions extends OperationOptions {
  /** The directory of the store that has the dataset. */
  readonly directory: string;
  readonly target: PushTarget;
  /** Whether segments are sent again that are there already. Default: false. */
  readonly isRepeated?: boolean | undefined;
  /** Whether nothing is sent. Default: false. */
  readonly isDry?: boolean | undefined;
}

/** What a push did, or would do. */
export interface PushedDataset {
  readonly dataset: string;
  readonly generation: number;
  /** The segments of the generation, and their bytes. */
  readonly segments: number;
  readonly bytes: number;
  /** The segments that were sent, at least in part, and the bytes of them that were sent. */
  readonly sentSegments: number;
  readonly sentBytes: number;
  /** Whether the manifest was sent, without which nobody reads the generation. */
  readonly sentManifest: boolean;
}

/** A segment of which the target lacks some pieces. */
interface LackedSegment {
  readonly segment: StoredSegment;
  readonly all: readonly SegmentPiece[];
  readonly lacked: readonly SegmentPiece[];
}

/** Pieces that are sent at once: a link to a bucket is slow for one connection. */
const lanes = 3;
const checkBytes = 2 ** 20;

/** The segments that a target does not have whole. */
async function lackedSegments(
  dataset: string,
  segments: readonly StoredSegment[],
  { target, isRepeated = false, signal }: DatasetPushOptions,
): Promise<readonly LackedSegment[]> {
  const sizes = new Map<string, number>();
  const options = signal === undefined ? {} : { signal };
  if (!isRepeated) for await (const { key, size } of target.list(`${dataset}/`, options)) sizes.set(key, size);
  return segments.flatMap((segment) => {
    const all = pushedLayout.segment(dataset, segment);
    const lacked = all.filter(({ key, bytes }) => sizes.get(key) !== bytes);
    return lacked.length === 0 ? [] : [{ segment, all, lacked }];
  });
}

/** The checksum of each piece, if all of the segment is the manifest's. */
async function checkedPieces(
  file: FileHandle,
  { segment, all }: LackedSegment,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SegmentPiece, number> | undefined> {
  if ((await file.stat()).size !== segment.bytes) return undefined;
  const sums = new Map<SegmentPiece, number>();
  const buffer = new Uint8Array(Math.min(checkBytes, segment.bytes));
  let whole = 0;
  for (const piece of all) {
    let own = 0;
    for (let offset = 0; offset < piece.bytes; offset += buffer.length) {
      throwIfAborted(signal);
      const chunk = buffer.subarray(0, Math.min(buffer.length, piece.bytes - offset));
      await readFully(file, chunk, piece.offset + offset);
      own = crc32(chunk, own);
      whole = crc32(chunk, whole);
    }
    sums.set(piece, own);
  }
  return hexOf(whole) === segment.crc32 ? sums : undefined;
}

function damaged(dataset: string, { file }: StoredSegment, path: string): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `segment "${file}" of dataset "${dataset}" is not the one of its manifest, so it was not sent; run atc data verify ${dataset}`,
    { details: { dataset, path } },
  );
}

/**
 * Sends a generation of a dataset to a place from which copies are made. Sends what the place lacks, each segment
 * verified before, and the manifest at the end: whenever a push ends, the place has the whole generation or no manifest
 * of it, and the next push sends the rest. Nothing that another generation uses is replaced.
 *
 * @throws ATC_REPLACED if the store no longer has this generation; ATC_CORRUPT_DATA for a segment that differs from its
 * manifest; ATC_ABORTED; what the target throws
 */
export async function pushDataset(identity: CopyIdentity, options: DatasetPushOptions): Promise<PushedDataset> {
  const { target, signal, onProgress, isDry = false } = options;
  const { dataset, generation } = identity;
  const root = resolve(options.directory);
  const source = localSource(root);
  const { bytes: manifestBytes, manifest } = await fetchManifest(source, identity, signal);
  const { segments } = manifest;
  const lacked = await lackedSegments(dataset, segments, options);
  const total = lacked.reduce((sum, one) => sum + one.lacked.reduce((bytes, piece) => bytes + piece.bytes, 0), 0);
  const result = {
    dataset,
    generation,
    segments: segments.length,
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    sentSegments: lacked.length,
    sentBytes: total,
    sentManifest: !(await hasManifest(identity, target, signal)),
  };
  if (isDry) return result;
  let done = 0;

  async function sendPieces(file: FileHandle, one: LackedSegment, path: string): Promise<void> {
    const sums = await checkedPieces(file, one, signal);
    if (sums === undefined) throw damaged(dataset, one.segment, path);
    const left = [...one.lacked];
    const lane = async (): Promise<void> => {
      for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
        throwIfAborted(signal);
        const bytes = new Uint8Array(piece.bytes);
        await readFully(file, bytes, piece.offset);
        // A key never gets other content, so what changed since the check is not sent.
        if (crc32(bytes) !== sums.get(piece)) throw damaged(dataset, one.segment, path);
        await target.set(piece.key, bytes, signal === undefined ? {} : { signal });
        done += piece.bytes;
        onProgress?.({ phase: "pushing", done, total, unit: "bytes" });
      }
    };
    const guarded = async (): Promise<void> => {
      try {
        await lane();
      } catch (error) {
        left.length = 0;
        throw error;
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: lanes }, guarded));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  for (const one of lacked) {
    const path = join(root, dataset, one.segment.file);
    try {
      const file = await open(path, "r");
      try {
        await sendPieces(file, one, path);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isSystemError(error, "ENOENT") || error instanceof RangeError) {
        // A dataset that is replaced loses its segments.
        await fetchManifest(source, identity, signal);
        throw damaged(dataset, one.segment, path);
      }
      throw fromSystemError(error, `cannot read "${path}"`, "check the disk and its permissions");
    }
  }
  await sendManifest(identity, manifestBytes, target, signal);
  return result;
}

/** Whether the place has a sound manifest of the generation. */
async function hasManifest(
  identity: CopyIdentity,
  target: PushTarget,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [key = ""] = pushedLayout.manifests(identity);
  const bytes = await target.get(key, signal === undefined ? {} : { signal });
  try {
    return bytes !== undefined && isOfIdentity(parseManifest(bytes, key), identity);
  } catch {
    return false;
  }
}

/** Sends the manifest unless the place has a sound one, which workers may be reading. */
async function sendManifest(
  identity: CopyIdentity,
  bytes: Uint8Array,
  target: PushTarget,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await hasManifest(identity, target, signal)) return;
  const [key = ""] = pushedLayout.manifests(identity);
  await target.set(key, bytes, signal === undefined ? {} : { signal });
}
