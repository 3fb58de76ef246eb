import type { BacktestJson } from "@atc/backtest";
import { decodeMetrics, withLossWarning } from "@atc/backtest";
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
  const { portfolio, symbols: results, skipped } = figures;
  if (!(isList(results) && isList(skipped))) return undefined;
  try {
    const figuresOfAll: Figures = {
      portfolio: portfolio === null ? null : decodeMetrics(portfolio),
      symbols: results.map(symbolFigures),
      skipped: skipped.map(skippedSymbol),
    };
    return isWhole(figuresOfAll, symbols) ? figuresOfAll : undefined;
  } catch (error) {
    if (error instanceof TypeError || isAtcError(error, "ATC_CORRUPT_DATA")) return undefined;
    throw error;
  }
}

/** Whether each symbol has figures or a reason, exactly once, and there is a portfolio if any symbol has figures. */
function isWhole({ portfolio, symbols, skipped }: Figures, wanted: readonly string[]): boolean {
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  const names = [...symbols, ...skipped].map(({ symbol }) => symbol).sort(byName);
  const isAll = names.length === wanted.length && names.every((name, i) => name === wanted[i]);
  return isAll && (portfolio === null) === (symbols.length === 0);
}

function symbolFigures(value: JsonValue): Figures["symbols"][number] {
  if (!isObject(value)) throw new TypeError("the figures of a symbol are not an object");
  const { symbol, warnings, ...metrics } = value;
  if (!isList(warnings)) throw new TypeError("there are no warnings");
  const decoded = decodeMetrics(metrics);
  return { symbol: textOf(symbol), ...decoded, warnings: [...withLossWarning(warnings.map(textOf), decoded)] };
}

function skippedSymbol(value: JsonValue): Figures["skipped"][number] {
  if (!isObject(value)) throw new TypeError("a skipped symbol is not an object");
  return { symbol: textOf(value["symbol"]), reason: textOf(value["reason"]) };
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
