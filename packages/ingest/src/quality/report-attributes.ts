import type { DatasetManifest, JsonObject, JsonValue } from "@atc/contract";
import type { IngestReport, SeriesQuality } from "./ingest-report.ts";

/**
 * The members of a series without findings. Members equal to these are not stored, to keep manifests of thousands of
 * symbols small.
 */
const unremarkable: Omit<Required<SeriesQuality>, "symbol" | "rows" | "firstTime" | "lastTime" | "interval"> = {
  order: "oldest-first",
  unsorted: 0,
  outOfOrder: 0,
  duplicates: { count: 0, identical: 0, dropped: 0 },
  gaps: { count: 0, shared: 0, withinDay: 0, longest: [] },
  zeroVolumes: { count: 0 },
  badVolumes: { count: 0 },
  ohlcViolations: { count: 0 },
  flatBars: { count: 0 },
  missingPrices: { count: 0 },
  nonPositivePrices: { count: 0 },
  jumps: { threshold: 0.4, count: 0, reverting: 0, places: [] },
  opensOutsideRange: { count: 0, places: [] },
  openJumps: { count: 0, places: [] },
};

/**
 * Whether a member is as in {@link unremarkable}. Compared by hand: as JSON, it took seconds for thousands of symbols.
 */
function isUsual(name: string, value: SeriesQuality[keyof SeriesQuality]): boolean {
  if (!Object.hasOwn(unremarkable, name)) return false;
  const usual = unremarkable[name as keyof typeof unremarkable];
  if (typeof value !== "object" || typeof usual !== "object") return value === usual;
  if (value.count !== 0 || ("shared" in value && value.shared !== 0)) return false;
  // With a count of 0, only the threshold of jumps can differ.
  return !("threshold" in value && "threshold" in usual) || value.threshold === usual.threshold;
}

/** The report as an attribute of a manifest. */
export function reportAttribute(report: IngestReport): JsonObject {
  const { series, ...rest } = report;
  const remarkable = series.map((quality) =>
    Object.fromEntries(Object.entries(quality).filter(([name, value]) => !isUsual(name, value))),
  );
  return { ...plain(rest), series: remarkable };
}

/**
 * The report that an ingest stored in the manifest of its dataset; undefined if no ingest wrote the dataset. The
 * manifest's `attributes.report` lacks the members of `series` that have their usual value; here they are filled in.
 */
export function ingestReport(manifest: DatasetManifest): IngestReport | undefined {
  const stored: unknown = manifest.attributes["report"];
  if (!isReport(stored)) return undefined;
  const { series, ...rest } = stored;
  // A report of an earlier release does not know of these bars.
  const { opensOutsideRange, openJumps, ...earlier } = unremarkable;
  const { totals } = stored;
  const usual = {
    ...earlier,
    ...(totals.opensOutsideRange === undefined ? {} : { opensOutsideRange }),
    ...(totals.openJumps === undefined ? {} : { openJumps }),
  };
  return { ...rest, series: series.map((quality) => ({ ...usual, ...quality })) };
}

type StoredReport = Omit<IngestReport, "series"> & {
  readonly series: readonly (Partial<SeriesQuality> & Omit<SeriesQuality, keyof typeof unremarkable>)[];
};

function isReport(value: unknown): value is StoredReport {
  return typeof value === "object" && value !== null && "series" in value && Array.isArray(value.series);
}

/** A copy through JSON: what is stored is what will be read. */
export function plain(value: object): JsonObject {
  const parsed: JsonValue = JSON.parse(JSON.stringify(value));
  return parsed as JsonObject;
}
