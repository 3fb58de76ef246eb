import type { AtcError, DatasetManifest, OperationOptions } from "@atc/contract";
import type { MarketAccess } from "./open-market.ts";

/** What a fetch or an update did with one symbol. */
export interface FetchedSymbol {
  readonly symbol: string;
  /** Candles that the dataset did not have. */
  readonly added: number;
  /** Stored candles that the exchange has revised, and that were replaced. */
  readonly revised: number;
  /** Whether it no longer trades. Its rows stay. */
  readonly isDelisted: boolean;
  /** Why it was not fetched to the end; undefined if it was. What was fetched before is stored. */
  readonly error?: AtcError;
}

/** What a fetch or an update did. */
export interface FetchedDataset {
  /** The dataset afterwards. */
  readonly manifest: DatasetManifest;
  /** Whether anything changed. If not, there is no new generation. */
  readonly changed: boolean;
  /** The symbols of the recipe, and those that the exchange does not have, sorted. */
  readonly symbols: readonly FetchedSymbol[];
  /** The time of the exchange up to which candles were fetched, in ms. */
  readonly until: number;
  /** What to know: revised candles, delisted symbols. */
  readonly notes: readonly string[];
}

/** How a dataset is updated. */
export interface UpdateOptions extends OperationOptions, MarketAccess {}
