import { AtcError, type CandleColumns, type JsonObject } from "@atc/contract";
import type { CcxtCandle } from "../exchange/ccxt-exchange.ts";

/** A candle whose values are checked: time, open, high, low, close, volume. */
export type CandleRow = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

/** What candles were asked for. */
export interface AskedCandles {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly lengthMs: number;
  /** The first time, inclusive. */
  readonly since: number;
  /** Candles that end later are not closed. */
  readonly until: number;
}

const prices = ["open", "high", "low", "close"] as const;
/** Times before 1973 are seconds that are taken for ms. */
const smallestMs = 1e11;
/** Rows from which on a distance that they share shows the length of their candles. */
const tellingRows = 10;

function shown(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

/** A value of an answer. An object may have a member `toString` that is not a function. */
function valueText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function refused({ exchange, symbol, timeframe }: AskedCandles, what: string, details: JsonObject = {}): AtcError {
  return new AtcError("ATC_INVALID_DATA", `${exchange} ${what} for "${symbol}" (${timeframe})`, {
    details: { source: exchange, symbol, ...details },
  });
}

function checkedRow(row: CcxtCandle, asked: AskedCandles): CandleRow {
  // ccxt passes on what is not a list as it is.
  if (!Array.isArray(row)) throw refused(asked, `gives a candle that is not a list of values, "${valueText(row)}",`);
  const [time, open, high, low, close, volume] = row;
  if (typeof time !== "number" || !Number.isSafeInteger(time))
    throw refused(asked, `gives a candle without a time, "${valueText(time)}",`);
  for (const [i, value] of [open, high, low, close].entries())
    if (typeof value !== "number" || !(value > 0 && value < Number.POSITIVE_INFINITY))
      throw refused(asked, `gives the ${prices[i]} "${valueText(value)}" at ${shown(time)}`, {
        column: prices[i] ?? "",
        time: shown(time),
      });
  if (volume !== undefined && volume !== null && !(typeof volume === "number" && volume >= 0))
    throw refused(asked, `gives the volume "${valueText(volume)}" at ${shown(time)}`, { column: "volume" });
  return [time, open, high, low, close, volume ?? Number.NaN] as CandleRow;
}

/** Rows by time; of several rows of one time the last counts. */
function sorted(rows: readonly CandleRow[]): CandleRow[] {
  const byTime = new Map(rows.map((row) => [row[0], row]));
  return [...byTime.values()].sort((a, b) => a[0] - b[0]);
}

/** Checks that the times are those of candles of the length that was asked for. */
function checkTimes(rows: readonly CandleRow[], asked: AskedCandles): void {
  const { since, lengthMs } = asked;
  const last = rows.at(-1)?.[0] ?? since;
  if (last < smallestMs && since >= smallestMs)
    throw refused(asked, `gives times such as ${last}, which are not ms since 1970,`);
  // Some exchanges give the candle before an empty span.
  if (last < since && rows.length > 1)
    throw refused(
      asked,
      `ignores the start that it is asked for, ${shown(since)}, and gives candles up to ${shown(last)}`,
    );
  const first = rows[0]?.[0] ?? 0;
  const stray = rows.find(([time]) => (time - first) % lengthMs !== 0);
  if (stray !== undefined)
    throw refused(asked, `gives candles of another length: ${shown(first)} and ${shown(stray[0])} are`);
  const step = (rows[1]?.[0] ?? first) - first;
  const isRegular = rows.every(([time], i) => i === 0 || time - (rows[i - 1]?.[0] ?? 0) === step);
  if (rows.length >= tellingRows && isRegular && step > lengthMs)
    throw refused(asked, `gives candles that are ${step / 60_000} minutes apart`);
}

/**
 * The closed candles of an answer from the asked time on, sorted and without duplicates.
 *
 * @throws ATC_INVALID_DATA if the answer has other times or units than asked, or prices that cannot be
 */
export function candleRows(answer: readonly CcxtCandle[], asked: AskedCandles): readonly CandleRow[] {
  const rows = sorted(answer.map((row) => checkedRow(row, asked)));
  checkTimes(rows, asked);
  return rows.filter(([time]) => time >= asked.since && time + asked.lengthMs <= asked.until);
}

/** Rows as columns. */
export function candleColumns(rows: readonly CandleRow[]): CandleColumns {
  const column = (place: 1 | 2 | 3 | 4 | 5): Float64Array => Float64Array.from(rows, (row) => row[place]);
  return {
    timestamp: BigInt64Array.from(rows, ([time]) => BigInt(time)),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}
