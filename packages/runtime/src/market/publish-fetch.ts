import { join } from "node:path";
import type { ArrayStore, Dataset, DatasetLock, JsonObject, Market, OperationOptions } from "@atc/contract";
import { appendDataset, type SymbolAppend } from "@atc/datasets";
import { mmapStore } from "@atc/mmap-store";
import { notedFacts } from "../data/appended-facts.ts";
import type { CandleStage } from "./candle-stage.ts";
import { type FetchRecipe, recipeAttribute, recipeJson } from "./fetch-recipe.ts";
import type { FetchedDataset, FetchedSymbol } from "./fetched-dataset.ts";
import type { SymbolFetch } from "./fetched-symbols.ts";
import { storeCandles } from "./store-candles.ts";

/** Updates after which a small dataset is compacted; larger ones wait for one more per 4 MiB. */
const leastUpdates = 64;
const bytesPerUpdate = 2 ** 22;

/** A fetch into one dataset, whose lock is held. */
export interface FetchRun {
  readonly store: ArrayStore;
  readonly lock: DatasetLock;
  readonly market: Market;
  readonly recipe: FetchRecipe;
}

/** What was fetched. */
export interface StagedFetch {
  readonly stage: CandleStage;
  /** The stored dataset; undefined if there is none. */
  readonly dataset: Dataset | undefined;
  readonly fetched: readonly SymbolFetch[];
  readonly until: number;
}

type Counts = ReadonlyMap<string, Pick<FetchedSymbol, "added" | "revised">>;

function sourceName({ exchange, timeframe }: FetchRecipe): string {
  return `${exchange} ${timeframe}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the exchange revised, as a note; empty if nothing. */
function revisionNotes({ exchange }: FetchRecipe, symbols: readonly SymbolAppend[], until: number): readonly string[] {
  const revised = symbols.filter(({ restated }) => restated > 0);
  const [first] = revised;
  if (first === undefined) return [];
  const candles = revised.reduce((sum, { restated }) => sum + restated, 0);
  const rest = revised.length === 1 ? "" : ` and ${plural(revised.length - 1, "other symbol")}`;
  const day = new Date(until).toISOString().slice(0, 10);
  return [
    `${exchange} revised ${plural(candles, "stored candle")} of ${first.symbol}${rest} by ${day}; the new values replaced the old ones`,
  ];
}

function delistedNotes({ exchange, delisted }: FetchRecipe): readonly string[] {
  if (delisted.length === 0) return [];
  const names =
    delisted.length <= 5 ? delisted.join(", ") : `${delisted.slice(0, 5).join(", ")} and ${delisted.length - 5} more`;
  return [`${exchange} no longer trades ${names}; the rows stay`];
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function symbolsOf({ recipe }: FetchRun, fetched: readonly SymbolFetch[], counts: Counts): readonly FetchedSymbol[] {
  const errors = new Map(fetched.map(({ symbol, error }) => [symbol, error]));
  const delisted = new Set(recipe.delisted);
  const all = new Set([...recipe.symbols, ...errors.keys()]);
  return [...all].sort(byCodeUnit).map((symbol) => {
    const error = errors.get(symbol);
    const { added = 0, revised = 0 } = counts.get(symbol) ?? {};
    return { symbol, added, revised, isDelisted: delisted.has(symbol), ...(error === undefined ? {} : { error }) };
  });
}

/** Makes the dataset of what was fetched, or adds it to the dataset. */
export async function publishFetch(
  run: FetchRun,
  got: StagedFetch,
  options: OperationOptions,
): Promise<FetchedDataset> {
  const { store, lock, recipe } = run;
  const { stage, dataset, fetched, until } = got;
  if (dataset !== undefined) return await appendFetch(run, { ...got, dataset }, options);
  const attributes = { source: { name: sourceName(recipe) }, [recipeAttribute]: recipeJson(recipe) };
  const manifest = await storeCandles(store, lock, { stage, fetched, attributes }, options);
  const counts = new Map(fetched.map(({ symbol, rows }) => [symbol, { added: rows, revised: 0 }]));
  const symbols = symbolsOf(run, fetched, counts);
  return { manifest, changed: true, until, symbols, notes: delistedNotes(recipe) };
}

async function appendFetch(
  run: FetchRun,
  { stage, dataset, fetched, until }: StagedFetch & { readonly dataset: Dataset },
  options: OperationOptions,
): Promise<FetchedDataset> {
  const { store, lock, recipe } = run;
  const total = fetched.reduce((sum, { rows }) => sum + rows, 0);
  if (total === 0) {
    const symbols = symbolsOf(run, fetched, new Map());
    return { manifest: dataset.manifest, changed: false, until, symbols, notes: delistedNotes(recipe) };
  }
  await using staging = mmapStore({ directory: join(stage.scratch, "added"), backend: "read" });
  using added = await stagedDataset(staging, { stage, fetched }, options);
  const isCompacted = recipe.updates + 1 >= Math.max(leastUpdates, dataset.manifest.bytes / bytesPerUpdate);
  const next = { ...recipe, updates: isCompacted ? 0 : recipe.updates + 1 };
  const append = {
    stored: dataset,
    added,
    overlap: "restate" as const,
    source: sourceName(recipe),
    counts: { rowsRead: total, badRows: 0, dropped: 0 },
    storedCounts: undefined,
    attributes(symbols: readonly SymbolAppend[]): JsonObject {
      const notes = revisionNotes(recipe, symbols, until);
      const facts = notes.length === 0 ? {} : { facts: notedFacts(dataset.manifest, notes) };
      return { ...facts, [recipeAttribute]: recipeJson(next) };
    },
  };
  const { changed, manifest, symbols } = await appendDataset(store, lock, append, options);
  const counts = new Map(symbols.map((one) => [one.symbol, { added: one.added, revised: one.restated }]));
  return {
    manifest: changed && isCompacted && store.compact !== undefined ? await store.compact(lock, options) : manifest,
    changed,
    until,
    symbols: symbolsOf(run, fetched, counts),
    notes: [...revisionNotes(recipe, symbols, until), ...delistedNotes(recipe)],
  };
}

/** The staged candles as a dataset of an intermediate store. */
async function stagedDataset(
  staging: ArrayStore,
  { stage, fetched }: Pick<StagedFetch, "stage" | "fetched">,
  options: OperationOptions,
): Promise<Dataset> {
  await using lock = await staging.lock("rows");
  await storeCandles(staging, lock, { stage, fetched, attributes: {} }, options);
  return await staging.open("rows");
}
