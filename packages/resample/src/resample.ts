import { createHash } from "node:crypto";
import type { ArrayStore, Dataset, DatasetManifest, JsonObject, OperationOptions } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import { aggregatedColumns, barColumns, barSchema } from "./bar-columns.ts";
import { checkFit, checkLength, checkWeeks } from "./bar-fit.ts";
import { formatBarRule, intradayMs } from "./bar-rule.ts";
import { countBars, type Run, type SymbolBars, writeBars } from "./dataset-bars.ts";
import { checkMidnights } from "./date-check.ts";
import { type MadeBars, madeWith, storedNotes, storedSourceNotes, withoutAppliedSession } from "./made-bars.ts";
import { assumptions, omissions, stampsAdvice, sumOf } from "./resample-notes.ts";
import { checkColumns, type ResampleOptions, type ResolvedResample, resolveResample } from "./resample-options.ts";
import { type SourceSurvey, sampledSeries, surveySource } from "./source-survey.ts";

/** Options of {@link resample}. */
export interface ResampleDatasetOptions extends ResampleOptions, OperationOptions {
  /** The name of the new dataset. */
  readonly name: string;
  /** Whether to create it again even if it is up to date; default: false. */
  readonly force?: boolean;
  /** What is known of the rows of the source, which the new dataset keeps as `attributes.resample.sourceNotes`. */
  readonly sourceNotes?: readonly JsonObject[];
}

/** The result of {@link resample}. */
export interface ResampleResult {
  /** The new dataset. */
  readonly manifest: DatasetManifest;
  /** Whether an existing dataset was up to date, so that nothing was read. */
  readonly reused: boolean;
  /**
   * What was assumed or left out, one sentence each without a full stop: the time zone, rows outside of the session.
   * Those of the earlier run if `reused`.
   */
  readonly notes: readonly string[];
  /** All symbols of the source, sorted by UTF-16 code unit; empty if `reused`. */
  readonly symbols: readonly SymbolBars[];
}

/** Incremented when the same rows produce other bars than before. */
const version = 3;

/**
 * Creates a dataset of bars from a dataset of bars or ticks.
 *
 * Rows are read twice, first to count the bars. Memory does not grow with the number of rows. Symbols without a bar are
 * left out. The new dataset appears atomically; after an error or an abort the store is unchanged.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, for the name of the source, if the bars of the source are longer than the
 * new ones or the new ones are not a multiple of them, or if times may be calendar dates that the zone would move;
 * ATC_INVALID_DATA if a column is missing or there is no bar; ATC_LOCKED, ATC_ABORTED; errors of the store
 */
export async function resample(
  dataset: Dataset,
  store: ArrayStore,
  options: ResampleDatasetOptions,
): Promise<ResampleResult> {
  const { name, force = false, sourceNotes = [], signal, onProgress, ...rules } = options;
  const { manifest } = dataset;
  const survey = surveySource(sampledSeries(manifest.series, (symbol) => dataset.series(symbol)));
  const facts = madeWith(manifest, survey);
  const { options: asked, isSessionApplied } = withoutAppliedSession(rules, facts);
  const resolved = resolveResample(asked, { kind: manifest.schema.kind, ...facts });
  checkColumns(resolved, manifest.schema);
  if (name === manifest.name)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" cannot be resampled into itself; give another name`, {
      details: { name },
    });
  if (manifest.schema.kind === "bars") checkLength(manifest.name, survey, resolved);
  checkMidnights(`"${manifest.name}"`, survey, resolved, rules);
  const columns = barColumns(manifest.schema, resolved);
  const fingerprint = fingerprintOf(manifest, resolved);
  const found = force ? undefined : await upToDate(store, name, fingerprint, sourceNotes);
  const assumed = assumptions({ options: rules, resolved, survey, kind: manifest.schema.kind, isSessionApplied });
  if (found !== undefined)
    return { manifest: found, reused: true, notes: [...assumed, ...storedNotes(found)], symbols: [] };
  await using lock = await store.lock(name);
  const rowMs = manifest.schema.kind === "bars" ? survey.rowMs : Number.NaN;
  const run: Run = { dataset, resolved, columns, rowMs, options: { signal, onProgress } };
  const symbols = await countBars(run);
  const crossing = sumOf(symbols, (one) => one.crossing);
  checkWeeks(manifest.name, facts.weekStart, resolved, crossing);
  checkFit(manifest.name, survey, resolved, crossing);
  const series = symbols.filter(({ bars }) => bars > 0).map(({ symbol, bars }) => ({ symbol, rows: bars }));
  if (series.length === 0) throw noBars(manifest.name, resolved, survey, symbols);
  await using writer = await store.create(lock, { schema: barSchema(columns), fingerprint, series });
  await writeBars(run, writer, series);
  throwIfAborted(signal);
  const omitted = omissions(resolved, symbols);
  const made = {
    ...plainOptions(resolved),
    ...datesOf(resolved, facts),
    columns: aggregatedColumns(columns),
    sourceNotes,
  };
  const stored = attributesOf(manifest, made, symbols, omitted);
  const published = await writer.publish(stored, { timeIs: timesOf(resolved) });
  return { manifest: published, reused: false, notes: [...assumed, ...omitted], symbols };
}

function noBars(
  name: string,
  { rule, session, stamps }: ResolvedResample,
  { isMidnights }: SourceSurvey,
  symbols: readonly SymbolBars[],
): AtcError {
  const areDates = session !== undefined && isMidnights;
  const advice = areDates
    ? "; all times are midnight UTC: if they are calendar dates, omit the session"
    : stampsAdvice(stamps, symbols);
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${name}" has no bar of ${formatBarRule(rule)}: all rows are outside of the session or in an incomplete bar${advice}`,
    { details: { dataset: name } },
  );
}

/** The zone and the session that gave dates to the rows, which the bars of dates keep; null if there are none. */
function datesOf({ timeIs }: ResolvedResample, { timeZone, session }: MadeBars): JsonObject {
  return timeIs === "date" ? { timeZone: timeZone ?? null, session: session ?? null } : {};
}

/** What the times of the bars are. */
function timesOf({ rule, label, timeIs }: ResolvedResample): "date" | "instant" {
  // The time of one of the rows.
  if (rule.by !== "time") return timeIs;
  if (intradayMs(rule) !== undefined) return "instant";
  // The start of a bar of dates is its first date. Its end is the date after its last one, and no date of it.
  return label === "date" || (label === "start" && timeIs === "date") ? "date" : "instant";
}

function plainOptions({ rule, session, aggregate, ...rest }: ResolvedResample): JsonObject {
  return { ...rest, to: formatBarRule(rule), aggregate: { ...aggregate }, session: session ?? null };
}

/**
 * Depends on the rows of the source, independent of how they were read; on its fingerprint if its content is unknown.
 */
function fingerprintOf({ content, fingerprint }: DatasetManifest, resolved: ResolvedResample): string {
  const source = content === undefined ? fingerprint : `content:${content}`;
  const subject = JSON.stringify({ resample: version, source, options: plainOptions(resolved) });
  return createHash("sha256").update(subject).digest("hex");
}

/**
 * The stored dataset if it has the same bars, and keeps all that the reading of the source found. Other findings are of
 * the rows, or, like their order in a file, change nothing.
 */
async function upToDate(
  store: ArrayStore,
  name: string,
  fingerprint: string,
  sourceNotes: readonly JsonObject[],
): Promise<DatasetManifest | undefined> {
  const manifest = await store.find(name);
  if (manifest?.fingerprint !== fingerprint) return undefined;
  const known = new Set(storedSourceNotes(manifest).map((note) => JSON.stringify(note)));
  const ofReading = sourceNotes.filter(({ kind }) => kind === "badRows" || kind === "reading");
  return ofReading.every((note) => known.has(JSON.stringify(note))) ? manifest : undefined;
}

function attributesOf(
  { name, generation, fingerprint }: DatasetManifest,
  options: JsonObject,
  symbols: readonly SymbolBars[],
  notes: readonly string[],
): JsonObject {
  return {
    source: { name: `dataset ${name}`, parts: { dataset: name, generation, fingerprint } },
    resample: {
      ...options,
      rows: sumOf(symbols, ({ rows }) => rows),
      outside: sumOf(symbols, ({ outside }) => outside),
      unfinished: sumOf(symbols, ({ unfinished }) => unfinished),
      notes,
    },
  };
}
