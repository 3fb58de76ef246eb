import type { DatasetManifest, JsonObject, JsonValue } from "@atc/contract";
import type { IngestReport } from "@atc/ingest";

/** One of the readings that a dataset is made of. */
export interface ReadingRecord {
  /** What was read, as the user named it. */
  readonly source: string;
  /** How equal times were resolved: with those of the dataset, else within the file. */
  readonly overlap?: string;
  /** Good rows of the source. */
  readonly rowsRead: number;
  /** Rows that the source could not take. */
  readonly badRows: number;
  /** Rows left out as duplicates within the source. */
  readonly dropped: number;
  /** Rows at times that the dataset did not have. */
  readonly added: number;
  /** Rows that took the place of others. */
  readonly restated: number;
}

/** The readings that are kept in a manifest; beyond them the oldest after the first one go. */
const mostRecords = 100;

function isRecord(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The readings that a dataset is made of; none where it was not appended to. */
export function datasetHistory(manifest: DatasetManifest): readonly ReadingRecord[] {
  const stored = manifest.attributes["readings"];
  return Array.isArray(stored)
    ? ((stored as readonly JsonValue[]).filter(isRecord) as unknown as readonly ReadingRecord[])
    : [];
}

/** What an append tells for the history. */
export interface AppendedReading {
  /** What was read. */
  readonly name: string;
  /** How overlaps were resolved. */
  readonly overlap: string;
  /** What became of the rows of each symbol. */
  readonly symbols: readonly { readonly added: number; readonly restated: number }[];
  /** What was found in the rows. */
  readonly report: IngestReport;
}

/**
 * The attributes of a dataset after an append. What described the rows as a whole (the report, the hash of the source) no longer holds and goes; one record
 * for each reading stays.
 */
export function appendedAttributes(
  before: DatasetManifest,
  report: IngestReport | undefined,
  { name, overlap, symbols, report: own }: AppendedReading,
): JsonObject {
  const { report: _, summary: __, readings: ___, ...kept } = before.attributes;
  const former = datasetHistory(before);
  const first: readonly ReadingRecord[] = former.length > 0 ? former : firstRecord(before, report);
  const sum = (count: (one: AppendedReading["symbols"][number]) => number): number =>
    symbols.reduce((total, one) => total + count(one), 0);
  const record: ReadingRecord = {
    source: name,
    overlap,
    rowsRead: own.rowsRead,
    badRows: own.badRows.count,
    dropped: own.totals.dropped,
    added: sum(({ added }) => added),
    restated: sum(({ restated }) => restated),
  };
  const all = [...first, record];
  const readings = all.length <= mostRecords ? all : [...all.slice(0, 1), ...all.slice(1 - mostRecords)];
  return { ...kept, readings: readings as unknown as JsonValue };
}

function firstRecord(manifest: DatasetManifest, report: IngestReport | undefined): readonly ReadingRecord[] {
  const source = manifest.attributes["source"];
  const name = source !== undefined && isRecord(source) ? source["name"] : undefined;
  return [
    {
      source: typeof name === "string" ? name : "",
      rowsRead: report?.rowsRead ?? manifest.rows,
      badRows: report?.badRows.count ?? 0,
      dropped: report?.totals.dropped ?? 0,
      added: manifest.rows,
      restated: 0,
    },
  ];
}
