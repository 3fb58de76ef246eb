import { join } from "node:path";
import { AtcError, type Dataset, fromSystemError, nearest } from "@atc/contract";
import { isSystemError, manifestBytes, manifestPath } from "./dataset-directory.ts";
import { describe, parseManifest } from "./manifest.ts";
import { openSegment, type SegmentBackend, type SegmentReader } from "./segment-reader.ts";
import { seriesOf } from "./series-rows.ts";
import type { StoredManifest } from "./stored-manifest.ts";

const remedy = "check the disk, its permissions and the limit of open files (ulimit -n)";

/**
 * Opens the newest generation of the dataset in `directory`, all of its segments included: so it can be read to its end after it is replaced
 * or deleted.
 */
export async function openDataset(name: string, directory: string, backend: SegmentBackend): Promise<Dataset> {
  let bytes = await manifestBytes(name, directory);
  for (;;) {
    const manifest = parseManifest(bytes, manifestPath(directory));
    const opened = await openSegments(name, directory, manifest, backend);
    // A dataset that was deleted and written again may have segments of the same names: only an unchanged manifest tells whose they are.
    const next = await manifestBytes(name, directory).catch((error: unknown) => {
      if ("readers" in opened) dispose(opened.readers);
      throw error;
    });
    if (!next.equals(bytes)) {
      if ("readers" in opened) dispose(opened.readers);
      bytes = next;
      continue;
    }
    if ("fault" in opened) throw opened.fault;
    return datasetOf(name, manifest, opened.readers);
  }
}

function dispose(readers: readonly SegmentReader[]): void {
  for (const reader of readers) reader.dispose();
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

/** All segments of a manifest, or what kept one from opening. */
async function openSegments(
  name: string,
  directory: string,
  manifest: StoredManifest,
  backend: SegmentBackend,
): Promise<{ readonly readers: readonly SegmentReader[] } | { readonly fault: AtcError }> {
  const readers: SegmentReader[] = [];
  try {
    for (const { file, bytes } of manifest.segments)
      readers.push(await openSegment(join(directory, file), bytes, backend));
    return { readers };
  } catch (error) {
    dispose(readers);
    const isLost = isSystemError(error, "ENOENT");
    const fault = isLost
      ? lost(name, directory, error)
      : fromSystemError(error, `cannot open dataset "${name}"`, remedy);
    return { fault };
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
      dispose(closing ?? []);
    },
  };
}
