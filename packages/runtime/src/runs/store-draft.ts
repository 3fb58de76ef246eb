import { inputDigest, saveRun } from "@atc/runs";
import { arrowPortions } from "../output/write-blocks.ts";
import { descriptionKey } from "../sweep/description-key.ts";
import type { SweepDescription } from "../sweep/sweep-description.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { runStoredBefore, withReport } from "./report-file.ts";
import type { DraftedRun } from "./run-draft.ts";
import type { SavedRun } from "./save-backtest.ts";

/** The name of the table of a sweep in the folder of a run. It can be shown and judged like one of `atc sweep -o`. */
export const tableFile = "table.arrow";

/** What a run has besides its draft. */
interface StoreOptions {
  /** What describes the table of a sweep. */
  readonly description?: SweepDescription | undefined;
  /** More files by name. */
  readonly files?: Readonly<Record<string, Iterable<Uint8Array>>>;
  /** The data block of its page. */
  readonly report?: Uint8Array | undefined;
}

/** Stores a run unless the same one is stored already, with a report if there is one to store. */
export async function storeDraft(
  { config: { runsDir: directory } }: Runtime,
  { run: draft, symbols, table }: DraftedRun,
  { description, files: more = {}, report }: StoreOptions,
): Promise<SavedRun> {
  const known = await runStoredBefore(inputDigest(draft), directory, report);
  if (known !== undefined) return { run: known, isNew: false };
  const { run, files: held } = withReport(draft, { block: report });
  const metadata = description === undefined ? {} : { [descriptionKey]: JSON.stringify(description) };
  const files = { ...more, ...held, ...(table === undefined ? {} : { [tableFile]: arrowPortions(table, metadata) }) };
  return { run: await saveRun({ directory, run, symbols, files }), isNew: true };
}
