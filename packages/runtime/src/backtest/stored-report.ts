import type { BacktestJson } from "@atc/backtest";
import { decodeBankruptcy, decodeCosts, decodeMetrics } from "@atc/backtest";
import type { CacheValue } from "@atc/cache";
import type { JsonObject, JsonValue } from "@atc/contract";
import { isAtcError } from "@atc/contract";

/** The part of a report that a backtest computes. */
export type Figures = BacktestJson;

/**
 * The figures in a cache entry, checked member by member; undefined if they are missing, malformed or not of exactly
 * these symbols. Another version wrote such an entry, so the caller computes again and overwrites it.
 */
export function storedFigures(value: CacheValue | undefined, symbols: readonly string[]): Figures | undefined {
  const figures = value?.attributes;
  if (!isObject(figures)) return undefined;
  const { portfolio, symbols: results, contributions, skipped } = figures;
  if (!(isList(results) && isList(skipped))) return undefined;
  try {
    const figuresOfAll: Figures = {
      portfolio: portfolio === null ? null : accountFigures(portfolio),
      symbols: results.map(symbolFigures),
      ...(isList(contributions) ? { contributions: contributions.map(contributionOf) } : {}),
      skipped: skipped.map(skippedSymbol),
    };
    return isWhole(figuresOfAll, symbols) ? figuresOfAll : undefined;
  } catch (error) {
    if (error instanceof TypeError || isAtcError(error, "ATC_CORRUPT_DATA")) return undefined;
    throw error;
  }
}

/** Whether each symbol has figures or a reason, exactly once, and there is a portfolio if any symbol has figures. */
function isWhole(figures: Figures, wanted: readonly string[]): boolean {
  const { portfolio, symbols, contributions = [], skipped } = figures;
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  const names = [...symbols, ...contributions, ...skipped].map(({ symbol }) => symbol).sort(byName);
  const isAll = names.length === wanted.length && names.every((name, i) => name === wanted[i]);
  return isAll && (portfolio === null) === (symbols.length + contributions.length === 0);
}

function accountFigures(value: JsonValue | undefined): NonNullable<Figures["portfolio"]> {
  if (!isObject(value)) throw new TypeError("the figures of an account are not an object");
  const { costs, bankruptAt, warnings, ...metrics } = value;
  if (!isList(warnings)) throw new TypeError("there are no warnings");
  return {
    ...decodeMetrics(metrics),
    costs: decodeCosts(costs),
    bankruptAt: decodeBankruptcy(bankruptAt),
    warnings: warnings.map(textOf),
  };
}

function symbolFigures(value: JsonValue): Figures["symbols"][number] {
  if (!isObject(value)) throw new TypeError("the figures of a symbol are not an object");
  const { symbol, ...account } = value;
  return { symbol: textOf(symbol), ...accountFigures(account) };
}

/** The figures of a contribution in the order of a computed one, so that both have the same JSON. */
const contributionFigures = [
  ...(["bars", "exposure", "trades", "winRate", "fees"] as const),
  ...(["slippage", "profit", "contribution", "buyAndHold"] as const),
];
const mayBeNull: readonly string[] = ["winRate", "buyAndHold"];

function contributionOf(value: JsonValue): NonNullable<Figures["contributions"]>[number] {
  if (!isObject(value)) throw new TypeError("a contribution is not an object");
  const { symbol, warnings } = value;
  if (!isList(warnings)) throw new TypeError("there are no warnings");
  const figures = contributionFigures.map((name) => {
    const figure = value[name];
    if (typeof figure !== "number" && !(figure === null && mayBeNull.includes(name)))
      throw new TypeError(`${name} is missing`);
    return [name, figure] as const;
  });
  return {
    symbol: textOf(symbol),
    ...(Object.fromEntries(figures) as Omit<NonNullable<Figures["contributions"]>[number], "symbol" | "warnings">),
    warnings: warnings.map(textOf),
  };
}

function skippedSymbol(value: JsonValue): Figures["skipped"][number] {
  if (!isObject(value)) throw new TypeError("a skipped symbol is not an object");
  return {
    symbol: textOf(value["symbol"]),
    reason: textOf(value["reason"]),
    code: textOf(value["code"]) as Figures["skipped"][number]["code"],
  };
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError("a text is missing");
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
