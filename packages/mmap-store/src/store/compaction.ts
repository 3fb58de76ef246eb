import {
  AtcError,
  type Block,
  type ColumnMetadata,
  type Dataset,
  type DatasetManifest,
  fromSystemError,
  type OperationOptions,
  type SeriesColumns,
  type TypedArray,
  throwIfAborted,
} from "@atc/contract";
import {
  type GenerationPlan,
  type LockedDirectory,
  storedManifest,
  temporaryDirectory,
} from "../generation/generation-plan.ts";
import { publishFiles } from "../generation/publication.ts";
import type { RetainedSegments } from "../generation/retained-segments.ts";
import { type WriterFiles, writerFiles } from "../generation/writer-files.ts";
import { manifestBytes, manifestPath, removeLeftovers } from "../manifest/dataset-directory.ts";
import { datasetManifest, parseManifest } from "../manifest/manifest.ts";
import type { SeriesPart } from "../manifest/series-part.ts";
import type { StoredManifest } from "../manifest/stored-manifest.ts";
import { openDataset } from "../reading/open-dataset.ts";
import { partsBySegment, type SymbolPart, segmentFaults } from "../segment/segment-verification.ts";
import { compactedGeneration } from "./compaction-plan.ts";

/**
 * Publishes the locked dataset in the layout that it would have if it had been written at once. Segments that already
 * match that layout stay. The rows of the others are copied block by block after their checksums are verified, so that
 * damaged rows do not get a valid checksum. Former generations are removed.
 */
export async function compactDataset(
  place: LockedDirectory,
  segmentBytes: number,
  options: OperationOptions,
): Promise<DatasetManifest> {
  const { directory, lock } = place;
  const base = await manifestBytes(lock.name, directory);
  const stored = parseManifest(base, manifestPath(directory));
  const plan = compactedGeneration(stored, base, segmentBytes);
  throwIfAborted(options.signal);
  if (plan === undefined) {
    await removeLeftovers(directory, lock.token, 0);
    return datasetManifest(lock.name, stored);
  }
  const ended = new AbortController();
  const running = write(place, stored, plan, { ...options, signal: anyOf(options.signal, ended.signal) });
  // The lock is released only after the last temporary file is removed.
  lock.onRelease(async () => {
    ended.abort();
    await running.catch(() => undefined);
  });
  return await running;
}

function anyOf(caller: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return caller === undefined ? own : AbortSignal.any([caller, own]);
}

async function write(
  place: LockedDirectory,
  stored: StoredManifest,
  plan: GenerationPlan,
  options: OperationOptions,
): Promise<DatasetManifest> {
  const { directory, lock } = place;
  const temporary = temporaryDirectory(place);
  let files: WriterFiles | undefined;
  try {
    const retained = await checkSources(place, stored, plan, options);
    files = await writerFiles(temporary, plan.columns, plan.written);
    const dataset = await openDataset({ name: lock.name, directory, backend: "read" });
    try {
      await copyRows(dataset, plan, files, options);
    } finally {
      dataset[Symbol.dispose]();
    }
    const written = files;
    const { name, token } = lock;
    const publication = { name, directory, temporary, token, keep: 0, files, base: plan.base };
    const manifest = await publishFiles(publication, (generation) =>
      storedManifest({ ...plan, retained }, written, generation, plan),
    );
    return datasetManifest(lock.name, manifest);
  } catch (error) {
    throw fromSystemError(
      error,
      `cannot compact dataset "${lock.name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  } finally {
    await files?.discard();
  }
}

/**
 * Throws ATC_CORRUPT_DATA if a segment to copy does not match the manifest. Returns the retained segments. If the
 * dataset has no content, these are read too, and get the checksums that were found.
 */
async function checkSources(
  { directory, lock }: LockedDirectory,
  stored: StoredManifest,
  plan: GenerationPlan,
  { signal, onProgress }: OperationOptions,
): Promise<RetainedSegments> {
  const kept = new Set(stored.content === undefined ? [] : plan.retained.segments.map(({ file }) => file));
  const parts = partsBySegment(stored);
  const sources = [...stored.segments.entries()].filter(([, { file }]) => !kept.has(file));
  const found = new Map<string, string>();
  const total = sources.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  let done = 0;
  const advance = (bytes: number): void => {
    throwIfAborted(signal);
    done += bytes;
    onProgress?.({ phase: "verifying", done, total, unit: "bytes" });
  };
  for (const [index, segment] of sources) {
    const checksums = ({ row }: SymbolPart, crc32: string): void => {
      found.set(`${segment.file} ${row}`, crc32);
    };
    const steps = { advance, checksums };
    for await (const { what } of segmentFaults(directory, segment, stored.columns, parts[index] ?? [], steps))
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `cannot compact dataset "${lock.name}": segment "${segment.file}" ${what}; ingest the dataset again, and check the disk`,
        { details: { dataset: lock.name, segment: segment.file } },
      );
  }
  return withChecksums(plan.retained, found);
}

/** Adds the checksums in `found`, by file and row, to the parts that have none. */
function withChecksums({ segments, parts }: RetainedSegments, found: ReadonlyMap<string, string>): RetainedSegments {
  const checked = (part: SeriesPart): SeriesPart => {
    const crc32 = part.crc32 ?? found.get(`${segments[part.segment]?.file} ${part.row}`);
    return crc32 === undefined ? part : { ...part, crc32 };
  };
  return { segments, parts: new Map([...parts].map(([symbol, list]) => [symbol, list.map(checked)])) };
}

/** Copies segment by segment, so that only one file is open at a time. */
async function copyRows(
  dataset: Dataset,
  { columns, written }: GenerationPlan,
  files: WriterFiles,
  { signal, onProgress }: OperationOptions,
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const total = written.segments.reduce((sum, { rows }) => sum + rows, 0);
  const parts = [...written.parts].flatMap(([symbol, list]) => list.map((part) => ({ ...part, symbol })));
  parts.sort((a, b) => a.segment - b.segment || a.row - b.row);
  let done = 0;
  for (const { symbol, seriesRow, rows } of parts) {
    const range = { columns: names, from: seriesRow, to: seriesRow + rows };
    for (const block of dataset.series(symbol).blocks(range)) {
      throwIfAborted(signal);
      await files.write(symbol, block.row, block.length, columnsOf(block, columns));
      done += block.length;
      onProgress?.({ phase: "writing", done, total, unit: "rows" });
    }
  }
  throwIfAborted(signal);
}

function columnsOf(block: Block, columns: readonly ColumnMetadata[]): SeriesColumns {
  const arrays = columns.map(({ name }) => [name, name === "timestamp" ? block.times() : block.values(name)] as const);
  return Object.fromEntries(arrays) as unknown as Record<string, TypedArray>;
}
