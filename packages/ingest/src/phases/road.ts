import type { ArrayStore, SliceCounts, SlicedSource } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import type { Journal } from "../files/journal.ts";
import { openJournal } from "../files/journal.ts";
import { countSlices, sourceCounts } from "./count-phase.ts";
import { isStillInPlace } from "./place-check.ts";
import type { LayOutStore, Placement } from "./placement.ts";
import { createPlacement } from "./placement.ts";
import type { ReadWork } from "./read-work.ts";

/** The least bytes of text per slice, if the source is large enough. */
const leastSliceBytes: number = 4 * 2 ** 20;
/** Slices per thread, so that all threads end at about the same time. */
const slicesPerThread = 6;
/** Sources with fewer bytes of text are not worth a file and threads. */
const leastSlicedBytes: number = 8 * 2 ** 20;
/** Bytes at the start of a source that show how long its rows are. */
const probeBytes: number = 2 ** 20;
/** The share of the memory for counted rows that one slice fills: later rows may be shorter than those at the start. */
const countedShare = 0.85;
/**
 * The share of an arena that the text of one slice may have. Text takes about as many bytes as its rows, but an arena
 * also has unused room at the end of extents.
 */
const arenaShare = 0.7;

/** A source that is read in slices. */
export interface SlicedRead {
  readonly sliced: SlicedSource;
  readonly journal: Journal;
}

/** How the rows of a source reach the dataset. */
export type Road =
  | { readonly kind: "memory" }
  | ({ readonly kind: "runs" } & SlicedRead)
  | ({ readonly kind: "places"; readonly placement: Placement } & SlicedRead);

/**
 * Decides how a source is read. No row is stored by then; slices may have been counted.
 *
 * - `memory`: one thread reads the source from its start, into memory, or into one run if the rows do not fit.
 * - `runs`: threads read slices; each becomes a run in the scratch directory, to be merged by series.
 * - `places`: slices are counted first, so that threads write each row to its place in the files of the dataset.
 *
 * A wrong count that shows only while slices are read is handled in `read-phase.ts`. Bad rows, dropped duplicates and
 * rows far out of order show later still: then `finish-phase.ts` asks for a rewrite.
 */
export async function chooseRoad(work: ReadWork): Promise<Road> {
  const { source, store, lock, fingerprint, layout, memory, runner, pacer, options } = work;
  const { scratch } = lock;
  const memoryRoad: Road = { kind: "memory" };
  // Runs need a disk. A store in memory has none.
  if (scratch === undefined) return memoryRoad;
  // Compressed files have no slices: they can be read only from the start.
  const whole = await source.slices?.({ length: Number.MAX_SAFE_INTEGER });
  if (whole === undefined) return memoryRoad;
  if (bytesOf(whole) < Math.min(leastSlicedBytes, memory.arenaBytes)) return memoryRoad;
  const canPlace = canLayOut(store) && hasPlaces(layout);
  const density = canPlace ? await rowDensity(whole, work) : undefined;
  const sliced = await source.slices?.({ length: sliceBytes(bytesOf(whole), density, work) });
  if (sliced === undefined) return memoryRoad;

  const { starts, end } = sliced;
  const journal = await openJournal({ lock, scratch, ...options }, { fingerprint, starts, end });
  const runsRoad: Road = { kind: "runs", sliced, journal };
  // The source does not count, or only reading shows the ends of its rows, as with line ends in quotes.
  if (!canPlace || density === undefined) return runsRoad;
  const counts = sourceCounts();
  for await (const { found, end: sliceEnd } of countSlices(
    { sliced, starts: journal.starts, runner, pacer },
    options,
  )) {
    // Quotes came later in the file.
    if (found === undefined || found.position !== sliceEnd) return runsRoad;
    // Rows became shorter than those at the start, so that a slice no longer fits in memory.
    if (rowsOf(found) > memory.countedRows) return runsRoad;
    counts.add(found);
  }
  if (counts.rows === 0) return runsRoad;
  const placement = await createPlacement(counts.counts(), {
    store,
    lock,
    fingerprint,
    rowLayout: layout,
    directory: journal.placed,
    mostRows: memory.countedRows,
  });
  const { isResumed } = placement.layout;
  const columns = layout.columns.length;
  journal.keep((run) => isResumed && run.placedCrc !== undefined && isStillInPlace(run, placement, columns));
  return { kind: "places", sliced, journal, placement };
}

function canLayOut(store: ArrayStore): store is LayOutStore {
  return store.layOut !== undefined;
}

/** Whether places can be computed: their unit is 8 bytes. */
function hasPlaces({ columns }: RowLayout): boolean {
  return columns.every(({ dtype }) => dtype === "float64");
}

function bytesOf({ starts, end }: SlicedSource): number {
  return end - starts[0];
}

function rowsOf({ rows }: SliceCounts): number {
  return rows.reduce((sum, own) => sum + own, 0);
}

/** Bytes of text per slice: `density` is the rows per byte if slices are counted. */
function sliceBytes(size: number, density: number | undefined, { memory, runner }: ReadWork): number {
  const most = density === undefined ? arenaShare * memory.arenaBytes : countedShare * (memory.countedRows / density);
  const least = Math.min(leastSliceBytes, most);
  return Math.ceil(Math.max(Math.min(size / (slicesPerThread * runner.concurrency), most), least));
}

/**
 * Rows per byte at the start of a source; undefined if the source does not count, or only reading shows the ends of
 * rows.
 */
async function rowDensity(
  { module, input: source, starts, end, line }: SlicedSource,
  { runner, options: { signal } }: ReadWork,
): Promise<number | undefined> {
  const start = starts[0];
  const input = { module, source, start, end: Math.min(end, start + probeBytes), line };
  const counts = await runner.countSlice(input, { signal });
  if (counts === undefined) return undefined;
  const rows = rowsOf(counts);
  return rows === 0 ? undefined : rows / (counts.position - start);
}
