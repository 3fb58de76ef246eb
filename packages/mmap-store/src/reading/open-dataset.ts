import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { AtcError, type Dataset, fromSystemError, nearest } from "@atc/contract";
import { isSystemError } from "../base/file-system.ts";
import { retryCleanup } from "../lock/dataset-lock.ts";
import { manifestBytes, manifestPath } from "../manifest/dataset-directory.ts";
import { keptGenerations, keptManifestName, readKeptManifest } from "../manifest/kept-generations.ts";
import { checkAllSeries, checkSeries, datasetManifest, parseManifestHead } from "../manifest/manifest.ts";
import type { StoredManifest, StoredSeries } from "../manifest/stored-manifest.ts";
import { absentSegment } from "./absent-segment.ts";
import { scanTrail } from "./access-policy.ts";
import { openSegment, type SegmentBackend, type SegmentReader } from "./segment-reader.ts";
import { seriesOf } from "./series-rows.ts";

/**
 * Mapped segments beyond this many do not keep their descriptors: the mapping alone keeps a replaced or deleted file
 * readable. Segments that are read always keep theirs.
 */
const keptDescriptors = 256;

const remedy = "check the disk, its permissions and the limit of open files (ulimit -n)";

/** A generation of a dataset to open. */
export interface DatasetPlace {
  readonly name: string;
  /** The directory of the dataset. */
  readonly directory: string;
  readonly backend: SegmentBackend;
  /** Default: the newest one. */
  readonly generation?: number | undefined;
  /** Whether segments may be missing until they are read. Default: false. */
  readonly isPartial?: boolean;
}

/** A manifest of the dataset, and its file. */
interface FoundManifest {
  readonly bytes: Buffer;
  readonly path: string;
  readonly manifest: StoredManifest;
  /** Whether it is that of the newest generation. */
  readonly isNewest: boolean;
}

/** The manifest of the generation that a place names. Throws ATC_NOT_FOUND if it is not there. */
async function findManifest({ name, directory, generation }: DatasetPlace): Promise<FoundManifest> {
  const bytes = await manifestBytes(name, directory);
  const path = manifestPath(directory);
  const manifest = parseManifestHead(bytes, path);
  if (generation === undefined || manifest.generation === generation) return { bytes, path, manifest, isNewest: true };
  const kept = await readKeptManifest(directory, generation);
  if (kept === undefined) throw await unknownGeneration(name, directory, generation, manifest.generation);
  const keptPath = join(directory, keptManifestName(generation));
  return { bytes: kept, path: keptPath, manifest: parseManifestHead(kept, keptPath), isNewest: false };
}

async function unknownGeneration(
  name: string,
  directory: string,
  generation: number,
  newest: number,
): Promise<AtcError> {
  const former = (await keptGenerations(directory)).filter((one) => one.generation < newest);
  const all = [newest, ...former.map((one) => one.generation)];
  return lostGeneration(name, generation, `the dataset has ${all.join(", ")}`);
}

function lostGeneration(name: string, generation: number, why: string, cause?: unknown): AtcError {
  return new AtcError("ATC_NOT_FOUND", `generation ${generation} of dataset "${name}" is not there: ${why}`, {
    details: { dataset: name, generation },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Opens a generation with all of its segments. So it stays readable after it is replaced or deleted. */
export async function openDataset(place: DatasetPlace): Promise<Dataset> {
  const { name, directory } = place;
  let found = await findManifest(place);
  for (;;) {
    const opened = await openSegments(place, found);
    // A dataset that was deleted and written again may have segments with the same names. If the manifest has not
    // changed, the open segments belong to it.
    const next = await findManifest(place).catch((error: unknown) => {
      if ("readers" in opened) dispose(opened.readers);
      throw error;
    });
    if (!next.bytes.equals(found.bytes)) {
      if ("readers" in opened) dispose(opened.readers);
      found = next;
      continue;
    }
    if ("fault" in opened) throw opened.fault;
    const { manifest, path, isNewest } = found;
    // A worker thread may run code of the user's that has replaced what the cleanup relies on, such as
    // Array.prototype.map: it would remove segments that the manifest names.
    if (isMainThread && isNewest)
      await retryCleanup(name, directory, new Set(manifest.segments.map(({ file }) => file)));
    return datasetOf(name, manifest, path, opened.readers);
  }
}

function dispose(readers: readonly SegmentReader[]): void {
  for (const reader of readers) reader.dispose();
}

function missingSegment(name: string, directory: string, cause: unknown): AtcError {
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

/** All segments of a manifest, or the error of the first that cannot be opened. */
async function openSegments(
  { name, directory, backend, isPartial = false }: DatasetPlace,
  { manifest, isNewest }: FoundManifest,
): Promise<{ readonly readers: readonly SegmentReader[] } | { readonly fault: AtcError }> {
  const readers: SegmentReader[] = [];
  try {
    for (const { file, bytes } of manifest.segments) {
      const keepsDescriptor = readers.length < keptDescriptors;
      const options = { path: join(directory, file), bytes, backend, keepsDescriptor };
      const opening = openSegment(options);
      readers.push(await (isPartial ? opening.catch((error) => absentSegment(error, name, options)) : opening));
    }
    return { readers };
  } catch (error) {
    dispose(readers);
    const isLost = isSystemError(error, "ENOENT");
    const fault = isLost
      ? isNewest
        ? missingSegment(name, directory, error)
        : lostGeneration(name, manifest.generation, "its segments were removed", error)
      : fromSystemError(error, `cannot open dataset "${name}"`, remedy);
    return { fault };
  }
}

function datasetOf(name: string, stored: StoredManifest, path: string, opened: readonly SegmentReader[]): Dataset {
  const checkAll = (): void => checkAllSeries(stored, path);
  const manifest = datasetManifest(name, stored, checkAll);
  let symbols: readonly string[] | undefined;
  let readers: readonly SegmentReader[] | undefined = opened;
  const open = (): readonly SegmentReader[] => {
    if (readers === undefined) throw new AtcError("ATC_CLOSED", `dataset "${name}" is disposed`);
    return readers;
  };
  const allSymbols = (): readonly string[] => {
    if (symbols !== undefined) return symbols;
    checkAll();
    symbols = stored.series.map(({ symbol }) => symbol);
    return symbols;
  };
  const { columns } = manifest.schema;
  const source = { dataset: name, columns, segments: stored.segments, readers: open, trail: scanTrail() };
  return {
    manifest,
    symbols() {
      open();
      return allSymbols();
    },
    series(symbol) {
      open();
      const series = foundSeries(stored.series, symbol);
      if (series === undefined) throw unknownSymbol(name, symbol, allSymbols());
      checkSeries(stored, series, path);
      return seriesOf(source, symbol, series.parts);
    },
    [Symbol.dispose]() {
      const closing = readers;
      readers = undefined;
      dispose(closing ?? []);
    },
  };
}

/** The most symbols that an error lists. */
const mostListed = 10;

function unknownSymbol(name: string, symbol: string, symbols: readonly string[]): AtcError {
  const guess = nearest(symbol, symbols);
  const hint = guess === undefined ? `it has ${listed(symbols)}` : `did you mean "${guess}"?`;
  return new AtcError("ATC_NOT_FOUND", `dataset "${name}" has no symbol "${symbol}"; ${hint}`, {
    details: { dataset: name, symbol },
  });
}

function listed(symbols: readonly string[]): string {
  if (symbols.length === 0) return "no symbols";
  const more = symbols.length > mostListed ? ` and ${symbols.length - mostListed} more` : "";
  return `${symbols.slice(0, mostListed).join(", ")}${more}`;
}

/**
 * The series of a symbol, by binary search: building a map of thousands of series costs more than a reader of one
 * needs.
 */
function foundSeries(series: readonly StoredSeries[], symbol: string): StoredSeries | undefined {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((series[middle]?.symbol as string) < symbol) low = middle + 1;
    else high = middle;
  }
  const found = series[low];
  return found?.symbol === symbol ? found : undefined;
}
