import type { DataSource, OperationOptions, Progress, ProgressListener } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { BadRowLog } from "./bad-rows.ts";
import type { Pace } from "./pace.ts";
import type { RowBuffer } from "./row-buffer.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesCounts } from "./scatter.ts";
import { createScatter } from "./scatter.ts";

/** What the reading gave, beside the buffered rows. */
export interface ReadRows {
  readonly counts: SeriesCounts;
  /** Rows of all series, 1 or more. */
  readonly rows: number;
}

/** Reads the whole source into the buffer; ATC_INVALID_DATA where it has no good row. */
export async function readRows(
  source: DataSource,
  layout: RowLayout,
  buffer: RowBuffer,
  badRows: BadRowLog,
  pace: Pace,
  options: OperationOptions,
): Promise<ReadRows> {
  const counts = createScatter(layout, buffer);
  let rows = 0;
  let last: Progress | undefined;
  // The source knows bytes and their total; where it says nothing, the rows are counted here.
  const onProgress: ProgressListener = (progress) => {
    last = { ...progress, phase: "reading", rows: progress.rows ?? rows };
    pace.progress(last);
  };
  for await (const chunk of source.chunks({ signal: options.signal, onProgress, onBadRow: badRows.add })) {
    await counts.push(chunk);
    rows += chunk.length;
    if (last === undefined) pace.progress({ phase: "reading", done: rows, unit: "rows" });
    await pace.turn();
  }
  if (rows === 0) throw noRows(source, badRows);
  pace.milestone(finished(last, rows));
  await buffer.finish();
  return { counts, rows };
}

/** The last that the source told may have been throttled away, or short of its end. */
function finished(last: Progress | undefined, rows: number): Progress {
  if (last === undefined) return { phase: "reading", done: rows, total: rows, unit: "rows" };
  return { ...last, done: last.total ?? last.done, rows };
}

function noRows(source: DataSource, badRows: BadRowLog): AtcError {
  const { count, first } = badRows.badRows();
  const bad = first[0];
  const why =
    bad === undefined
      ? "it is empty or holds a header alone"
      : `all ${count} are bad, the first on line ${bad.line} (${bad.reason}): "${bad.text}"`;
  return new AtcError("ATC_INVALID_DATA", `"${source.identity.name}" has no row to ingest: ${why}; check the file`, {
    details: { source: source.identity.name, badRows: count },
  });
}
