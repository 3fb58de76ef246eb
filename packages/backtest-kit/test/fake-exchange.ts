import type { BacktestKitHost, Candle, CandleAdapter, CandleInterval, ExchangeSchema } from "../src/index.ts";

/** Stands for the `process.exit(-1)` of the real host: nothing in the host catches it. */
export class FatalExit extends Error {
  override readonly name: string = "FatalExit";
}

export interface FakeConfig {
  CC_MAX_SIGNAL_LIFETIME_MINUTES: number;
  CC_AVG_PRICE_CANDLES_COUNT: number;
  CC_MAX_CANDLES_PER_REQUEST: number;
  CC_GET_CANDLES_RETRY_COUNT: number;
  CC_MIN_TAKEPROFIT_DISTANCE_PERCENT: number;
  CC_MIN_STOPLOSS_DISTANCE_PERCENT: number;
  CC_MAX_STOPLOSS_DISTANCE_PERCENT: number;
  CC_PERCENT_FEE: number;
  CC_PERCENT_SLIPPAGE: number;
}

export const minuteMs = 60_000;
const intervals = new Map<string, number>([
  ["1m", 1],
  ["3m", 3],
  ["5m", 5],
  ["15m", 15],
  ["30m", 30],
  ["1h", 60],
  ["2h", 120],
  ["4h", 240],
  ["6h", 360],
  ["8h", 480],
  ["1d", 1440],
]);

export function stepOf(interval: CandleInterval): number {
  const minutes = intervals.get(interval);
  if (minutes === undefined) throw new Error(`unknown interval=${interval}`);
  return minutes * minuteMs;
}

/** The average price of candles: of typical prices weighted by volume, or of closes if there is no volume. */
export function averagePrice(candles: readonly Candle[]): number {
  const volume = candles.reduce((sum, candle) => sum + candle.volume, 0);
  if (volume === 0) return candles.reduce((sum, candle) => sum + candle.close, 0) / candles.length;
  return candles.reduce((sum, c) => sum + ((c.high + c.low + c.close) / 3) * c.volume, 0) / volume;
}

/** The checks of the host on candles that an exchange returned (rule 1). */
export function validateCandles(candles: readonly Candle[]): void {
  const prices = candles.flatMap(({ open, high, low, close }) => [open, high, low, close]).filter((price) => price > 0);
  const sorted = prices.toSorted((a, b) => a - b);
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  const reference = candles.length >= 5 ? (sorted[Math.floor(sorted.length / 2)] ?? 0) : mean;
  for (const [i, candle] of candles.entries()) {
    const { open, high, low, close, volume, timestamp } = candle;
    if (![open, high, low, close, volume, timestamp].every(Number.isFinite)) throw new Error(`candle[${i}] not finite`);
    if (Math.min(open, high, low, close) <= 0 || volume < 0) throw new Error(`candle[${i}] zero or negative`);
    if (high < low) throw new Error(`candle[${i}] has high < low`);
    if (Math.min(open, high, low, close) < reference / 1000) throw new Error(`candle[${i}] anomalously low price`);
  }
}

/**
 * The host's candles: one adapter per process, cached instances, requests of at most 1,000 candles, retries, checks.
 */
export function createFakeExchanges(config: FakeConfig) {
  const schemas = new Map<string, ExchangeSchema>();
  const instances = new Map<string, CandleAdapter>();
  const counts = { reads: 0, misses: 0, fetches: 0, largest: 0 };
  type Constructor = Parameters<BacktestKitHost["PersistCandleAdapter"]["usePersistCandleAdapter"]>[0];
  let adapter: Constructor | undefined;

  async function cached(exchange: string, symbol: string, interval: CandleInterval, since: number, limit: number) {
    if (adapter === undefined) return null;
    const key = `${symbol}:${interval}:${exchange}`;
    const known = instances.get(key);
    const instance = known ?? new adapter(symbol, interval, exchange);
    instances.set(key, instance);
    await instance.waitForInit(known === undefined);
    counts.reads++;
    const candles = await instance.readCandlesData(limit, since, since + limit * stepOf(interval)).catch(() => null);
    if (candles?.length === limit) return candles;
    counts.misses++;
    return null;
  }

  async function request(exchange: string, symbol: string, interval: CandleInterval, since: number, limit: number) {
    counts.largest = Math.max(counts.largest, limit);
    const known = await cached(exchange, symbol, interval, since, limit);
    if (known !== null) return known;
    let last: unknown;
    // The real host waits 5 s between two attempts.
    for (let attempt = 0; attempt < config.CC_GET_CANDLES_RETRY_COUNT; attempt++) {
      try {
        counts.fetches++;
        const schema = schemas.get(exchange);
        if (schema === undefined) throw new Error(`no exchange ${exchange}`);
        const fetched = await schema.getCandles(symbol, interval, new Date(since), limit);
        validateCandles(fetched);
        await instances.get(`${symbol}:${interval}:${exchange}`)?.writeCandlesData(fetched);
        return fetched;
      } catch (error) {
        last = error;
      }
    }
    throw new FatalExit(`exit(-1): ${String(last)}`, { cause: last });
  }

  /** Returns exactly `limit` candles from `since`, or ends the process (rule 2). */
  async function read(exchange: string, symbol: string, interval: CandleInterval, since: number, limit: number) {
    const step = stepOf(interval);
    const all: Candle[] = [];
    for (let left = limit; left > 0; left -= config.CC_MAX_CANDLES_PER_REQUEST) {
      const part = Math.min(left, config.CC_MAX_CANDLES_PER_REQUEST);
      all.push(...(await request(exchange, symbol, interval, since + (limit - left) * step, part)));
    }
    const unique = [...new Map(all.map((candle) => [candle.timestamp, candle])).values()];
    if (unique[0]?.timestamp !== since) throw new FatalExit("exit(-1): first candle timestamp mismatch");
    if (unique.length !== limit)
      throw new FatalExit(`exit(-1): candle count mismatch. Expected ${limit} candles, got ${unique.length}`);
    for (const [i, { timestamp }] of unique.entries())
      if (timestamp !== since + i * step) throw new FatalExit("exit(-1): candles are not contiguous");
    return unique;
  }

  return {
    counts,
    schemas,
    read,
    use(next: Constructor): void {
      adapter = next;
      instances.clear();
    },
  };
}
