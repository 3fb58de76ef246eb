import type { BacktestJson, Period, StrategyDescription } from "@atc/backtest";
import { isoTime } from "@atc/backtest";
import type { Dataset, JsonObject, OperationOptions } from "@atc/contract";
import type { DatasetNote } from "../data/dataset-note.ts";
import { datasetNotes } from "../data/dataset-notes.ts";
import { isUnusedAdjustment } from "../data/price-adjustment.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { datasetFindings } from "./dataset-findings.ts";
import type { Figures } from "./stored-report.ts";

/** What a backtest prints as JSON; the names are those of `docs/backtest-spec.md`. */
export interface BacktestReport {
  /** The effective configuration. `parameters` has the value of every parameter of the strategy. */
  readonly config: JsonObject;
  /** The data of the backtest. */
  readonly data: {
    readonly path: string;
    /** The name of the dataset that holds the rows. */
    readonly dataset: string;
    readonly fingerprint: string;
    readonly rows: number;
    readonly symbols: number;
  };
  /** The period of the accounts, in ISO 8601: `from` inclusive, `to` exclusive. Absent if they trade at all times. */
  readonly period?: { readonly from: string | null; readonly to: string | null };
  /**
   * What to know about the data, the most important first: rows left out, duplicates, what was assumed to read the
   * files, prices that look wrong, gaps. It is the same whether the results are computed or cached.
   */
  readonly notes: readonly DatasetNote[];
  /** Metrics, costs and warnings of the portfolio; null if every symbol was skipped. */
  readonly portfolio: BacktestJson["portfolio"];
  /**
   * Metrics, costs and warnings of each symbol, in the order of UTF-16 code units; none if the symbols share an
   * account.
   */
  readonly symbols: BacktestJson["symbols"];
  /** What each symbol contributed to the shared account. Absent if accounts are separate. */
  readonly contributions?: NonNullable<BacktestJson["contributions"]>;
  /** Symbols that could not be computed, each with its reason. */
  readonly skipped: BacktestJson["skipped"];
}

/** The options of a run that its notes depend on. */
interface NotesOptions extends OperationOptions {
  readonly symbols?: readonly string[];
  readonly adjust?: boolean | undefined;
}

/** What to know about the data of a run. */
export async function notesOf(
  runtime: Runtime,
  dataset: Dataset,
  options: NotesOptions,
): Promise<readonly DatasetNote[]> {
  const report = await datasetFindings(runtime, dataset, options);
  const notes = datasetNotes(report, dataset.manifest, { symbols: options.symbols, fill: runtime.config.fill });
  // Whoever gives --no-adjust has decided; the dataset is the same as without it.
  return options.adjust === false ? notes.filter(({ text }) => !isUnusedAdjustment(text)) : notes;
}

function isoPeriod({ from, to }: Period): NonNullable<BacktestReport["period"]> {
  const text = (ms: number | undefined): string | null => (ms === undefined ? null : isoTime(BigInt(ms), "ms"));
  return { from: text(from), to: text(to) };
}

/** What a report says of its run. */
export interface RunContext {
  readonly notes: readonly DatasetNote[];
  readonly period: Period | undefined;
  /** The value of each parameter of the strategy, those that nobody set included. */
  readonly values: StrategyDescription["values"];
}

/** The report of figures, computed or cached. */
export function reportWith(
  runtime: Runtime,
  path: string,
  { manifest }: Dataset,
  { notes, period, values }: RunContext,
  figures: Figures,
): BacktestReport {
  const { name, fingerprint, rows, series } = manifest;
  // A report does not depend on the executor.
  const { executor: _, ...config } = runtime.config;
  return {
    config: asJson({ ...config, parameters: values ?? config.parameters }),
    data: { path, dataset: name, fingerprint, rows, symbols: series.length },
    ...(period === undefined ? {} : { period: isoPeriod(period) }),
    notes,
    ...figures,
  };
}
