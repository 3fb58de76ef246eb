import type { DatasetManifest, JsonObject, JsonValue } from "@atc/contract";
import { isObject } from "./json-object.ts";

/** Rows of a reading. */
export interface ReadingCounts {
  /** Good rows of the source. */
  readonly rowsRead: number;
  /** Rows that the source could not read. */
  readonly badRows: number;
  /** Rows dropped as duplicates within the source. */
  readonly dropped: number;
}

/** One of the readings that a dataset was built from. */
export interface ReadingRecord extends ReadingCounts {
  /** What was read, as the user named it. */
  readonly source: string;
  /** How rows at times that the dataset already had were resolved; absent for the first reading. */
  readonly overlap?: string;
  /** Rows at times that the dataset did not have. */
  readonly added: number;
  /** Rows that replaced others. */
  readonly restated: number;
}

/** Readings that a manifest keeps: the first one and the newest. */
const mostRecords = 100;

/** A record as the manifest stores it; undefined for anything else. */
function recordOf(value: JsonValue): ReadingRecord | undefined {
  if (!isObject(value)) return undefined;
  const { source, overlap } = value;
  const count = (name: keyof ReadingRecord): number => {
    const stored = value[name];
    return typeof stored === "number" ? stored : 0;
  };
  return {
    source: typeof source === "string" ? source : "",
    ...(typeof overlap === "string" ? { overlap } : {}),
    rowsRead: count("rowsRead"),
    badRows: count("badRows"),
    dropped: count("dropped"),
    added: count("added"),
    restated: count("restated"),
  };
}

/** The readings that a dataset was built from; empty if nothing was ever appended to it. */
export function datasetHistory({ attributes }: DatasetManifest): readonly ReadingRecord[] {
  const { readings } = attributes;
  return Array.isArray(readings) ? readings.flatMap((one: JsonValue) => recordOf(one) ?? []) : [];
}

/** An append, for the history. */
export interface AppendedReading {
  /** What was read, as the user named it. */
  readonly source: string;
  readonly overlap: string;
  readonly symbols: readonly { readonly added: number; readonly restated: number }[];
  readonly counts: ReadingCounts;
}

/**
 * The attributes of a dataset after an append. The report and the hash of the source describe the rows as a whole and
 * no longer hold, so they are dropped; each reading leaves one record.
 */
export function appendedAttributes(
  before: DatasetManifest,
  storedCounts: ReadingCounts | undefined,
  { source, overlap, symbols, counts }: AppendedReading,
): JsonObject {
  const { report: _, summary: __, readings: ___, ...kept } = before.attributes;
  const former = datasetHistory(before);
  const sum = (count: (one: AppendedReading["symbols"][number]) => number): number =>
    symbols.reduce((total, one) => total + count(one), 0);
  const record = {
    source,
    overlap,
    rowsRead: counts.rowsRead,
    badRows: counts.badRows,
    dropped: counts.dropped,
    added: sum(({ added }) => added),
    restated: sum(({ restated }) => restated),
  };
  const all = [...(former.length > 0 ? former : [firstRecord(before, storedCounts)]), record];
  const readings = all.length <= mostRecords ? all : [...all.slice(0, 1), ...all.slice(1 - mostRecords)];
  return { ...kept, readings: readings.map((one): JsonObject => ({ ...one })) };
}

function firstRecord(manifest: DatasetManifest, counts: ReadingCounts | undefined): ReadingRecord {
  const { source } = manifest.attributes;
  const name = isObject(source) ? source["name"] : undefined;
  return {
    source: typeof name === "string" ? name : "",
    rowsRead: counts?.rowsRead ?? manifest.rows,
    badRows: counts?.badRows ?? 0,
    dropped: counts?.dropped ?? 0,
    added: manifest.rows,
    restated: 0,
  };
}
