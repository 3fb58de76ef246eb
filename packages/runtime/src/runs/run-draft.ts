import { createRequire } from "node:module";
import { accountKernelName, resultVersion, type TableBlocks } from "@atc/backtest";
import type { JsonObject, JsonValue, SeriesExtent } from "@atc/contract";
import type { RunDraft, RunInputs, RunKind, RunSymbol } from "@atc/runs";
import type { OpenBacktest, RunBacktestOptions } from "../backtest/run-backtest.ts";
import type { RunOrigin } from "../backtest/run-origin.ts";
import { contentKeys } from "../compute/content-keys.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { curveDigester } from "./curve-digests.ts";
import { storedConfig } from "./stored-config.ts";

/** The most trades that a run stores. */
const mostStoredTrades = 200_000;

const require = createRequire(import.meta.url);
const computing = ["@atc/runtime", "@atc/backtest", "@atc/signals", "@atc/resample"] as const;

/** The versions of the packages that compute, and that of the results. */
function versionsOf(kind: RunKind): Readonly<Record<string, string>> {
  const ofPackage = (name: string): string => {
    const path = name === "@atc/runtime" ? "../../package.json" : `${name}/package.json`;
    return (require(path) as { readonly version: string }).version;
  };
  const names = kind === "backtest" ? computing : [...computing, "@atc/sweep"];
  const packages = names.map((name) => [name, ofPackage(name)] as const);
  return { ...Object.fromEntries(packages), results: String(resultVersion) };
}

/** What is known of a run before its figures. */
export interface KnownOfRun {
  readonly kind: RunKind;
  readonly origin: RunOrigin;
  /** The data as the user named it. */
  readonly path: string;
  /** Whether the user chose symbols. */
  readonly isChosen: boolean;
  /** What a search or a judgement was asked for. */
  readonly asked?: JsonObject;
  readonly seed?: number;
}

/** What the figures of a run depend on. */
export function inputsOfOrigin(
  runtime: Runtime,
  { kind, origin, path, isChosen, asked = {}, seed }: KnownOfRun,
): RunInputs {
  const { manifest, config, strategy, codeDigest, isInCode, files, period } = origin;
  const { name: dataset, generation, fingerprint, content, rows } = manifest;
  const data = { dataset, generation, fingerprint, rows, symbols: manifest.series.length, path };
  return {
    kind,
    data: content === undefined ? data : { ...data, content },
    strategy: {
      name: strategy.name,
      version: strategy.version,
      ...(codeDigest === undefined ? {} : { digest: codeDigest }),
    },
    config: { ...storedConfig(runtime, config), parameters: asJson(strategy.values ?? config.parameters) },
    inputs: {
      ...files,
      ...(isChosen ? { symbols: [...origin.symbols] } : {}),
      ...(period === undefined ? {} : { period: asJson({ from: period.from, to: period.to }) }),
      ...(isInCode ? { strategyInCode: true } : {}),
      ...asked,
    },
    versions: versionsOf(kind),
    platform: {
      node: process.version,
      os: process.platform,
      arch: process.arch,
      kernel: accountKernelName(),
    },
    ...(seed === undefined ? {} : { seed }),
  };
}

/** What the figures of a backtest depend on. */
export function inputsOf(
  runtime: Runtime,
  { origin, report }: OpenBacktest,
  { symbols }: RunBacktestOptions,
): RunInputs {
  return inputsOfOrigin(runtime, {
    kind: "backtest",
    origin,
    path: report.data.path,
    isChosen: symbols !== undefined,
  });
}

/** A run with its symbols, ready to be stored. */
export interface DraftedRun {
  readonly run: RunDraft;
  readonly symbols: readonly RunSymbol[];
  /** The table of a sweep; undefined for other runs, and if it has too many rows. */
  readonly table?: TableBlocks | undefined;
}

/** The digest of the rows of each symbol of a dataset, apart from other symbols. */
export function symbolContents(
  manifest: OpenBacktest["origin"]["manifest"],
): (symbol: string) => Pick<RunSymbol, "content" | "rows"> {
  const contentOf = contentKeys(manifest);
  let extents: ReadonlyMap<string, SeriesExtent> | undefined;
  return (symbol) => {
    extents ??= new Map(manifest.series.map((extent) => [extent.symbol, extent]));
    const rows = extents.get(symbol)?.rows ?? 0;
    return manifest.content === undefined ? { rows } : { rows, content: contentOf([symbol]) };
  };
}

/** Figures by symbol. */
function figuresBySymbol({ symbols, contributions }: OpenBacktest["report"]): ReadonlyMap<string, JsonObject> {
  const all: readonly { readonly symbol: string }[] = [...symbols, ...(contributions ?? [])];
  return new Map(all.map(({ symbol, ...figures }) => [symbol, asJson(figures)]));
}

/**
 * Describes the results of a backtest. They must have curves if any symbol was computed.
 *
 * @throws TypeError if the outcome has no curves
 */
export function draftOf(
  runtime: Runtime,
  outcome: OpenBacktest,
  { mostTrades = mostStoredTrades, ...options }: RunBacktestOptions & { readonly mostTrades?: number },
): DraftedRun {
  const { report, origin, curves } = outcome;
  if (curves === undefined) throw new TypeError("a run is stored with its curves");
  const digester = curveDigester();
  const figures = figuresBySymbol(report);
  const contentOf = symbolContents(origin.manifest);
  const readers = new Map(curves.accounts.map((account) => [account.figures.symbol, account.curves]));
  const symbols = origin.symbols.map((symbol): RunSymbol => {
    const reader = readers.get(symbol);
    const digests = reader === undefined ? {} : digester.account(reader);
    return { symbol, ...contentOf(symbol), digests, metrics: figures.get(symbol) ?? null };
  });
  const { shared, portfolio } = curves;
  const count =
    shared === undefined ? [...readers.values()].reduce((sum, { trades }) => sum + trades, 0) : shared.curves.trades;
  const isStored = count <= mostTrades;
  const whole =
    shared === undefined
      ? portfolio === undefined
        ? {}
        : digester.portfolio(portfolio)
      : digester.account(shared.curves);
  const run: RunDraft = {
    ...inputsOf(runtime, outcome, options),
    metrics: report.portfolio === null ? null : (asJson(report.portfolio) as JsonValue & JsonObject),
    digests: whole,
    trades: { count, isStored },
    skipped: report.skipped.map(({ symbol, reason }) => ({ symbol, reason })),
    notes: isStored
      ? []
      : [`${count} trades are more than ${mostTrades}, so the run has their digests, but not the trades`],
  };
  return { run, symbols };
}
