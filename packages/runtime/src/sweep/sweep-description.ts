import type { MetricName, Period } from "@atc/backtest";
import { AtcError, type BacktestConfig, type SignalConfig, type StrategyParameterValue } from "@atc/contract";
import { checkDefinition, type SweepDefinition } from "@atc/sweep";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { SweepKeys } from "./sweep-keys.ts";
import type { SweepSetup } from "./sweep-setup.ts";

const format = "atc-sweep";
const version = 1;

/** The strategy of a sweep. */
export interface DescribedStrategy {
  /** The name or the path as it was configured, or the name of a strategy in code. */
  readonly name: string;
  /** A hash of its code; undefined for a built-in strategy and for one in code. */
  readonly digest?: string;
  /** Whether it was given in code, so that only code can give it again. */
  readonly isInCode: boolean;
}

/**
 * What a sweep was: its data, its strategy, the base configuration and the search. It is JSON in the metadata of an
 * Arrow or Parquet table, under the key `atc`, and in the file `TABLE.csv.json` beside a CSV table.
 */
export interface SweepDescription {
  /** Marks JSON of this form. */
  readonly format: "atc-sweep";
  /** The version of the form. */
  readonly version: 1;
  /** The version of the results. Figures of another version may differ. */
  readonly atc: string;
  /** The name of the dataset. */
  readonly dataset: string;
  /** The data as it was named. */
  readonly path: string;
  /** Identifies the rows of the symbols, whatever file they were read from. */
  readonly fingerprint: string;
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** The most bars per symbol, counted from the last one. Default: all. */
  readonly limit?: number;
  /** The time in which accounts traded, in ms since the epoch. Default: all. */
  readonly period?: Period;
  /** What decided. */
  readonly strategy: DescribedStrategy;
  /** The signals of every configuration, except what its keys say. */
  readonly signals: SignalConfig;
  /** The simulation of every configuration, except what its keys say. */
  readonly backtest: BacktestConfig;
  /** The parameters of the strategy that were configured. */
  readonly parameters: Readonly<Record<string, StrategyParameterValue>>;
  /** What was searched and how it was ranked. */
  readonly definition: SweepDefinition;
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** Whether each symbol has a row of its own. */
  readonly bySymbol: boolean;
  /** The number of evaluations, each of which is a trial. */
  readonly evaluations: number;
  /** Only complete sweeps write a table. */
  readonly isComplete: true;
}

/** What is compared before configurations of a table are evaluated again. */
export type SweepIdentity = Pick<SweepDescription, "atc" | "fingerprint" | "strategy">;

/** The identity of an open sweep. */
export function sweepIdentity({ strategy, config }: SweepSetup, { current, times }: SweepKeys): SweepIdentity {
  const { own, traits, isPortable } = strategy;
  const isInCode = own === undefined && !isPortable;
  return {
    atc: current.version,
    fingerprint: times === undefined ? current.rows : `${current.rows} ${times}`,
    strategy: {
      name: isInCode ? (traits?.name ?? "") : config.strategy,
      ...(own === undefined ? {} : { digest: own.module.digest }),
      isInCode,
    },
  };
}

/** Describes a sweep whose table is complete. */
export function describeSweep(
  sweep: SweepSetup,
  keys: SweepKeys,
  {
    definition: { origins: _, ...definition },
    bySymbol,
    evaluations,
  }: Pick<SweepDescription, "definition" | "bySymbol" | "evaluations">,
): SweepDescription {
  const { config, dataset, path, symbols, period, metrics } = sweep;
  return {
    format,
    version,
    ...sweepIdentity(sweep, keys),
    dataset: dataset.manifest.name,
    path,
    symbols,
    ...(config.limit === undefined ? {} : { limit: config.limit }),
    ...(period === undefined ? {} : { period }),
    signals: signalPart(config),
    backtest: backtestPart(config),
    parameters: config.parameters,
    definition,
    metrics,
    bySymbol,
    evaluations,
    isComplete: true,
  };
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isOptional =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);

function isPeriod(value: unknown): boolean {
  const { from, to } = value as Members;
  return isObject(value) && [from, to].every(isOptional(Number.isFinite));
}

function isStrategy(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, digest, isInCode } = value as Members;
  return isText(name) && isOptional(isText)(digest) && typeof isInCode === "boolean";
}

function isDefinition(value: unknown): boolean {
  if (!isObject(value) || !isObject((value as Members)["grid"])) return false;
  try {
    checkDefinition(value as object);
    return true;
  } catch {
    return false;
  }
}

/** The members and their forms. What is in `signals`, `backtest` and `parameters`, a space checks. */
const forms: Readonly<Record<Exclude<keyof SweepDescription, "format" | "version">, (value: unknown) => boolean>> = {
  atc: isText,
  dataset: isText,
  path: isText,
  fingerprint: isText,
  symbols: isTexts,
  limit: isOptional(isCount),
  period: isOptional(isPeriod),
  strategy: isStrategy,
  signals: isObject,
  backtest: isObject,
  parameters: isObject,
  definition: isDefinition,
  metrics: isTexts,
  bySymbol: (value) => typeof value === "boolean",
  evaluations: isCount,
  isComplete: (value) => value === true,
};

function parsed(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as Members) : {};
  } catch {
    return {};
  }
}

/**
 * Reads a description.
 *
 * @param file - for messages
 * @throws ATC_UNSUPPORTED if a newer atc wrote it; ATC_CORRUPT_DATA if it is not a description
 */
export function readDescription(text: string, file: string): SweepDescription {
  const members = parsed(text);
  const details = { path: file };
  const found = members["version"];
  if (members["format"] === format && typeof found === "number" && found > version)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the description of the sweep in "${file}" has version ${found}, and this atc reads version ${version}; update atc`,
      { details },
    );
  const wrong =
    members["format"] === format && found === version
      ? Object.entries(forms).find(([name, isRight]) => !isRight(members[name]))?.[0]
      : "format";
  if (wrong === undefined) return members as unknown as SweepDescription;
  throw new AtcError(
    "ATC_CORRUPT_DATA",
    `the description of the sweep in "${file}" is damaged: "${wrong}" is missing or has another form; write the table again`,
    { details: { ...details, field: wrong } },
  );
}
