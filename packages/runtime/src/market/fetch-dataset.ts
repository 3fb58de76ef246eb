import type { JsonObject } from "@atc/contract";
import { AtcError, type Market } from "@atc/contract";
import { datasetHint } from "@atc/datasets";
import type { Runtime } from "../wiring/runtime.ts";
import { type FetchRecipe, recipeOf } from "./fetch-recipe.ts";
import type { FetchedDataset, UpdateOptions } from "./fetched-dataset.ts";
import { marketName, openMarket } from "./open-market.ts";
import { runFetch } from "./run-fetch.ts";
import { type WantedSymbols, wantedSymbols } from "./wanted-symbols.ts";

/** What to fetch. */
export interface FetchWish extends WantedSymbols {
  /** The name of the exchange, as ccxt spells it, such as `binance`. */
  readonly exchange: string;
  /** A timeframe of the exchange, such as `1h`. */
  readonly timeframe: string;
  /** The first time, inclusive, in ms since the epoch. */
  readonly since: number;
  /** Settings of the exchange's class in ccxt. They are kept in the dataset, so keys are refused. Default: none. */
  readonly settings?: JsonObject;
}

/** What to fetch, and how. */
export interface FetchOptions extends FetchWish, UpdateOptions {}

function conflict(name: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `the dataset "${name}" ${what}; fetch into another dataset`, {
    details: { dataset: name },
  });
}

/** The recipe of a new dataset, or that of the stored one with more symbols. */
function mergedRecipe(
  name: string,
  stored: FetchRecipe | undefined,
  { exchange, timeframe, since, settings }: FetchWish,
  symbols: readonly string[],
): FetchRecipe {
  if (stored === undefined) {
    const given = settings === undefined ? {} : { settings };
    return { version: 1, market: marketName, exchange, timeframe, since, symbols, delisted: [], updates: 0, ...given };
  }
  if (stored.exchange !== exchange) throw conflict(name, `has candles of ${stored.exchange}, not of ${exchange}`);
  if (stored.timeframe !== timeframe) throw conflict(name, `has candles of ${stored.timeframe}, not of ${timeframe}`);
  if (stored.since !== since) throw conflict(name, `begins at ${new Date(stored.since).toISOString()}`);
  const all = [...new Set([...stored.symbols, ...symbols])].sort((a, b) => (a < b ? -1 : 1));
  return { ...stored, symbols: all, ...(settings === undefined ? {} : { settings }) };
}

/** Runs work on an exchange, which is closed afterwards. */
async function withMarket<Result>(
  runtime: Runtime,
  source: { readonly exchange: string; readonly settings?: JsonObject | undefined },
  options: UpdateOptions,
  work: (market: Market) => Promise<Result>,
): Promise<Result> {
  await using market = await openMarket(runtime, source, options);
  return await work(market);
}

/**
 * Makes a dataset of the candles of an exchange, or adds symbols to one. Only closed candles are stored. A run that was
 * killed or ended with an error continues after its last page. The dataset keeps the recipe, from which
 * {@link updateDataset} continues. A symbol that fails leaves the others.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, or if the dataset has another recipe; ATC_MISSING_PLUGIN with the line
 * that installs the packages; ATC_NOT_FOUND for the exchange; ATC_NETWORK, ATC_INVALID_DATA or ATC_NOT_FOUND of the
 * first symbol if every one fails; ATC_LOCKED if another run writes the dataset; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO,
 * ATC_ABORTED
 */
export async function fetchDataset(runtime: Runtime, name: string, options: FetchOptions): Promise<FetchedDataset> {
  const { store } = runtime;
  const manifest = await store.find(name);
  const stored = manifest === undefined ? undefined : recipeOf(manifest);
  if (manifest !== undefined && stored === undefined) throw conflict(name, "was not fetched from an exchange");
  return await withMarket(runtime, options, options, async (market) => {
    const recipe = mergedRecipe(name, stored, options, await wantedSymbols(market, options));
    await using lock = await store.lock(name);
    return await runFetch({ store, lock, market, recipe }, options);
  });
}

/**
 * The recipe of a dataset that was fetched.
 *
 * @throws ATC_NOT_FOUND if there is no dataset, ATC_INVALID_ARGUMENT if it was not fetched, ATC_UNSUPPORTED for a
 * recipe of another version
 */
export async function datasetRecipe({ store }: Runtime, name: string): Promise<FetchRecipe> {
  const manifest = await store.find(name);
  if (manifest === undefined)
    throw new AtcError("ATC_NOT_FOUND", `there is no dataset "${name}"; ${await datasetHint(store, name)}`, {
      details: { dataset: name },
    });
  const recipe = recipeOf(manifest);
  if (recipe !== undefined) return recipe;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the dataset "${name}" was not fetched from an exchange, so there is nothing to update it from; add files with: atc data append ${name} FILE`,
    { details: { dataset: name } },
  );
}

/**
 * Fetches the candles that a dataset lacks. Its last 3 candles are fetched again, and those that the exchange has
 * revised are replaced. Readers keep the generation that they opened.
 *
 * @throws what {@link datasetRecipe} and {@link fetchDataset} throw
 */
export async function updateDataset(
  runtime: Runtime,
  name: string,
  options: UpdateOptions = {},
): Promise<FetchedDataset> {
  const recipe = await datasetRecipe(runtime, name);
  return await withMarket(runtime, recipe, options, async (market) => await updateFrom(runtime, name, market, options));
}

/** As {@link updateDataset}, from an exchange that is open. */
export async function updateFrom(
  runtime: Runtime,
  name: string,
  market: Market,
  options: UpdateOptions,
): Promise<FetchedDataset> {
  const { store } = runtime;
  await using lock = await store.lock(name);
  // Read under the lock: another run may have changed it.
  const recipe = await datasetRecipe(runtime, name);
  return await runFetch({ store, lock, market, recipe }, options);
}
