import { join } from "node:path";
import { AtcError, type Dataset, fromSystemError, nearest } from "@atc/contract";
import { isSystemError, manifestPath, readManifest } from "./dataset-directory.ts";
import { describe, type StoredManifest } from "./manifest.ts";
import { openSegment, type SegmentBackend, type SegmentReader } from "./segment-reader.ts";
import { seriesOf } from "./series-rows.ts";

/**
 * Opens the newest generation of the dataset in `directory`, all of its segments included: so it can be read to its end after it is replaced
 * or deleted.
 */
export async function openDataset(name: string, directory: string, backend: SegmentBackend): Promise<Dataset> {
  let manifest = await manifestOrThrow(name, directory);
  for (;;) {
    try {
      return datasetOf(name, manifest, await openSegments(directory, manifest, backend));
    } catch (error) {
      if (!isSystemError(error, "ENOENT"))
        throw fromSystemError(error, `cannot open dataset "${name}"`, "check the disk");
      // A segment is missing: replaced in the meantime, or lost.
      const next = await manifestOrThrow(name, directory);
      if (next.generation === manifest.generation && next.createdAt === manifest.createdAt)
        throw lost(name, directory, error);
      manifest = next;
    }
  }
}

async function manifestOrThrow(name: string, directory: string): Promise<StoredManifest> {
  const manifest = await readManifest(directory);
  if (manifest !== undefined) return manifest;
  throw new AtcError(
    "ATC_NOT_FOUND",
    `there is no dataset "${name}": "${manifestPath(directory)}" does not exist; ingest it first`,
    {
      details: { dataset: name },
    },
  );
}

function lost(name: string, directory: string, cause: unknown): AtcError {
  const path = cause instanceof Error && "path" in cause ? String(cause.path) : directory;
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `segment "${path}" of dataset "${name}" is missing; ingest the dataset again`,
    {
      cause,
      details: { dataset: name, path },
    },
  );
}

async function openSegments(
  directory: string,
  manifest: StoredManifest,
  backend: SegmentBackend,
): Promise<readonly SegmentReader[]> {
  const readers: SegmentReader[] = [];
  try {
    for (const { file, bytes } of manifest.segments)
      readers.push(await openSegment(join(directory, file), bytes, backend));
    return readers;
  } catch (error) {
    for (const reader of readers) reader.dispose();
    throw error;
  }
}

function datasetOf(name: string, stored: StoredManifest, opened: readonly SegmentReader[]): Dataset {
  const manifest = describe(name, stored);
  const symbols = stored.series.map(({ symbol }) => symbol);
  const bySymbol = new Map(stored.series.map((series) => [series.symbol, series]));
  let readers: readonly SegmentReader[] | undefined = opened;
  const open = (): readonly SegmentReader[] => {
    if (readers === undefined) throw new AtcError("ATC_CLOSED", `dataset "${name}" was disposed before`);
    return readers;
  };
  const source = { dataset: name, columns: manifest.schema.columns, segments: stored.segments, readers: open };
  return {
    manifest,
    symbols() {
      open();
      return symbols;
    },
    series(symbol) {
      open();
      const series = bySymbol.get(symbol);
      if (series !== undefined) return seriesOf(source, symbol, series.parts);
      const guess = nearest(symbol, symbols);
      throw new AtcError(
        "ATC_NOT_FOUND",
        `dataset "${name}" has no symbol "${symbol}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`,
        { details: { dataset: name, symbol } },
      );
    },
    [Symbol.dispose]() {
      const closing = readers;
      readers = undefined;
      for (const reader of closing ?? []) reader.dispose();
    },
  };
}
