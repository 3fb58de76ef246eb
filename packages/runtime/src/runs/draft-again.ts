import { resolve } from "node:path";
import { AtcError, type JsonObject, type OperationOptions } from "@atc/contract";
import type { StoredRun } from "@atc/runs";
import type { WindowLengths } from "../walk-forward/window-lengths.ts";
import type { Runtime } from "../wiring/runtime.ts";
import {
  backtestOptionsOf,
  checkStrategyGiven,
  type RecomputeOptions,
  type ReplacedParts,
  recompute,
} from "./recompute.ts";
import { type DraftedRun, draftOf, inputsOfOrigin } from "./run-draft.ts";
import { judgesTable, searchOptionsOf } from "./searched.ts";
import { runtimeOf } from "./stored-config.ts";

/** How a run is computed again. */
export interface DraftAgainOptions extends RecomputeOptions, ReplacedParts {
  /** Whether a search is judged again, and a judgement made again. If not, there are only metrics. Default: true. */
  readonly judges?: boolean;
}

/** The members of a stored object that have a value. */
function withoutNull(object: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** What is passed on to a search over the generation of a run. */
function commonOf(run: StoredRun, { signal, onProgress, generation, searched }: DraftAgainOptions) {
  checkStrategyGiven(run, searched);
  const operation: OperationOptions = { signal, onProgress };
  return {
    ...operation,
    generation: generation ?? run.data.generation,
    ...(searched === undefined ? {} : { strategy: searched }),
  };
}

async function sweepAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  // Programs that store only backtests do not load the modules of searches.
  const [{ runSweep }, { draftOfSweep }] = await Promise.all([
    import("../sweep/run-sweep.ts"),
    import("./save-sweep.ts"),
  ]);
  const { inputs, findings } = run;
  const top = ((findings?.["best"] ?? []) as readonly unknown[]).length;
  const asked = {
    ...searchOptionsOf(run),
    bySymbol: inputs["bySymbol"] === true,
    validate: inputs["validate"] !== false,
  };
  const outcome = await runSweep(runtime, run.data.dataset, {
    ...commonOf(run, options),
    ...asked,
    validate: asked.validate && options.judges !== false,
    top: Math.max(1, top),
    isRecorded: true,
  });
  return draftOfSweep(runtime, outcome, asked);
}

async function walkForwardAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  const [{ runWalkForward }, { draftOfWalkForward }] = await Promise.all([
    import("../walk-forward/run-walk-forward.ts"),
    import("./save-walk-forward.ts"),
  ]);
  const windows: WindowLengths = withoutNull(run.inputs["windows"] as JsonObject);
  const asked = { ...searchOptionsOf(run), windows };
  const outcome = await runWalkForward(runtime, run.data.dataset, { ...commonOf(run, options), ...asked });
  return draftOfWalkForward(runtime, outcome, asked);
}

async function backtestAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  using outcome = await recompute(runtime, run, options);
  return draftOf(runtime, outcome, backtestOptionsOf(run));
}

/** The backtest of a judgement, without the tests, which its metrics do not depend on. */
async function unjudged(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  using outcome = await recompute(runtime, run, options);
  const drafted = draftOf(runtime, outcome, backtestOptionsOf(run));
  const { inputs, seed } = run;
  const known = inputsOfOrigin(runtime, {
    kind: run.kind,
    origin: outcome.origin,
    path: outcome.report.data.path,
    isChosen: inputs["symbols"] !== undefined,
    asked: { luck: inputs["luck"] as JsonObject },
    ...(seed === undefined ? {} : { seed }),
  });
  return { ...drafted, run: { ...drafted.run, ...known } };
}

/** TypeScript does not rewrite the endings of imports in a function that has `using`. */
const judging = () => Promise.all([import("../validate/validate.ts"), import("./save-validation.ts")]);

async function validationAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  const [{ openValidation }, { draftOfValidation }] = await judging();
  const { signal, onProgress, strategy, generation = run.data.generation } = options;
  checkStrategyGiven(run, strategy);
  const asked = {
    ...backtestOptionsOf(run),
    ...withoutNull(run.inputs["luck"] as JsonObject),
    ...(run.seed === undefined ? {} : { seed: run.seed }),
  };
  using validation = await openValidation(runtime, run.data.dataset, {
    ...asked,
    ...(strategy === undefined ? {} : { strategy }),
    signal,
    onProgress,
    generation,
  });
  return draftOfValidation(runtime, validation, asked);
}

async function tableAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  const [{ validateTable }, { draftOfTable, sha256OfFile }] = await Promise.all([
    import("../sweep/validate-table.ts"),
    import("./save-validation.ts"),
  ]);
  const { table, tableContent, folds } = run.inputs;
  const file = resolve(runtime.loaded.directory, String(table));
  if ((await sha256OfFile(file)) !== tableContent)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `the run "${run.id}" has judged another table than "${file}" now is; restore the file, or validate it again`,
      { details: { run: run.id, path: file } },
    );
  const asked = {
    ...withoutNull(folds as JsonObject),
    ...(run.seed === undefined ? {} : { seed: run.seed }),
  };
  const judged = await validateTable(runtime, file, { ...commonOf(run, options), ...asked });
  return await draftOfTable(runtime, judged, asked);
}

/**
 * Computes a stored run of any kind again, without the cache.
 *
 * @throws ATC_UNSUPPORTED for a strategy in code that is not given; ATC_INVALID_DATA for a judged table that was
 * replaced; what the computation throws
 */
export async function draftAgain(runtime: Runtime, run: StoredRun, options: DraftAgainOptions): Promise<DraftedRun> {
  if (run.kind === "backtest") return await backtestAgain(runtime, run, options);
  const own = runtimeOf(runtime, options.config ?? run.config);
  if (run.kind === "sweep") return await sweepAgain(own, run, options);
  if (run.kind === "walk-forward") return await walkForwardAgain(own, run, options);
  if (judgesTable(run)) return await tableAgain(own, run, options);
  return options.judges === false ? await unjudged(runtime, run, options) : await validationAgain(own, run, options);
}
