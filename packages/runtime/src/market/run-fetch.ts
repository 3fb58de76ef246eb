import { AtcError, type Dataset, type Market, type OperationOptions } from "@atc/contract";
import { timeframeLength } from "@atc/plugin-kit";
import { openCandleStage } from "./candle-stage.ts";
import type { FetchRecipe } from "./fetch-recipe.ts";
import type { FetchedDataset } from "./fetched-dataset.ts";
import { fetchedAgain, fetchSymbols, type SymbolFetch, type SymbolSpan } from "./fetched-symbols.ts";
import { type FetchRun, publishFetch } from "./publish-fetch.ts";

/** The time of the candle from which on a symbol is fetched. */
function startOf(dataset: Dataset | undefined, symbol: string, since: number): number {
  if (dataset === undefined || !dataset.symbols().includes(symbol)) return since;
  const series = dataset.series(symbol);
  const from = Math.max(0, series.length - fetchedAgain);
  for (const block of series.blocks({ columns: ["timestamp"], from, to: from + 1 })) return Number(block.times()[0]);
  return since;
}

/** Symbols that no longer trade, as the exchange says. */
async function delistedSymbols(market: Market, symbols: readonly string[]): Promise<readonly string[]> {
  const active = new Set((await market.symbols()).filter(({ isActive }) => isActive).map(({ symbol }) => symbol));
  return symbols.filter((symbol) => !active.has(symbol));
}

/**
 * Fetches what a dataset lacks, and publishes it. A run that ends early leaves its pages in the lock's folder, from
 * which the next one continues.
 */
export async function runFetch(run: FetchRun, options: OperationOptions): Promise<FetchedDataset> {
  const { store, lock, market, recipe } = run;
  const lengthMs = timeframeLength(recipe.timeframe, market);
  const isStored = (await store.find(lock.name)) !== undefined;
  using dataset = isStored ? await store.open(lock.name) : undefined;
  const until = await market.time();
  if (recipe.since >= until)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `since is ${new Date(recipe.since).toISOString()}, but at ${market.exchange} it is ${new Date(until).toISOString()}; give an earlier time`,
      { details: { option: "since" } },
    );
  const gone = await delistedSymbols(market, recipe.symbols);
  const complete = new Set(recipe.delisted.filter((symbol) => gone.includes(symbol)));
  const known = new Set((await market.symbols()).map(({ symbol }) => symbol));
  const stored = new Set(dataset?.symbols());
  // Of a symbol that the exchange no longer names, there is nothing to ask.
  const asked = recipe.symbols.filter((one) => !complete.has(one) && (known.has(one) || !stored.has(one)));
  const spans = asked.map((symbol): SymbolSpan => ({ symbol, since: startOf(dataset, symbol, recipe.since) }));
  const { exchange, timeframe, since } = recipe;
  const generation = dataset?.manifest.generation ?? 0;
  try {
    const stage = await openCandleStage(lock, { exchange, timeframe, since, generation });
    const fetched = await fetchSymbols({ market, stage, timeframe, lengthMs, spans, until }, options);
    checkAny(fetched, run, stored.size > 0);
    const ended = new Set(fetched.flatMap(({ symbol, error }) => (error === undefined ? [symbol] : [])));
    const delisted = gone.filter((one) => !asked.includes(one) || ended.has(one));
    const next: FetchRecipe = { ...recipe, symbols: keptSymbols(recipe, fetched, stored), delisted };
    return await publishFetch({ ...run, recipe: next }, { stage, dataset, fetched, until }, options);
  } catch (error) {
    // A killed run leaves its pages to the next one, and so does one that ends with an error.
    lock.keepScratch?.();
    throw error;
  }
}

/** The symbols to update. A name that the exchange never had, such as a misspelt one, is not asked for again. */
function keptSymbols(
  { symbols }: FetchRecipe,
  fetched: readonly SymbolFetch[],
  stored: ReadonlySet<string>,
): readonly string[] {
  const unknown = fetched.filter(({ error, rows }) => error?.code === "ATC_NOT_FOUND" && rows === 0);
  const names = new Set(unknown.map(({ symbol }) => symbol).filter((symbol) => !stored.has(symbol)));
  return symbols.filter((symbol) => !names.has(symbol));
}

/** Throws the error of the first symbol if none could be fetched. */
function checkAny(fetched: readonly SymbolFetch[], { market }: FetchRun, hasRows: boolean): void {
  const [first] = fetched;
  if (first === undefined) return;
  if (first.error !== undefined && fetched.every(({ error }) => error !== undefined)) throw first.error;
  if (hasRows || fetched.some(({ rows }) => rows > 0)) return;
  throw new AtcError("ATC_INVALID_DATA", `${market.exchange} has no closed candle of any symbol in that time`, {
    details: { source: market.exchange },
  });
}
