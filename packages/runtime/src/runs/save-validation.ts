import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fromSystemError } from "@atc/contract";
import type { RunDraft } from "@atc/runs";
import type { ValidatedTable, ValidateTableOptions } from "../sweep/validate-table.ts";
import type { BacktestValidation, OpenValidation } from "../validate/validate.ts";
import { luckSettings, type ValidateOptions } from "../validate/validation-options.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { namedMetrics, plainFindings } from "./plain-findings.ts";
import { type DraftedRun, draftOf, inputsOfOrigin } from "./run-draft.ts";
import { type SavedRun, type SaveReportOptions, tradeFiles } from "./save-backtest.ts";
import { keysWith, searchedSymbols } from "./searched.ts";
import { storeDraft } from "./store-draft.ts";
import { portablePath } from "./stored-config.ts";

function findingsOf({ samples, tests, verdict }: BacktestValidation): object {
  return { samples, tests, verdict };
}

/** Describes a judged backtest. */
export function draftOfValidation(
  runtime: Runtime,
  validation: OpenValidation,
  { symbols, metrics, ...options }: ValidateOptions,
): DraftedRun {
  const { seed, ...luck } = luckSettings(options);
  const { origin, report } = validation.backtest;
  const drafted = draftOf(runtime, validation.backtest, {
    ...(symbols === undefined ? {} : { symbols }),
    ...(metrics === undefined ? {} : { metrics }),
  });
  const known = { kind: "validation", origin, path: report.data.path, isChosen: symbols !== undefined } as const;
  const inputs = inputsOfOrigin(runtime, { ...known, asked: { luck: asJson(luck) }, seed });
  return {
    ...drafted,
    run: { ...drafted.run, ...inputs, findings: plainFindings(findingsOf(validation)) },
  };
}

/**
 * Stores a judged backtest in the folder `runsDir`. A run of the same data, configuration, tests, code and platform
 * that is stored already is returned instead.
 *
 * @param options - those of the validation
 * @throws ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function saveValidation(
  runtime: Runtime,
  validation: OpenValidation,
  { report, ...options }: ValidateOptions & SaveReportOptions = {},
): Promise<SavedRun> {
  const drafted = draftOfValidation(runtime, validation, options);
  return await storeDraft(runtime, drafted, { files: tradeFiles(drafted.run, validation.backtest.curves), report });
}

/** SHA-256 of a file, in hexadecimal digits. Throws ATC_NOT_FOUND, ATC_IO. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fromSystemError(error, `cannot read "${path}"`, "check the file and its permissions");
  }
  return hash.digest("hex");
}

function foundIn({ axes, best, validation, barsPerYear, folds, paths, sample }: ValidatedTable): object {
  const found = best && { configuration: best.configuration, keys: keysWith(axes, best.values), objective: best.score };
  return { best: found, validation, barsPerYear, folds, paths, sample };
}

/** Describes the judgement of a sweep's table. */
export async function draftOfTable(
  runtime: Runtime,
  judged: ValidatedTable,
  { folds, paths, purge, embargo }: ValidateTableOptions,
): Promise<DraftedRun> {
  const { path, origin, seed, best, metrics } = judged;
  const file = resolve(runtime.cwd, path);
  const asked = {
    table: portablePath(runtime, file),
    tableContent: await sha256OfFile(file),
    folds: asJson({ folds, paths, purge, embargo }),
  };
  const run: RunDraft = {
    ...inputsOfOrigin(runtime, { kind: "validation", origin, path, isChosen: true, asked, seed }),
    metrics: best === undefined ? null : namedMetrics(metrics, best.metrics),
    digests: {},
    findings: plainFindings(foundIn(judged)),
    skipped: [],
    notes: [],
  };
  return { run, symbols: searchedSymbols(origin) };
}

/**
 * Stores the judgement of a sweep's table in the folder `runsDir`. One of the same table, options, code and platform
 * that is stored already is returned instead.
 *
 * @param options - those of the judgement
 * @throws ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function saveTableValidation(
  runtime: Runtime,
  judged: ValidatedTable,
  { report, ...options }: ValidateTableOptions & SaveReportOptions = {},
): Promise<SavedRun> {
  return await storeDraft(runtime, await draftOfTable(runtime, judged, options), { report });
}
