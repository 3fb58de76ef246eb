import { type Dataset, isAtcError, type JsonValue } from "@atc/contract";
import {
  type LayerDifference,
  layerDifferences,
  openRun,
  type RunDraft,
  type RunLayer,
  type RunSide,
  type StoredRun,
} from "@atc/runs";
import type { Runtime } from "../wiring/runtime.ts";
import { barDifferences, type SymbolBarDifferences } from "./bar-differences.ts";
import { draftAgain } from "./draft-again.ts";
import { generationFor, type RecomputeOptions } from "./recompute.ts";
import { judgesTable } from "./searched.ts";

/** The figures of a portfolio; null if every symbol was skipped. */
type Figures = StoredRun["metrics"];

/** How much of a change of a metric is due to each layer. */
export interface MetricChange {
  readonly metric: string;
  readonly before: number;
  readonly after: number;
  /** The change that each layer makes. Absent if the runs cannot be computed again. */
  readonly due?: {
    /** The change if only the rows are replaced. */
    readonly data: number;
    /** The further change if the configuration is replaced too. */
    readonly configuration: number;
    /** The remainder, which is due to code and platform. */
    readonly codeAndPlatform: number;
  };
}

/** The result of {@link diffRuns}. */
export interface RunDiff {
  readonly before: string;
  /** The second run; undefined if the first one was computed again. */
  readonly after: string | undefined;
  /** The first layer that differs, from the ground up; undefined if none does. */
  readonly first: RunLayer | undefined;
  readonly differences: readonly LayerDifference[];
  /** How the bars of the differing symbols differ, the first ones. Absent if a generation is not there any more. */
  readonly bars?: readonly SymbolBarDifferences[];
  /** The metrics of the portfolio that differ. */
  readonly metrics: readonly MetricChange[];
  /** Why the changes are not divided among the layers, or bars or metrics are not compared. */
  readonly notes: readonly string[];
}

/** The most symbols whose bars are compared. */
const mostSymbols = 20;

/** A side of a diff, with the generation that has its rows. */
interface DatedSide extends RunSide {
  readonly name: string;
  /** What is needed to compute it again. */
  readonly stored: StoredRun;
  readonly generation: number | undefined;
  readonly problem: string | undefined;
}

async function sideOf(runtime: Runtime, name: string): Promise<DatedSide> {
  const opened = await openRun(name, { directory: runtime.config.runsDir });
  const { run } = opened;
  const side = { run, symbols: await opened.symbols(), name: run.id, stored: run };
  try {
    return { ...side, generation: await generationFor(runtime, run), problem: undefined };
  } catch (error) {
    if (!isAtcError(error, "ATC_NOT_FOUND")) throw error;
    return { ...side, generation: undefined, problem: error.message };
  }
}

/** A run, computed again over the newest generation of its dataset. */
async function sideOfNow(runtime: Runtime, before: DatedSide, options: RecomputeOptions): Promise<DatedSide> {
  const { stored } = before;
  const generation = (await runtime.store.find(stored.data.dataset))?.generation;
  const again = await draftAgain(runtime, stored, {
    ...options,
    judges: false,
    ...(generation === undefined ? {} : { generation }),
  });
  return { ...again, name: "now", stored, generation, problem: undefined };
}

/**
 * Names what makes two runs differ: rows, configuration, code or platform, and what each of them changes in the
 * metrics. The rows, then the configuration of the second run replace those of the first one, and both are computed
 * here; what is left is due to code and platform.
 *
 * @param second - a run; default: the first one, computed again over the newest rows of its dataset
 * @throws what `openRun` throws; what `openBacktest` throws
 */
export async function diffRuns(
  runtime: Runtime,
  first: string,
  second?: string,
  options: RecomputeOptions = {},
): Promise<RunDiff> {
  const before = await sideOf(runtime, first);
  const after = second === undefined ? await sideOfNow(runtime, before, options) : await sideOf(runtime, second);
  const differences = layerDifferences(before, after);
  const notes = [before.problem, after.problem].filter((problem) => problem !== undefined);
  const computed = await computedFigures(runtime, { before, after, differences, notes }, options);
  const bars = await barsOf(runtime, [before, after], differences, options);
  return {
    before: before.name,
    after: second === undefined ? undefined : after.name,
    first: differences[0]?.layer,
    differences,
    ...(bars === undefined ? {} : { bars }),
    metrics: metricChanges([before.run.metrics, after.run.metrics], computed),
    notes: [...notes, ...uncompared(before, after)],
  };
}

/** What is compared. */
interface Sides {
  readonly before: DatedSide;
  readonly after: DatedSide;
  readonly differences: readonly LayerDifference[];
  /** Receives why something cannot be computed. */
  readonly notes: string[];
}

/** Figures computed here: of the first run, with the rows of the second one, and of the second one. */
type ComputedFigures = readonly [first: Figures, withRows: Figures, second: Figures];

/** Why the rows and the configuration of two runs are not exchanged; undefined if they are. */
function unexchanged(before: RunDraft, after: RunDraft): string | undefined {
  if (before.kind !== after.kind)
    return `a ${before.kind} and a ${after.kind} have no rows or keys to exchange, so the changes are not divided`;
  if (judgesTable(before) || judgesTable(after))
    return "a judgement of a table is made over the rows of its sweep only, so the changes are not divided";
  return undefined;
}

async function computedFigures(
  runtime: Runtime,
  { before, after, differences, notes }: Sides,
  options: RecomputeOptions,
): Promise<ComputedFigures | undefined> {
  const differs = (layer: RunLayer): boolean => differences.some((one) => one.layer === layer);
  if (differences.length === 0 || before.generation === undefined || after.generation === undefined) return undefined;
  const reason = unexchanged(before.run, after.run);
  if (reason !== undefined) {
    notes.push(reason);
    return undefined;
  }
  const figures = async (rows: DatedSide, config: DatedSide): Promise<Figures> => {
    const { dataset } = rows.stored.data;
    const run = { ...config.stored, data: { ...config.stored.data, dataset } };
    const again = await draftAgain(runtime, run, { ...options, judges: false, generation: rows.generation as number });
    return again.run.metrics;
  };
  try {
    const first = await figures(before, before);
    const withRows = differs("data") ? await figures(after, before) : first;
    const last = differs("configuration") || differs("code") ? await figures(after, after) : withRows;
    return [first, withRows, last];
  } catch (error) {
    if (!isAtcError(error) || error.code === "ATC_ABORTED") throw error;
    notes.push(`the runs cannot be computed again: ${error.message}`);
    return undefined;
  }
}

function numberOf(figures: Figures, name: string): number | undefined {
  const value: JsonValue | undefined = figures?.[name];
  return typeof value === "number" ? value : undefined;
}

/** The most metrics that a note names. */
const mostNamed = 10;

/** The metrics that only one run has, and those that only one run could compute: they do not count as changes. */
function uncompared(before: DatedSide, after: DatedSide): readonly string[] {
  const [a, b] = [before.run.metrics, after.run.metrics];
  // Runs of two kinds are said not to be exchanged.
  if (a === null || b === null || before.run.kind !== after.run.kind) return [];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const lists = (found: readonly string[]): string =>
    [...found.slice(0, mostNamed), ...(found.length > mostNamed ? [`${found.length - mostNamed} more`] : [])].join(
      ", ",
    );
  const noteOf = (found: readonly string[], why: string): readonly string[] =>
    found.length === 0 ? [] : [`${why}, so they are not compared: ${lists(found)}`];
  const isMissing = (name: string): boolean => a[name] === undefined || b[name] === undefined;
  return [
    ...noteOf(names.filter(isMissing), "only one of the runs was asked for these metrics (--metrics all)"),
    ...noteOf(
      names.filter((name) => !isMissing(name) && (a[name] === null) !== (b[name] === null)),
      "these metrics have no value in one of the runs",
    ),
  ];
}

function metricChanges(
  [before, after]: readonly [Figures, Figures],
  computed: ComputedFigures | undefined,
): MetricChange[] {
  return Object.keys(before ?? {}).flatMap((metric): MetricChange[] => {
    const [a, b] = [numberOf(before, metric), numberOf(after, metric)];
    if (a === undefined || b === undefined || a === b) return [];
    const [first, withRows, last] = (computed ?? []).map((figures) => numberOf(figures, metric));
    if (first === undefined || withRows === undefined || last === undefined) return [{ metric, before: a, after: b }];
    const due = {
      data: withRows - first,
      configuration: last - withRows,
      codeAndPlatform: b - a - (last - first),
    };
    return [{ metric, before: a, after: b, due }];
  });
}

/** How the bars of the differing symbols differ; undefined if a generation is gone or no symbol differs. */
async function barsOf(
  { store }: Runtime,
  [before, after]: readonly [DatedSide, DatedSide],
  differences: readonly LayerDifference[],
  options: RecomputeOptions,
): Promise<readonly SymbolBarDifferences[] | undefined> {
  const known = new Set([...before.symbols, ...after.symbols].map(({ symbol }) => symbol));
  const symbols = differences.flatMap(({ layer, what }) => (layer === "data" && known.has(what) ? [what] : []));
  if (symbols.length === 0 || before.generation === undefined || after.generation === undefined) return undefined;
  const open = (side: DatedSide): Promise<Dataset> =>
    store.open(side.stored.data.dataset, { generation: side.generation as number });
  using old = await open(before);
  using now = await open(after);
  return symbols.slice(0, mostSymbols).map((symbol) => barDifferences([old, now], symbol, options));
}
