import type { ServedCandle, ServedCandles } from "./served-candles.ts";

/** What a server answers to a path. */
export interface ExchangeAnswer {
  readonly body: unknown;
  /** The symbol and the start of the candles that were asked for; undefined for other paths. */
  readonly candles?: { readonly symbol: string; readonly since: number | undefined };
}

/** What an exchange knows when it answers. */
interface ExchangeState {
  readonly candles: ServedCandles;
  /** Its clock, in ms. */
  readonly now: number;
}

/** Answers in the shape of one exchange; undefined for a path that it does not have. */
export type ExchangeAnswers = (
  path: string,
  query: URLSearchParams,
  state: ExchangeState,
) => ExchangeAnswer | undefined;

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function lengthOf(interval: string): number {
  return Number(interval.slice(0, -1)) * (unitMs[interval.slice(-1)] ?? Number.NaN);
}

function parts(symbol: string): readonly [base: string, quote: string] {
  const [base = "", quote = ""] = symbol.split("/");
  return [base, quote];
}

function symbolOf({ symbols }: ServedCandles, name: string | null, separator: string): string | undefined {
  return symbols.find(({ symbol }) => symbol.replace("/", separator) === name)?.symbol;
}

function texts([time, open, high, low, close, volume]: ServedCandle, lengthMs: number): readonly unknown[] {
  const prices = [open, high, low, close, volume].map((value) => value.toFixed(6));
  return [time, ...prices, time + lengthMs - 1, (close * volume).toFixed(6), 10, "0", "0", "0"];
}

function binanceInfo({ candles, now }: ExchangeState): unknown {
  const symbols = candles.symbols.map(({ symbol, delisted = Number.POSITIVE_INFINITY }) => {
    const [baseAsset, quoteAsset] = parts(symbol);
    const status = delisted <= now ? "BREAK" : "TRADING";
    const filters: unknown[] = [];
    return { symbol: baseAsset + quoteAsset, status, baseAsset, quoteAsset, isSpotTradingAllowed: true, filters };
  });
  return { timezone: "UTC", serverTime: now, rateLimits: [], exchangeFilters: [], symbols };
}

/** Binance: pages of up to 1000 candles from a time on, whatever the time of the first one. Numbers are texts. */
export const binanceAnswers: ExchangeAnswers = (path, query, state) => {
  const { candles, now } = state;
  if (path === "/time") return { body: { serverTime: now } };
  if (path === "/exchangeInfo") return { body: binanceInfo(state) };
  if (path === "/ticker/24hr")
    return {
      body: candles.symbols.map(({ symbol, dayVolume = 1_000_000 }) => ({
        symbol: symbol.replace("/", ""),
        lastPrice: "1",
        quoteVolume: String(dayVolume),
        closeTime: now,
      })),
    };
  if (path !== "/klines") return undefined;
  const symbol = symbolOf(candles, query.get("symbol"), "");
  if (symbol === undefined) return { body: { code: -1121, msg: "Invalid symbol." } };
  const lengthMs = lengthOf(query.get("interval") ?? "");
  const most = Math.min(1000, Number(query.get("limit") ?? 500));
  const start = query.get("startTime");
  const since = start === null ? undefined : Number(start);
  const from = since ?? now - most * lengthMs;
  const to = Number(query.get("endTime") ?? now) + 1;
  const rows = candles.between(symbol, { from, to, now, most }, lengthMs);
  return { body: rows.map((row) => texts(row, lengthMs)), candles: { symbol, since } };
};

/** Coinbase Exchange: the candles of a span of at most 300, the newest first; times are seconds. */
export const coinbaseAnswers: ExchangeAnswers = (path, query, { candles, now }) => {
  if (path === "/time") return { body: { iso: new Date(now).toISOString(), epoch: now / 1000 } };
  if (path === "/currencies") return { body: [] };
  if (path === "/products")
    return {
      body: candles.symbols.map(({ symbol, delisted = Number.POSITIVE_INFINITY }) => {
        const [base, quote] = parts(symbol);
        const status = delisted <= now ? "delisted" : "online";
        const increments = { base_increment: "0.00000001", quote_increment: "0.01" };
        return { id: `${base}-${quote}`, base_currency: base, quote_currency: quote, status, ...increments };
      }),
    };
  const product = /^\/products\/([^/]+)\/candles$/.exec(path)?.[1];
  if (product === undefined) return undefined;
  const symbol = symbolOf(candles, product, "-");
  if (symbol === undefined) return { body: { message: "NotFound" } };
  const lengthMs = Number(query.get("granularity")) * 1000;
  const start = query.get("start");
  const since = start === null ? undefined : Date.parse(start);
  const to = since === undefined ? now + 1 : Date.parse(query.get("end") ?? "") + 1;
  const from = since ?? now - 300 * lengthMs;
  const rows = candles.between(symbol, { from, to, now, most: 300 }, lengthMs);
  const body = rows.map(([time, open, high, low, close, volume]) => [time / 1000, low, high, open, close, volume]);
  return { body: body.reverse(), candles: { symbol, since } };
};
