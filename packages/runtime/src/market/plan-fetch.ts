import { AtcError, type Market, nearest, type OperationOptions } from "@atc/contract";
import { timeframeLength } from "@atc/plugin-kit";
import type { Runtime } from "../wiring/runtime.ts";
import type { FetchOptions } from "./fetch-dataset.ts";
import { openMarket } from "./open-market.ts";
import { wantedSymbols } from "./wanted-symbols.ts";

/** What a fetch would ask for, at most: symbols that were listed later need less. */
export interface FetchPlan {
  readonly symbols: readonly string[];
  /** Candles from the start until now, of all symbols. */
  readonly candles: number;
  readonly requests: number;
  /** How long the requests take at the rate that is used, if no other process asks the exchange. */
  readonly seconds: number;
  /** Bytes of the dataset. */
  readonly bytes: number;
}

/** Rows of a page if the exchange does not say. */
const fewestRows = 100;
const rowBytes = 48;

async function planOf(
  market: Market,
  { symbols, timeframe, candles }: Pick<FetchPlan, "candles"> & { symbols: readonly string[]; timeframe: string },
): Promise<FetchPlan> {
  let requests = 0;
  let seconds = 0;
  for (const symbol of symbols) {
    const pages = Math.ceil(candles / (market.pageRows(symbol) ?? fewestRows));
    requests += pages;
    seconds += pages * (await market.pageSeconds(symbol, timeframe));
  }
  const all = candles * symbols.length;
  return { symbols, candles: all, requests, seconds: Math.ceil(seconds), bytes: all * rowBytes };
}

/** Throws for the first symbol that the exchange does not have: its pages cannot be counted. */
function checkSymbols(symbols: readonly string[], exchange: string, all: readonly string[]): void {
  const known = new Set(all);
  const unknown = symbols.find((symbol) => !known.has(symbol));
  if (unknown === undefined) return;
  const meant = nearest(unknown, all);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  throw new AtcError("ATC_NOT_FOUND", `${exchange} has no symbol "${unknown}"${hint}`, {
    details: { symbol: unknown },
  });
}

/**
 * Counts what a fetch would ask for. Asks the exchange for its symbols and its time only.
 *
 * @throws what `fetchDataset` throws before it asks for candles; ATC_NOT_FOUND for a symbol
 */
export async function planFetch(runtime: Runtime, options: FetchOptions & OperationOptions): Promise<FetchPlan> {
  await using market = await openMarket(runtime, options, options);
  const { timeframe } = options;
  const lengthMs = timeframeLength(timeframe, market);
  const symbols = await wantedSymbols(market, options);
  checkSymbols(
    symbols,
    market.exchange,
    (await market.symbols()).map(({ symbol }) => symbol),
  );
  const candles = Math.max(0, Math.floor(((await market.time()) - options.since) / lengthMs));
  return await planOf(market, { symbols, timeframe, candles });
}
