import { AtcError, type Market, nearest } from "@atc/contract";

/** Which symbols of an exchange are wanted. */
export interface WantedSymbols {
  /** Symbols, or patterns with `*` such as `*\/USDT`. */
  readonly symbols: readonly string[];
  /** Only those with the largest volume of the last day in their quote currency. Default: all. */
  readonly top?: number | undefined;
}

/** The order of symbols in a dataset. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^:]*")}$`);
}

/**
 * The symbols that texts and patterns name, sorted. A pattern leaves out symbols that no longer trade, and contracts
 * unless it has a colon. Any other text stays, so that its fetch fails with the nearest symbol.
 *
 * @throws ATC_NOT_FOUND if a pattern fits no symbol; ATC_INVALID_ARGUMENT for `top`
 */
export async function wantedSymbols(
  market: Market,
  { symbols: given, top }: WantedSymbols,
): Promise<readonly string[]> {
  if (given.length === 0)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "no symbol is given; name some, such as BTC/USDT, or a pattern: '*/USDT'",
    );
  if (top !== undefined && !(Number.isSafeInteger(top) && top > 0))
    throw new AtcError("ATC_INVALID_ARGUMENT", `top is "${top}"; give a whole number of 1 or more`, {
      details: { option: "top" },
    });
  const all = given.some((one) => one.includes("*")) ? await market.symbols() : [];
  const found = new Set<string>();
  for (const text of given) {
    if (!text.includes("*")) {
      found.add(text);
      continue;
    }
    const expression = expressionOf(text);
    const fitting = all.filter(({ symbol, isActive }) => isActive && expression.test(symbol));
    if (fitting.length === 0) {
      const meant = nearest(
        text,
        all.map(({ symbol }) => symbol.replace(/^[^/]*/, "*")),
      );
      const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
      throw new AtcError("ATC_NOT_FOUND", `${market.exchange} trades no symbol that fits "${text}"${hint}`, {
        details: { symbol: text },
      });
    }
    for (const { symbol } of fitting) found.add(symbol);
  }
  const chosen = [...found];
  if (top === undefined) return chosen.sort(byCodeUnit);
  const volumes = await market.volumes();
  const volume = (symbol: string): number => volumes.get(symbol) ?? -1;
  return chosen
    .sort((a, b) => volume(b) - volume(a) || byCodeUnit(a, b))
    .slice(0, top)
    .sort(byCodeUnit);
}
