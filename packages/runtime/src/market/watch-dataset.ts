import { setTimeout } from "node:timers/promises";
import {
  type AtcError,
  type AtcErrorCode,
  isAtcError,
  type JsonObject,
  type Market,
  throwIfAborted,
} from "@atc/contract";
import { chooseStrategy } from "../backtest/chosen-strategy.ts";
import { asJson, backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { datasetRecipe, updateFrom } from "./fetch-dataset.ts";
import type { FetchedDataset, UpdateOptions } from "./fetched-dataset.ts";
import { createFollower, type DatasetFollower, type Followed } from "./follow-dataset.ts";
import { createDecisionFollower } from "./follow-decisions.ts";
import { openMarket } from "./open-market.ts";
import { loadWatch, saveWatch, type WatchState, watchFile } from "./watch-state.ts";

/** How a dataset is watched. */
export interface WatchOptions extends UpdateOptions {
  /** Ends after one update. Default: false. */
  readonly once?: boolean;
  /** Waits some ms, for the clock of a test. Default: a timer. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** What one update of a watch brought. */
export interface WatchStep extends Followed {
  /** The update; undefined if it failed. */
  readonly fetched?: FetchedDataset;
  /**
   * Why the step failed: no answer of the exchange, another run writes the dataset, or a strategy of all symbols threw
   * or was too slow. The next step tries again.
   */
  readonly error?: AtcError;
  /** The last direction of each symbol. */
  readonly directions: ReadonlyMap<string, number>;
}

/** Errors after which the next update may succeed. A strategy may only have been too slow. */
const passingCodes: ReadonlySet<AtcErrorCode> = new Set(["ATC_NETWORK", "ATC_LOCKED", "ATC_STRATEGY"]);

/** Updates after a close that brought no candle, because the exchange was late. */
const mostLate = 3;
const longestLag = 2000;
const longestRetry = 10_000;

async function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => throwIfAborted(signal));
}

/** The latest time of any symbol, in ms. */
function latestOf({ manifest }: FetchedDataset): number {
  return manifest.series.reduce((latest, { lastTime }) => Math.max(latest, Number(lastTime)), 0);
}

/** Decides how long to wait for the next candle. */
function waits(market: Market, lengthMs: number): (fetched: FetchedDataset | undefined) => Promise<number> {
  let late = 0;
  return async (fetched) => {
    if (fetched === undefined) return Math.min(60_000, lengthMs);
    const now = await market.time();
    const latest = latestOf(fetched);
    const isLate = latest + 2 * lengthMs <= fetched.until;
    late = isLate ? late + 1 : 0;
    if (isLate && late <= mostLate) return Math.min(longestRetry, lengthMs / 4);
    return lengthMs - ((now - latest) % lengthMs) + Math.min(longestLag, lengthMs / 10);
  };
}

/** Whether what decides is ATC over all bars, whose streams continue from a stored state. */
function isStreamed({ config }: Runtime): boolean {
  const { strategy, signals, universe, limit } = config;
  return strategy === "atc" && signals === undefined && universe === undefined && limit === undefined;
}

/** The part of the configuration that decides. */
function followedConfig(runtime: Runtime): JsonObject {
  const { config } = runtime;
  const signals = asJson(signalPart(config));
  if (isStreamed(runtime)) return signals;
  const { strategy, parameters, signals: file, universe, limit } = config;
  return { ...signals, ...asJson({ strategy, parameters, file, universe, limit, ...backtestPart(config) }) };
}

/** Throws for a strategy that cannot be loaded, before anything is fetched. */
async function checkStrategy(runtime: Runtime, { signal }: WatchOptions): Promise<void> {
  await using _ = await chooseStrategy(runtime, { signal });
}

/** One update, and what it changed. */
async function stepOf(
  { runtime, name, market, follower }: WatchParts,
  seen: number | undefined,
  options: WatchOptions,
): Promise<WatchStep & { readonly generation: number | undefined }> {
  try {
    const fetched = await updateFrom(runtime, name, market, options);
    using dataset = await runtime.store.open(name);
    const { generation } = dataset.manifest;
    // Another writer may have replaced any row.
    const isOurs = seen !== undefined && generation === seen + (fetched.changed ? 1 : 0);
    const revised = fetched.symbols.filter((one) => one.revised > 0).map(({ symbol }) => symbol);
    const replaced = isOurs ? new Set(revised) : ("all" as const);
    const isSame = isOurs && !fetched.changed;
    const followed = await follower.follow(dataset, { isSame, replaced, signal: options.signal });
    return { ...followed, fetched, generation, directions: follower.directions() };
  } catch (error) {
    if (!(isAtcError(error) && passingCodes.has(error.code)) || options.once === true) throw error;
    return { events: [], failures: [], notes: [], error, generation: undefined, directions: follower.directions() };
  }
}

interface WatchParts {
  readonly runtime: Runtime;
  readonly name: string;
  readonly market: Market;
  readonly follower: DatasetFollower;
}

/**
 * Updates a dataset at every close of a bar and computes what the configuration of the runtime decides at the new bars.
 * Each step has the symbols whose direction changed. The directions are those of a batch over the same rows: the
 * signals of ATC come from streams and equal it to the last bit. Another strategy, a file of decisions, members or a
 * limit make each step a backtest of all bars.
 *
 * The state is kept in the folder of the datasets when the caller asks for the next step or ends the iteration, so a
 * watch that is started again reports what changed in between, and reports nothing twice unless it was killed while
 * the caller handled a step.
 *
 * If the exchange fails or the dataset is locked, the step has the error, and the next one tries again; with `once` it
 * is thrown.
 *
 * @throws what `updateDataset` and, for another strategy than ATC, `openBacktest` throw
 */
export async function* watchDataset(
  runtime: Runtime,
  name: string,
  options: WatchOptions = {},
): AsyncGenerator<WatchStep> {
  const recipe = await datasetRecipe(runtime, name);
  if (!isStreamed(runtime)) await checkStrategy(runtime, options);
  await using market = await openMarket(runtime, recipe, options);
  const file = watchFile(runtime.config.dataDir, name, followedConfig(runtime));
  const loaded = await loadWatch(file);
  let notes = loaded === "damaged" ? [damagedNote(file)] : loaded === undefined ? [firstNote] : [];
  const state: WatchState | undefined = loaded === "damaged" ? undefined : loaded;
  using follower = isStreamed(runtime)
    ? createFollower(signalPart(runtime.config), state)
    : createDecisionFollower(runtime, state);
  const waitOf = waits(market, market.timeframes.get(recipe.timeframe) ?? 60_000);
  let seen: number | undefined;
  for (;;) {
    const { generation, ...step } = await stepOf({ runtime, name, market, follower }, seen, options);
    seen = generation;
    try {
      yield { ...step, notes: [...notes, ...step.notes] };
    } finally {
      await saveWatch(file, follower.state());
    }
    notes = [];
    if (options.once === true) return;
    throwIfAborted(options.signal);
    const ms = await waitOf(step.fetched).catch((error: unknown) => {
      if (isAtcError(error, "ATC_NETWORK")) return 60_000;
      throw error;
    });
    await (options.wait ?? timer)(ms, options.signal);
  }
}

const firstNote = "this watch has no state yet: it reports the changes of direction from the next bar on";

function damagedNote(file: string): string {
  return `the state in "${file}" is damaged, so changes since the last watch are not known; it is computed again from all bars`;
}
