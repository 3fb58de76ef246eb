import { createHash } from "node:crypto";
import type { ArrayStore, Dataset, DatasetManifest, JsonObject, OperationOptions } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import { barColumns, barSchema } from "./bar-columns.ts";
import { formatBarRule, intradayMs } from "./bar-rule.ts";
import { countBars, type Run, type SymbolBars, writeBars } from "./dataset-bars.ts";
import { checkColumns, type ResampleOptions, type ResolvedResample, resolveResample } from "./resample-options.ts";
import { rowBlockReader } from "./row-block.ts";
import { smallestSpacing } from "./time-bars.ts";

/** Options of {@link resample}. */
export interface ResampleDatasetOptions extends ResampleOptions, OperationOptions {
  /** The name of the new dataset. */
  readonly name: string;
  /** Whether to create it again even if it is up to date; default: false. */
  readonly force?: boolean;
}

/** The result of {@link resample}. */
export interface ResampleResult {
  /** The new dataset. */
  readonly manifest: DatasetManifest;
  /** Whether an existing dataset was up to date, so that nothing was read. */
  readonly reused: boolean;
  /** All symbols of the source, sorted by UTF-16 code unit; empty if `reused`. */
  readonly symbols: readonly SymbolBars[];
}

/** Incremented when the same rows produce other bars than before. */
const version = 1;

/**
 * Creates a dataset of bars from a dataset of bars or ticks.
 *
 * Rows are read twice, first to count the bars. Memory does not grow with the number of rows. Symbols without a bar are
 * left out. The new dataset appears atomically; after an error or an abort the store is unchanged.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, for the name of the source, or if the bars of the source are longer than
 * the new ones; ATC_INVALID_DATA if a column is missing or there is no bar; ATC_LOCKED, ATC_ABORTED; errors of the
 * store
 */
export async function resample(
  dataset: Dataset,
  store: ArrayStore,
  options: ResampleDatasetOptions,
): Promise<ResampleResult> {
  const { name, force = false, signal, onProgress, ...rules } = options;
  const resolved = resolveResample(rules);
  const { manifest } = dataset;
  checkColumns(resolved, manifest.schema);
  if (name === manifest.name)
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" cannot be resampled into itself; give another name`, {
      details: { name },
    });
  checkLength(dataset, resolved);
  const columns = barColumns(manifest.schema, resolved);
  const fingerprint = fingerprintOf(manifest, resolved);
  const found = force ? undefined : await upToDate(store, name, fingerprint);
  if (found !== undefined) return { manifest: found, reused: true, symbols: [] };
  await using lock = await store.lock(name);
  const run: Run = { dataset, resolved, columns, options: { signal, onProgress } };
  const symbols = await countBars(run);
  const series = symbols.filter(({ bars }) => bars > 0).map(({ symbol, bars }) => ({ symbol, rows: bars }));
  if (series.length === 0)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${manifest.name}" has no bar of ${formatBarRule(resolved.rule)}: all rows are outside of the session or in an incomplete bar`,
      { details: { dataset: manifest.name } },
    );
  await using writer = await store.create(lock, { schema: barSchema(columns), fingerprint, series });
  await writeBars(run, writer, series);
  throwIfAborted(signal);
  const published = await writer.publish(attributesOf(manifest, resolved, symbols));
  return { manifest: published, reused: false, symbols };
}

/** Throws if the shortest time between two of the first rows exceeds a bar. */
function checkLength({ manifest, series }: Dataset, { rule, fill }: ResolvedResample): void {
  const length = intradayMs(rule);
  const [first] = manifest.series;
  if (length === undefined || first === undefined || manifest.schema.kind === "ticks" || fill === "previous") return;
  const read = rowBlockReader("bars", []);
  for (const block of series(first.symbol).blocks({ columns: ["timestamp"] })) {
    const spacing = smallestSpacing(read(block));
    if (spacing > length)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the bars of "${manifest.name}" are at least ${spacing} ms long, longer than ${formatBarRule(rule)}; bars cannot be split`,
        { details: { dataset: manifest.name, spacing } },
      );
    return;
  }
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

async function upToDate(store: ArrayStore, name: string, fingerprint: string): Promise<DatasetManifest | undefined> {
  const manifest = await store.find(name);
  return manifest?.fingerprint === fingerprint ? manifest : undefined;
}

function attributesOf(
  { name, generation, fingerprint }: DatasetManifest,
  resolved: ResolvedResample,
  symbols: readonly SymbolBars[],
): JsonObject {
  const sum = (count: (one: SymbolBars) => number): number => symbols.reduce((total, one) => total + count(one), 0);
  return {
    source: { name: `dataset ${name}`, parts: { dataset: name, generation, fingerprint } },
    resample: {
      ...plainOptions(resolved),
      rows: sum(({ rows }) => rows),
      outside: sum(({ outside }) => outside),
      unfinished: sum(({ unfinished }) => unfinished),
    },
  };
}
