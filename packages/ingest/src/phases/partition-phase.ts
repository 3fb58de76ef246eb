import type { OperationOptions } from "@atc/contract";
import { packExtents } from "../files/extents.ts";
import type { PartitionPieces } from "../files/run-index.ts";
import type { TableBuilder } from "../files/series-table.ts";
import { addCheck, createFinishLog, type FinishLog } from "./finish-log.ts";
import type { Placement } from "./placement.ts";
import type { SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";

/** The pieces of all partitions in the source's order. */
export interface PartitionTable {
  /** Adds those of the next run. */
  add(pieces: PartitionPieces | undefined): void;
  /** The pieces of a partition. */
  piecesOf(partition: number): {
    readonly pieceRuns: Int32Array;
    readonly pieceOffsets: Float64Array;
    readonly pieceRows: Int32Array;
  };
}

/** An empty table. */
export function partitionTable(): PartitionTable {
  const pieces: { readonly runs: number[]; readonly offsets: number[]; readonly rows: number[] }[] = [];
  let runs = 0;
  return {
    add(own) {
      const run = runs++;
      if (own === undefined) return;
      for (const [p, partition] of own.partitions.entries()) {
        while (pieces.length <= partition) pieces.push({ runs: [], offsets: [], rows: [] });
        pieces[partition].runs.push(run);
        pieces[partition].offsets.push(own.offsets[p]);
        pieces[partition].rows.push(own.rows[p]);
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

/** Partitions to place. */
export interface PartitionWork extends Pick<SeriesWork, "layout" | "policy" | "runner" | "pacer"> {
  readonly placement: Placement;
  readonly pieces: PartitionTable;
  /** The paths of the runs. */
  readonly paths: readonly string[];
}

/**
 * Moves the rows of all partitions from the runs to their places, and adds their series to the table. Returns the
 * checks of all of them.
 */
export async function placePartitions(
  { placement, pieces, paths, layout, policy, runner, pacer }: PartitionWork,
  builder: TableBuilder,
  { signal }: OperationOptions,
): Promise<FinishLog> {
  const finished = createFinishLog();
  const { partitions, files, extents, layout: dataset } = placement;
  let done = 0;
  const lookahead = runner.concurrency === 1 ? 1 : runner.concurrency + 1;
  const results = inOrder(partitions.entries(), lookahead, { signal }, ([number, { symbols, rows }], ended) => {
    const packed = packExtents(
      files,
      symbols.map((symbol) => extents(symbol)),
    );
    const input = { layout, policy, runs: paths, ...pieces.piecesOf(number), symbols, rows, extents: packed };
    return runner.placePartition(input, { signal: ended });
  });
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const [, { symbols }] = item;
    const { index, checks } = result.value;
    builder.add(index);
    for (const check of checks) addCheck(finished, check);
    done += symbols.length;
    dataset.sync();
    pacer.report({ phase: "sorting", done, total: placement.symbols, unit: "symbols" });
    await pacer.pause();
  }
  return finished;
}
