import { AtcError, nearest } from "@atc/contract";

const day = 86_400_000;

const units: readonly (readonly [pattern: RegExp, ms: number])[] = [
  [/^(s|secs?|seconds?)$/i, 1000],
  // Exchanges and libraries of tables write a month as `1M`, and a minute as `1m`.
  [/^(M|[mM]o|[mM]on|[mM]onths?|[mM]onthly)$/, 30 * day],
  [/^(m|mins?|minutes?)$/i, 60_000],
  [/^(h|hrs?|hours?|hourly)$/i, 3_600_000],
  [/^(d|days?|daily)$/i, day],
  [/^(w|wks?|weeks?|weekly)$/i, 7 * day],
  [/^(y|yrs?|years?|yearly)$/i, 365 * day],
];

/** The length that a text says, in ms: `60m`, `1 hour`, `H4`, `daily`; undefined if it says none. */
function lengthOf(text: string): number | undefined {
  const [, before, word = "", after] = /^(\d{1,9})?\s*([a-z]+)\s*(\d{1,9})?$/i.exec(text.trim()) ?? [];
  const unit = units.find(([pattern]) => pattern.test(word));
  if (unit === undefined || (before !== undefined && after !== undefined)) return undefined;
  return Number(before ?? after ?? 1) * unit[1];
}

/** The timeframe that a text means: that of the nearest length, or else the most similar name. */
function nearestTimeframe(text: string, timeframes: ReadonlyMap<string, number>): string | undefined {
  const wanted = lengthOf(text);
  if (wanted === undefined || wanted === 0) return nearest(text, timeframes.keys());
  let best: string | undefined;
  let bestRatio = Number.POSITIVE_INFINITY;
  for (const [name, ms] of timeframes) {
    const ratio = Math.max(ms / wanted, wanted / ms);
    if (ratio < bestRatio) [best, bestRatio] = [name, ratio];
  }
  return best;
}

/**
 * The length of a candle of a timeframe, in ms.
 *
 * @throws ATC_INVALID_ARGUMENT for one that the exchange does not have, with the nearest one and all others
 */
export function timeframeLength(
  name: string,
  { exchange, timeframes }: { readonly exchange: string; readonly timeframes: ReadonlyMap<string, number> },
): number {
  const found = timeframes.get(name);
  if (found !== undefined) return found;
  const meant = nearestTimeframe(name, timeframes);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const all = [...timeframes.keys()].join(", ");
  throw new AtcError("ATC_INVALID_ARGUMENT", `${exchange} has no timeframe "${name}"; it has ${all}${hint}`, {
    details: { timeframe: name, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}
