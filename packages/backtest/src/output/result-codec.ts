import { AtcError, type JsonObject, type JsonValue, type TypedArray } from "@atc/contract";
import { allocateFills, type Fills } from "../account/fills.ts";
import { allocateTrades, type Trades } from "../account/trades.ts";
import { withLossWarning } from "../prices/warnings.ts";
import { type CurveArrays, namesOf } from "../results/array-curves.ts";
import { type BarColumns, barColumns } from "../results/curves.ts";
import {
  type AccountCosts,
  type AccountTotals,
  costNames,
  type SymbolFigures,
  type SymbolResult,
} from "../results/symbol-result.ts";
import { decodeMetrics } from "./stored-metrics.ts";

/** A result as plain typed arrays and JSON, for a cache or another thread. */
export interface EncodedResult {
  /**
   * `times`, `equity`, `directions`, each requested column of bars as `bars.<column>`, each column of the trades as
   * `trades.<column>`, and each of the fills as `fills.<column>` if they were requested.
   */
  readonly arrays: Readonly<Record<string, TypedArray>>;
  /** Everything else. */
  readonly attributes: JsonObject;
}

/** Version of {@link EncodedResult}. It is part of cache keys. */
export const resultVersion: number = 5;

type TradeColumn = Exclude<keyof Trades, "length">;
type FillColumn = Exclude<keyof Fills, "length">;
const tradeColumns = Object.keys(allocateTrades(0)).filter((name): name is TradeColumn => name !== "length");
const fillColumns = Object.keys(allocateFills(0)).filter((name): name is FillColumn => name !== "length");

/** Encodes bars, trades and fills under the names of {@link EncodedResult}. The arrays are not copied. */
export function encodeCurves({
  times,
  equity,
  directions,
  columns,
  trades,
  fills,
}: CurveArrays): EncodedResult["arrays"] {
  return {
    times,
    equity,
    directions,
    ...Object.fromEntries(namesOf(columns).map((name) => [`bars.${name}`, columns[name] as Float64Array])),
    ...Object.fromEntries(tradeColumns.map((name) => [`trades.${name}`, trades[name]])),
    ...(fills.length > 0 ? Object.fromEntries(fillColumns.map((name) => [`fills.${name}`, fills[name]])) : {}),
  };
}

/** Encodes figures as plain data. */
export function encodeFigures(figures: SymbolFigures): JsonObject {
  const { symbol, timeUnit, warnings, metricWarnings, skippedBars, totals, metrics } = figures;
  const { traded, grossReturn, buyAndHold, costs, ...others } = totals;
  const plain = (value: number): JsonValue => (Number.isFinite(value) ? value : null);
  return {
    version: resultVersion,
    symbol,
    timeUnit,
    skippedBars,
    warnings: [...warnings],
    metricWarnings: [...metricWarnings],
    totals: {
      ...others,
      costs: Object.fromEntries(costNames.map((name) => [name, plain(costs[name])])),
      traded: plain(traded),
      grossReturn: plain(grossReturn),
      buyAndHold: plain(buyAndHold),
    },
    metrics: { ...metrics },
  };
}

/** Encodes a result. The arrays are not copied. */
export function encodeResult(result: SymbolResult): EncodedResult {
  return { arrays: encodeCurves(result), attributes: encodeFigures(result) };
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `this is not a stored result of this version: ${what}; compute it again`);
}

function array<A extends TypedArray>(
  arrays: EncodedResult["arrays"],
  name: string,
  type: abstract new (...rest: never[]) => A,
  length: number | undefined,
): A {
  const found = arrays[name];
  if (!(found instanceof type)) throw corrupt(`the array "${name}" is missing or of another type`);
  if (length !== undefined && found.length !== length)
    throw corrupt(`the array "${name}" has ${found.length} elements, not ${length}`);
  return found;
}

function decodeTrades(arrays: EncodedResult["arrays"]): Trades {
  const { length } = array(arrays, "trades.entryTime", BigInt64Array, undefined);
  const float = (name: TradeColumn): Float64Array => array(arrays, `trades.${name}`, Float64Array, length);
  return {
    length,
    entryTime: array(arrays, "trades.entryTime", BigInt64Array, length),
    exitTime: array(arrays, "trades.exitTime", BigInt64Array, length),
    direction: array(arrays, "trades.direction", Int8Array, length),
    quantity: float("quantity"),
    entryPrice: float("entryPrice"),
    exitPrice: float("exitPrice"),
    fees: float("fees"),
    slippage: float("slippage"),
    profit: float("profit"),
    return: float("return"),
    barsHeld: array(arrays, "trades.barsHeld", Int32Array, length),
    mae: float("mae"),
    mfe: float("mfe"),
    reason: array(arrays, "trades.reason", Uint8Array, length),
    open: array(arrays, "trades.open", Uint8Array, length),
  };
}

function decodeFills(arrays: EncodedResult["arrays"]): Fills {
  if (arrays["fills.time"] === undefined) return allocateFills(0);
  const time = array(arrays, "fills.time", BigInt64Array, undefined);
  const { length } = time;
  const float = (name: FillColumn): Float64Array => array(arrays, `fills.${name}`, Float64Array, length);
  return {
    length,
    time,
    quantity: float("quantity"),
    price: float("price"),
    fee: float("fee"),
    slippage: float("slippage"),
    reason: array(arrays, "fills.reason", Uint8Array, length),
  };
}

function decodeColumns(arrays: EncodedResult["arrays"], bars: number): BarColumns {
  const stored = barColumns.filter((name) => arrays[`bars.${name}`] !== undefined);
  return Object.fromEntries(stored.map((name) => [name, array(arrays, `bars.${name}`, Float64Array, bars)]));
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number of an object; null is NaN. */
function numberOf(value: JsonObject, name: string): number {
  const found = value[name];
  if (found === null) return Number.NaN;
  if (typeof found !== "number") throw corrupt(`"totals.${name}" is not a number`);
  return found;
}

/**
 * Inverts the encoding of costs.
 *
 * @throws ATC_CORRUPT_DATA if one is missing
 */
export function decodeCosts(value: JsonValue | undefined): AccountCosts {
  if (!isObject(value)) throw corrupt('"costs" is missing');
  const costs = costNames.map((name) => [name, numberOf(value, name)]);
  return Object.fromEntries(costs) as AccountCosts;
}

/**
 * A time at which an account was lost, or null.
 *
 * @throws ATC_CORRUPT_DATA for anything else
 */
export function decodeBankruptcy(value: JsonValue | undefined): string | null {
  if (value === null || typeof value === "string") return value;
  throw corrupt('"bankruptAt" is missing');
}

function decodeTotals(value: JsonValue | undefined): AccountTotals {
  if (!isObject(value)) throw corrupt('"totals" is missing');
  const number = (name: keyof AccountTotals): number => numberOf(value, name);
  return {
    heldBars: number("heldBars"),
    longBars: number("longBars"),
    shortBars: number("shortBars"),
    traded: number("traded"),
    grossReturn: number("grossReturn"),
    buyAndHold: number("buyAndHold"),
    costs: decodeCosts(value["costs"]),
    bankruptAt: decodeBankruptcy(value["bankruptAt"]),
  };
}

/**
 * Inverts {@link encodeCurves}. The arrays are not copied.
 *
 * @throws ATC_CORRUPT_DATA if arrays are missing, of another type or of another length
 */
export function decodeCurves(arrays: EncodedResult["arrays"]): CurveArrays {
  const times = array(arrays, "times", BigInt64Array, undefined);
  return {
    trades: decodeTrades(arrays),
    fills: decodeFills(arrays),
    columns: decodeColumns(arrays, times.length),
    times,
    equity: array(arrays, "equity", Float64Array, times.length),
    directions: array(arrays, "directions", Int8Array, times.length),
  };
}

/**
 * Inverts {@link encodeFigures}, bit for bit. Adds the warning of a lost account that earlier releases did not give.
 *
 * @throws ATC_CORRUPT_DATA if members are missing, of another type or of another version
 */
export function decodeFigures(attributes: JsonValue | undefined): SymbolFigures {
  if (!isObject(attributes)) throw corrupt("its figures are not an object");
  const { version, symbol, timeUnit, skippedBars, warnings, metricWarnings, totals, metrics } = attributes;
  if (version !== resultVersion) throw corrupt(`its version is "${String(version)}", not "${resultVersion}"`);
  if (typeof symbol !== "string" || (timeUnit !== "ms" && timeUnit !== "ns") || typeof skippedBars !== "number")
    throw corrupt("its symbol, time unit or count of skipped bars is missing");
  if (!(isTexts(warnings) && isTexts(metricWarnings))) throw corrupt("its warnings are missing");
  const decoded = decodeMetrics(metrics);
  return {
    symbol,
    timeUnit,
    skippedBars,
    warnings: withLossWarning(warnings, decoded),
    metricWarnings,
    totals: decodeTotals(totals),
    metrics: decoded,
  };
}

/**
 * Inverts {@link encodeResult}, bit for bit.
 *
 * @throws ATC_CORRUPT_DATA if arrays or attributes are missing, of another type or length, or of another version
 */
export function decodeResult({ arrays, attributes }: EncodedResult): SymbolResult {
  const figures = decodeFigures(attributes);
  const curves = decodeCurves(arrays);
  if (figures.metrics.bars !== curves.times.length)
    throw corrupt(`it has ${curves.times.length} times for "${String(figures.metrics.bars)}" bars`);
  return { ...figures, ...curves };
}
