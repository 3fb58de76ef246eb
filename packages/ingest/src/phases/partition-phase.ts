import type { OperationOptions } from "@atc/contract";
import type { PartitionPieces } from "../files/run-index.ts";
import type { TableBuilder } from "../files/series-table.ts";
import { packSpans } from "../files/slice-places.ts";
import type { SettledSeries } from "../series/settle-series.ts";
import type { Partition, Placement } from "./placement.ts";
import type { SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";

/** The pieces of all partitions in the source's order. */
export interface PartitionBook {
  /** Takes those of the next run. */
  add(pieces: PartitionPieces | undefined): void;
  /** The pieces of a partition. */
  piecesOf(partition: number): {
    readonly pieceRuns: Int32Array;
    readonly pieceOffsets: Float64Array;
    readonly pieceRows: Int32Array;
  };
}

/** An empty book. */
export function partitionBook(): PartitionBook {
  const pieces: { readonly runs: number[]; readonly offsets: number[]; readonly rows: number[] }[] = [];
  let runs = 0;
  return {
    add(own) {
      const run = runs++;
      if (own === undefined) return;
      for (const [p, partition] of own.partitions.entries()) {
        while (pieces.length <= partition) pieces.push({ runs: [], offsets: [], rows: [] });
        pieces[partition]?.runs.push(run);
        pieces[partition]?.offsets.push(own.offsets[p]);
        pieces[partition]?.rows.push(own.rows[p]);
      }
    },
    piecesOf(partition) {
      const { runs: pieceRuns = [], offsets = [], rows = [] } = pieces[partition] ?? {};
      return {
        pieceRuns: Int32Array.from(pieceRuns),
        pieceOffsets: Float64Array.from(offsets),
        pieceRows: Int32Array.from(rows),
      };
    },
  };
}

/** What partitions are put in place with. */
export interface PartitionWork extends Pick<SeriesWork, "layout" | "policy" | "runner" | "pace"> {
  readonly placement: Placement;
  readonly book: PartitionBook;
  /** The paths of the runs. */
  readonly paths: readonly string[];
}

/** Puts the rows of all partitions in their places and adds their series to the table; returns what became of each symbol. */
export async function placePartitions(
  { placement, book, paths, layout, policy, runner, pace }: PartitionWork,
  builder: TableBuilder,
  { signal }: OperationOptions,
): Promise<ReadonlyMap<string, SettledSeries | undefined>> {
  const found = new Map<string, SettledSeries | undefined>();
  const { partitions, files, spans, layout: dataset } = placement;
  const ahead = runner.concurrency === 1 ? 1 : runner.concurrency + 1;
  const results = inOrder(partitions.entries(), ahead, { signal }, ([number, { symbols, rows }], ended) => {
    const packed = packSpans(
      files,
      symbols.map((symbol) => spans(symbol)),
    );
    const input = { layout, policy, runs: paths, ...book.piecesOf(number), symbols, rows, spans: packed };
    return runner.placePartition(input, { signal: ended });
  });
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { symbols } = item[1] as Partition;
    const { index, settled } = result.value;
    builder.add(index);
    for (const [s, series] of settled.entries()) found.set(symbols[s] as string, series);
    dataset.sync();
    pace.progress({ phase: "sorting", done: found.size, total: placement.symbols, unit: "symbols" });
    await pace.turn();
  }
  return found;
}
