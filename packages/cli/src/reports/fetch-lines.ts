import type { JsonValue } from "@atc/contract";
import type { FetchedDataset, FetchPlan, FetchRecipe } from "@atc/runtime/market";
import { bytes, counted, integer } from "../text/number-format.ts";

/** The most symbols that failed, and the most that a recipe shows. */
const mostShown = 20;

function minutes(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostShown;
  return `${names.slice(0, mostShown).join(", ")}${rest > 0 ? ` and ${integer(rest)} more` : ""}`;
}

/** What a fetch would ask for. */
export function planLines({ symbols, candles, requests, seconds, bytes: size }: FetchPlan): readonly string[] {
  return [
    `${counted(symbols.length, "symbol")}: ${listed(symbols)}`,
    `at most ${counted(candles, "candle")} in ${counted(requests, "request")}, ${minutes(seconds)} at the rate that the exchange allows, ${bytes(size)}`,
  ];
}

/** What a fetch or an update did. */
export function fetchedLines(
  name: string,
  { manifest, changed, symbols, until, notes }: FetchedDataset,
): readonly string[] {
  const sum = (count: (one: (typeof symbols)[number]) => number): number =>
    symbols.reduce((total, one) => total + count(one), 0);
  const added = counted(
    sum((one) => one.added),
    "new candle",
  );
  const now = `${counted(manifest.rows, "row")} of ${counted(manifest.series.length, "symbol")}`;
  const time = `${new Date(until).toISOString().slice(0, 16)}Z`;
  const failed = symbols.filter(({ error }) => error !== undefined);
  const rest = failed.length - mostShown;
  return [
    changed
      ? `dataset ${name}: ${added} up to ${time}; ${now} now (generation ${manifest.generation})`
      : `dataset ${name} is up to date at ${time}: ${now}`,
    ...notes,
    ...(failed.length === 0 ? [] : [`${counted(failed.length, "symbol")} could not be fetched to the end:`]),
    ...failed.slice(0, mostShown).map(({ symbol, error }) => `  ${symbol}: ${error?.message ?? ""}`),
    ...(rest > 0 ? [`  and ${integer(rest)} more (--json lists all)`] : []),
  ];
}

/** The same for programs. */
export function fetchedJson(name: string, result: FetchedDataset): Readonly<Record<string, unknown>> {
  const { manifest, changed, symbols, until, notes } = result;
  const { generation, rows, fingerprint, content } = manifest;
  return {
    dataset: name,
    changed,
    generation,
    rows,
    fingerprint,
    content,
    until: new Date(until).toISOString(),
    symbols: symbols.map(({ error, ...one }) => ({
      ...one,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    })),
    notes,
  };
}

/** The recipe of a dataset. */
export function recipeLines({
  exchange,
  timeframe,
  since,
  symbols,
  delisted,
  settings,
}: FetchRecipe): readonly string[] {
  const start = new Date(since).toISOString();
  const given: readonly (readonly [string, JsonValue])[] = Object.entries(settings ?? {});
  return [
    `fetched from ${exchange}: ${timeframe} since ${start}, ${counted(symbols.length, "symbol")} (${listed(symbols)})`,
    ...(given.length === 0
      ? []
      : [`  settings: ${given.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ")}`]),
    ...(delisted.length === 0 ? [] : [`  no longer traded: ${listed(delisted)}`]),
  ];
}
