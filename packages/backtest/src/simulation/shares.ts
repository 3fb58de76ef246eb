import { AtcError, type BacktestConfig } from "@atc/contract";
import type { Book } from "./book.ts";

/** How an account is shared among its symbols, by the specification, section 10. */
export interface Shares {
  readonly kind: "whole" | "equal" | "given" | "inverseVolatility";
  /** The share of each symbol if they are given. */
  readonly given: Float64Array;
}

/**
 * The shares of the account of `config` for symbols in order.
 *
 * @throws ATC_INVALID_CONFIG if `weights` names a symbol that is neither in `symbols` nor in `skipped`
 */
export function sharesOf(config: BacktestConfig, symbols: readonly string[], skipped: readonly string[] = []): Shares {
  const { account, weights } = config;
  const given = new Float64Array(symbols.length);
  if (account === "separate" || weights === "full") return { kind: "whole", given };
  if (weights === "equal" || weights === "inverseVolatility") return { kind: weights, given };
  const places = new Map(symbols.map((symbol, place) => [symbol, place]));
  const unknown = Object.keys(weights).filter((symbol) => !places.has(symbol) && !skipped.includes(symbol));
  if (unknown.length > 0)
    throw new AtcError(
      "ATC_INVALID_CONFIG",
      `weights names symbols that the data lacks: ${unknown.map((symbol) => `"${symbol}"`).join(", ")}; leave them out, or add their data`,
      { details: { key: "weights", symbols: unknown } },
    );
  for (const [symbol, share] of Object.entries(weights)) {
    const place = places.get(symbol);
    if (place !== undefined) given[place] = share;
  }
  return { kind: "given", given };
}

/** The number of positions that the account is divided into. */
function slotsOf({ terms, listedCount }: Book): number {
  return terms.maxPositions > 0 ? Math.min(listedCount, terms.maxPositions) : listedCount;
}

/** Mean of 1 / volatility over the listed symbols whose volatility is known; NaN if there is none. */
function meanInverse({ positions }: Book): number {
  const { listed, volatility } = positions;
  let sum = 0;
  let count = 0;
  for (let s = 0; s < listed.length; s++)
    if (listed[s] === 1 && volatility[s] > 0) {
      sum += 1 / volatility[s];
      count++;
    }
  return sum / count;
}

/** What one symbol's share is divided by at this event: 1 if shares do not depend on the other symbols. */
export function shareDivisor(book: Book): number {
  const { kind } = book.shares;
  if (kind === "equal") return slotsOf(book);
  return kind === "inverseVolatility" ? slotsOf(book) * meanInverse(book) : 1;
}

/** The share of a symbol; NaN if it is unknown. */
export function shareOf({ shares, positions }: Book, symbol: number, divisor: number): number {
  if (shares.kind === "given") return shares.given[symbol];
  return shares.kind === "inverseVolatility" ? 1 / positions.volatility[symbol] / divisor : 1 / divisor;
}
