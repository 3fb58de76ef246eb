import type { DataSource, SourceSummary } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { isMiscount } from "../base/miscount.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { BadRowLog } from "../quality/bad-rows.ts";
import type { FinishWork } from "./finish-phase.ts";
import { placePartitions } from "./partition-phase.ts";
import { readSlices } from "./read-slices.ts";
import { readStream } from "./read-stream.ts";
import type { ReadWork } from "./read-work.ts";
import type { Road, SlicedRead } from "./road.ts";
import { chooseRoad } from "./road.ts";

/** The rows of a source, in runs or in their places. Disposal removes the runs' files. */
export interface ReadRows extends AsyncDisposable {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly rows: number;
  readonly summary: SourceSummary | undefined;
  /** The places of the rows; undefined if they are in runs. */
  readonly placed: Pick<FinishWork, "placement" | "finished"> | undefined;
}

/** Reads the whole source on the road that {@link chooseRoad} chooses. */
export async function readRows(work: ReadWork): Promise<ReadRows> {
  const road = await chooseRoad(work);
  switch (road.kind) {
    case "memory":
      return { ...(await readStream(work)), summary: work.source.summary(), placed: undefined };
    case "runs":
      road.journal.keep(({ placedCrc }) => placedCrc === undefined);
      return await readToRuns(work, road);
    case "places":
      try {
        return await readToPlaces(work, road);
      } catch (error) {
        await road.placement.layout.abort();
        if (!isMiscount(error)) throw error;
        return await rereadToRuns(work, road);
      }
  }
}

async function readToPlaces(work: ReadWork, road: Extract<Road, { readonly kind: "places" }>): Promise<ReadRows> {
  const { placement, journal } = road;
  const { paths, partitions, builder, rows, summary } = await readSlices({ ...work, ...road });
  const finished = await placePartitions({ ...work, placement, pieces: partitions, paths }, builder, work.options);
  const dispose = async (): Promise<void> => {
    await placement.layout.abort();
    await journal.remove();
  };
  const placed = { placement, finished };
  return { runs: placement.files, table: builder.table(), rows, summary, placed, [Symbol.asyncDispose]: dispose };
}

async function readToRuns(work: ReadWork, { sliced, journal }: SlicedRead): Promise<ReadRows> {
  const { paths, builder, rows, summary } = await readSlices({ ...work, sliced, journal, placement: undefined });
  const dispose = (): Promise<void> => journal.remove();
  return { runs: paths, table: builder.table(), rows, summary, placed: undefined, [Symbol.asyncDispose]: dispose };
}

/** The fallback for a miscount that shows only while slices are read: reads all of them again, into runs. */
async function rereadToRuns(work: ReadWork, road: SlicedRead): Promise<ReadRows> {
  work.badRows.clear();
  road.journal.keep(() => false);
  return await readToRuns(work, road);
}

/** The error of a source without a good row. */
export function noRows(source: DataSource, badRows: BadRowLog): AtcError {
  const { count, first } = badRows.badRows();
  const bad = first[0];
  const why =
    bad === undefined
      ? "it is empty or has only a header"
      : `all ${count} are bad, the first on line ${bad.line} (${bad.reason}): "${bad.text}"`;
  return new AtcError("ATC_INVALID_DATA", `"${source.identity.name}" has no row to ingest: ${why}; check the file`, {
    details: { source: source.identity.name, badRows: count },
  });
}
