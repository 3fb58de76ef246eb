import { AtcError, type BacktestConfig } from "@atc/contract";

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
