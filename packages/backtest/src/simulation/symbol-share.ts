import type { Book } from "./book.ts";

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
