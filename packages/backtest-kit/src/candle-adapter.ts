import { AtcError, isAtcError, nearest } from "@atc/contract";
import type { CandleFeed } from "./candle-feed.ts";
import { type CandleInterval, intervalMs } from "./candle-interval.ts";
import type { BacktestKitHost, Candle, CandleAdapter, CandleAdapterConstructor } from "./host.ts";

/** The feeds of one exchange by symbol. */
export type Feeds = ReadonlyMap<string, CandleFeed>;

/** The exchanges served in each host. The host has one candle adapter, so the plugins of a host share it. */
const served = new WeakMap<object, Map<string, Feeds>>();

/** The feed of a symbol. Throws ATC_NOT_FOUND with the closest name. */
export function feedOf(feeds: Feeds, symbol: string): CandleFeed {
  const feed = feeds.get(symbol);
  if (feed !== undefined) return feed;
  const meant = nearest(symbol, feeds.keys());
  const hint = meant === undefined ? `it has ${feeds.size} symbols` : `did you mean "${meant}"?`;
  throw new AtcError("ATC_NOT_FOUND", `the plugin does not serve the symbol "${symbol}"; ${hint}`, {
    details: { symbol },
  });
}

function createAdapter(feeds: Feeds, symbol: string, interval: CandleInterval): CandleAdapter {
  const stepMs = intervalMs(interval);
  return {
    async waitForInit() {},
    async readCandlesData(limit, since) {
      try {
        return feedOf(feeds, symbol).candles(since, limit, stepMs);
      } catch (error) {
        // A miss, after which the host asks the exchange, whose error gives the reason.
        if (isAtcError(error, "ATC_NOT_FOUND")) return null;
        throw error;
      }
    },
    async writeCandlesData() {},
  };
}

/** Misses every read, so that the host asks the exchange each time. */
function createMiss(): CandleAdapter {
  return { async waitForInit() {}, readCandlesData: async () => null, async writeCandlesData() {} };
}

/** Whether a plugin already serves this exchange in the host. */
export function isServed(host: BacktestKitHost, exchangeName: string): boolean {
  return served.get(host.PersistCandleAdapter)?.has(exchangeName) === true;
}

/** Makes the host read the candles of `exchangeName` from the feeds and those of other exchanges from `fallback`. */
export function serveCandles(
  host: BacktestKitHost,
  exchangeName: string,
  feeds: Feeds,
  fallback: CandleAdapterConstructor | undefined,
): void {
  const exchanges = served.get(host.PersistCandleAdapter) ?? new Map<string, Feeds>();
  exchanges.set(exchangeName, feeds);
  served.set(host.PersistCandleAdapter, exchanges);

  class DatasetCandles implements CandleAdapter {
    readonly #adapter: CandleAdapter;

    constructor(symbol: string, interval: CandleInterval, exchange: string) {
      const ours = exchanges.get(exchange);
      if (ours !== undefined) this.#adapter = createAdapter(ours, symbol, interval);
      else this.#adapter = fallback === undefined ? createMiss() : new fallback(symbol, interval, exchange);
    }

    waitForInit(initial: boolean): Promise<void> {
      return this.#adapter.waitForInit(initial);
    }

    readCandlesData(limit: number, since: number, until: number): Promise<Candle[] | null> {
      return this.#adapter.readCandlesData(limit, since, until);
    }

    writeCandlesData(candles: Candle[]): Promise<void> {
      return this.#adapter.writeCandlesData(candles);
    }
  }

  host.PersistCandleAdapter.usePersistCandleAdapter(DatasetCandles);
}
