import type { BadRow, DatasetManifest, JsonObject } from "@atc/contract";
import type { BadRows, IngestReport } from "@atc/ingest";

/** What only the readings of a dataset show, and reading its rows again does not. */
interface ReadingFacts {
  readonly notes: readonly string[];
  readonly badRows: BadRows;
}

const none: ReadingFacts = { notes: [], badRows: { count: 0, reasons: {}, first: [] } };
const mostFirst = 100;

/** The facts that appends keep in a manifest, or those of a report. */
function factsOf({ attributes }: DatasetManifest, report: IngestReport | undefined): ReadingFacts {
  if (report !== undefined) return reportFacts(report, undefined);
  const stored = attributes["facts"];
  if (typeof stored !== "object" || stored === null || !("notes" in stored && "badRows" in stored)) return none;
  // Written by `appendedFacts`.
  return stored as unknown as ReadingFacts;
}

/** The facts of one reading, with its file if the report does not name it. */
function reportFacts(report: IngestReport, file: string | undefined): ReadingFacts {
  const { badRows, totals, duplicates } = report;
  const where = file === undefined ? "" : ` in ${file}`;
  const dropped =
    totals.dropped === 0
      ? []
      : [
          `${totals.dropped.toLocaleString("en")} ${totals.dropped === 1 ? "row" : "rows"} with the symbol and time of another${where} left out (${duplicates})`,
        ];
  const first = badRows.first.map((row): BadRow => (file === undefined ? row : { file, ...row }));
  return { notes: [...(report.notes ?? []), ...dropped], badRows: { ...badRows, first } };
}

/** The facts of a dataset after an append, as a member of its attributes. */
export function appendedFacts(
  stored: DatasetManifest,
  storedReport: IngestReport | undefined,
  added: { readonly report: IngestReport; readonly file: string },
): JsonObject {
  const before = factsOf(stored, storedReport);
  const now = reportFacts(added.report, added.file);
  const reasons = new Map(Object.entries(before.badRows.reasons));
  for (const [reason, rows] of Object.entries(now.badRows.reasons))
    reasons.set(reason, (reasons.get(reason) ?? 0) + rows);
  const facts: ReadingFacts = {
    notes: [...new Set([...before.notes, ...now.notes])],
    badRows: {
      count: before.badRows.count + now.badRows.count,
      reasons: Object.fromEntries(reasons),
      first: [...before.badRows.first, ...now.badRows.first].slice(0, mostFirst),
    },
  };
  return JSON.parse(JSON.stringify(facts)) as JsonObject;
}

/** The facts of a dataset with notes of what was added to it, as a member of its attributes. The newest notes stay. */
export function notedFacts(stored: DatasetManifest, notes: readonly string[]): JsonObject {
  const before = factsOf(stored, undefined);
  const facts: ReadingFacts = { ...before, notes: [...new Set([...before.notes, ...notes])].slice(-mostFirst) };
  return JSON.parse(JSON.stringify(facts)) as JsonObject;
}

/** A report of rows that were read again, with what only the readings of their files showed. */
export function withFacts(report: IngestReport, manifest: DatasetManifest): IngestReport {
  const { notes, badRows } = factsOf(manifest, undefined);
  return { ...report, ...(notes.length === 0 ? {} : { notes }), badRows };
}
