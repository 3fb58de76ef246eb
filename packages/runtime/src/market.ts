/**
 * Datasets of the candles of exchanges: fetched, updated, watched. It is an entry of its own, so that a program without
 * exchanges does not load its modules.
 *
 * @packageDocumentation
 */
export {
  datasetRecipe,
  type FetchOptions,
  type FetchWish,
  fetchDataset,
  updateDataset,
} from "./market/fetch-dataset.ts";
export { type FetchRecipe, recipeOf } from "./market/fetch-recipe.ts";
export type { FetchedDataset, FetchedSymbol, UpdateOptions } from "./market/fetched-dataset.ts";
export type { DirectionEvent, Followed, FollowFailure } from "./market/follow-dataset.ts";
export type { MarketAccess } from "./market/open-market.ts";
export { type FetchPlan, planFetch } from "./market/plan-fetch.ts";
export type { WantedSymbols } from "./market/wanted-symbols.ts";
export { type WatchOptions, type WatchStep, watchDataset } from "./market/watch-dataset.ts";
