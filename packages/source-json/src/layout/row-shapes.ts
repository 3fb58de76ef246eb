import { AtcError } from "@atc/contract";

/** The fields of sampled rows as texts, without quotes; `""` for a missing one. */
export type Sample = readonly (readonly string[])[];

/** Names for the elements of rows that are arrays, and how they were found. */
export interface RowShape {
  readonly names: readonly string[];
  /** What was assumed. */
  readonly note?: string;
  /** What of each row has no name. */
  readonly leftOut?: string;
}

const ccxt: readonly string[] = ["timestamp", "open", "high", "low", "close", "volume"];
const krakenCandle: readonly string[] = [...ccxt.slice(0, 5), "vwap", "volume", "count"];
const krakenTrade: readonly string[] = ["price", "size", "timestamp", "side", "type", "misc", "trade_id"];

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
}

/** Whether the elements are in ccxt's order: high and low are the extremes of nearly all bars that are not flat. */
function looksLikeCcxt(rows: Sample): boolean {
  let good = 0;
  let bad = 0;
  let flat = 0;
  let odd = 0;
  for (const row of rows) {
    const prices = row.slice(1, 5);
    if (prices.some((text) => text === "" || text === "null")) continue;
    const [open = Number.NaN, high = Number.NaN, low = Number.NaN, close = Number.NaN] = prices.map(Number);
    // Rows with a text are bad rows, if they are few.
    if (!prices.every(isNumber)) odd++;
    else if (high < Math.max(open, low, close) || low > Math.min(open, close)) bad++;
    else if (high !== low) good++;
    else flat++;
  }
  return (bad === 0 || good > 9 * bad) && odd <= good + flat;
}

/** Whether the sixth element could be an average price: it is between low and high, or 0 if nothing was traded. */
function sixthIsWithinRange(rows: Sample): boolean {
  let within = 0;
  for (const row of rows) {
    const [high = Number.NaN, low = Number.NaN, sixth = Number.NaN] = [row[2], row[3], row[5]].map(Number);
    if (sixth >= low && sixth <= high) within++;
    else if (sixth !== 0 || Number(row[6]) !== 0) return false;
  }
  return within > 0;
}

/** Whether rows are those of Kraken's OHLC: the sixth element is the average price, the last one a count of trades. */
function looksLikeKrakenCandles(rows: Sample): boolean {
  return rows.every(
    ([time = "", , , , , , volume = "", count = "", ...more]) =>
      more.length === 0 && /^\d{10}$/.test(time) && /^\d+$/.test(count) && isNumber(volume) && Number(volume) < 1e9,
  );
}

/** Whether rows are those of Kraken's trades: price, volume, time, buy or sell, market or limit. */
function looksLikeKrakenTrades(rows: Sample): boolean {
  return rows.every(
    ([price, size, time, side = "", type = ""]) =>
      isNumber(price) && isNumber(size) && isNumber(time) && /^[bs]$/.test(side) && /^[ml]$/.test(type),
  );
}

function unnamed(name: string, what: string): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `the rows of "${name}" are arrays, ${what}; name their elements with a list of columns, "" for one to leave out (--columns timestamp,low,high,open,close,volume for candles, --columns price,size,timestamp for trades)`,
    { details: { path: name } },
  );
}

/**
 * The shape of rows that are arrays: Kraken's trades or candles, or those of ccxt.
 *
 * @param rows - the elements of each sampled row
 * @throws ATC_INVALID_DATA if the prices contradict these shapes, or the sixth element may be an average price
 */
export function shapeOf(rows: Sample, name: string): RowShape {
  const whole = rows.filter((row) => row.length >= 5);
  if (whole.length > 0 && looksLikeKrakenTrades(whole))
    return {
      names: krakenTrade,
      note: "rows were read as Kraken's trades: price, size, time, side, type, misc",
    };
  if (whole.length === 0 || !looksLikeCcxt(whole))
    throw unnamed(name, "but not of time, open, high, low, close and volume as in ccxt");
  const wide = whole.filter((row) => row.length === 7 || row.length === 8);
  if (wide.length * 2 <= whole.length || !sixthIsWithinRange(wide)) return { names: ccxt };
  if (looksLikeKrakenCandles(wide))
    return {
      names: krakenCandle,
      note: "rows were read as Kraken's candles: time, open, high, low, close, vwap, volume, count",
    };
  throw unnamed(
    name,
    "and their sixth element is between low and high in all of the first rows, so it may be an average price instead of the volume",
  );
}

/** The members of Binance's aggregate trades, whose short names stand for other things than those of candles. */
const aggregateTrade: Readonly<Record<string, string>> = {
  a: "agg_id",
  p: "price",
  q: "qty",
  f: "first_id",
  l: "last_id",
  T: "time",
};

/** The names by which members are matched to columns: those of Binance's aggregate trades are spelt out. */
export function spelledNames(names: readonly string[], mapped: readonly string[]): readonly string[] {
  const isAggregate = Object.keys(aggregateTrade).every((name) => names.includes(name));
  if (!isAggregate) return names;
  return names.map((name) => (mapped.includes(name) ? name : (aggregateTrade[name] ?? name)));
}
