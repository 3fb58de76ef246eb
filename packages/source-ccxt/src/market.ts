import { AtcError, type CandlePage, type CandleRequest, type JsonObject, type Market, nearest } from "@atc/contract";
import { timeframeLength } from "@atc/plugin-kit";
import { candlePages, type Timeframe } from "./candles/candle-pages.ts";
import type { CcxtCandle, CcxtExchange, CcxtModule } from "./exchange/ccxt-exchange.ts";
import type { Environment } from "./exchange/environment-proxy.ts";
import { loadCcxt } from "./exchange/load-ccxt.ts";
import { openExchange } from "./exchange/open-exchange.ts";
import { createRequester, type Requester } from "./requests/requester.ts";
import { serverTime } from "./requests/server-time.ts";

/** Options of {@link ccxtMarket}. */
export interface CcxtMarketOptions {
  /** The name of the exchange, as ccxt spells it. */
  readonly exchange: string;
  /** Settings of ccxt's class, such as `hostname`. Keys and secrets are refused. Default: none. */
  readonly settings?: JsonObject | undefined;
  /** Refuses every request. Default: false. */
  readonly offline?: boolean | undefined;
  /** How often a request is sent before it fails. Default: 8; 3 before anything was answered. */
  readonly attempts?: number | undefined;
  /** The wait before the second attempt, in ms. It doubles with each one. Default: 1000. */
  readonly firstWait?: number | undefined;
  /** The longest wait that an exchange may demand before a request is repeated, in ms. Default: 300,000. */
  readonly longestWait?: number | undefined;
  /** Environment variables, for proxies. Default: those of the process. */
  readonly env?: Environment | undefined;
}

const day = 86_400_000;

/** The timeframes of fixed length, the shortest first. Months and years vary, so they are left out. */
function timeframesOf(exchange: CcxtExchange): ReadonlyMap<string, number> {
  const names = Object.keys(exchange.timeframes ?? {}).filter((name) => /^\d+[smhdw]$/.test(name));
  return new Map(
    names.map((name) => [name, exchange.parseTimeframe(name) * 1000] as const).sort((a, b) => a[1] - b[1]),
  );
}

function unknownSymbol(symbol: string, known: readonly string[], exchange: string): AtcError {
  const meant = nearest(symbol, known);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return new AtcError("ATC_NOT_FOUND", `${exchange} has no symbol "${symbol}"${hint}`, { details: { symbol } });
}

/** The longest timeframe of at most a day that is longer than another. */
function longerThan(lengthMs: number, timeframes: ReadonlyMap<string, number>): Timeframe | undefined {
  const found = [...timeframes].filter(([, ms]) => ms > lengthMs && ms <= day).at(-1);
  return found === undefined ? undefined : { name: found[0], lengthMs: found[1] };
}

/** Lets ccxt give the rows of an answer as they are: it would sort them and drop those before the start. */
function giveAllRows(exchange: CcxtExchange): void {
  exchange.parseOHLCVs = (rows, market): readonly CcxtCandle[] =>
    Array.isArray(rows) ? rows.map((row: unknown) => exchange.parseOHLCV(row, market)) : [];
}

interface MarketParts {
  readonly ccxt: CcxtModule;
  readonly exchange: CcxtExchange;
  readonly requester: Requester;
  readonly name: string;
}

function marketOf({ ccxt, exchange, requester, name }: MarketParts): Market {
  const timeframes = timeframesOf(exchange);
  const { request } = requester;
  let loading: Promise<unknown> | undefined;
  const load = async (): Promise<NonNullable<CcxtExchange["markets"]>> => {
    loading ??= request("its symbols", () => exchange.loadMarkets()).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    await loading;
    return exchange.markets ?? {};
  };
  const pageRows = (symbol: string): number | undefined => {
    const limit = exchange.featureValue(symbol, "fetchOHLCV", "limit");
    return typeof limit === "number" ? limit : undefined;
  };

  async function* candles(wanted: CandleRequest): AsyncGenerator<CandlePage> {
    const { symbol, timeframe, since, until, signal, onProgress } = wanted;
    const onWait = (left: number, what: string): void => {
      const note = `waits ${Math.ceil(left / 1000)} s after ${what}`;
      onProgress?.({ phase: "waiting", done: 0, unit: "bars", note });
    };
    const lengthMs = timeframeLength(timeframe, { exchange: name, timeframes });
    if (!Number.isSafeInteger(since) || since < 0)
      throw new AtcError("ATC_INVALID_ARGUMENT", `since is "${since}"; give ms since 1970`, {
        details: { option: "since" },
      });
    const markets = await load();
    if (!Object.hasOwn(markets, symbol)) throw unknownSymbol(symbol, Object.keys(markets), name);
    const limit = pageRows(symbol);
    yield* candlePages({
      exchange: name,
      symbol,
      timeframe: { name: timeframe, lengthMs },
      longer: longerThan(lengthMs, timeframes),
      since,
      until: until ?? (await serverTime(exchange, requester, name)),
      pageRows: limit,
      signal,
      async ask(frame, from) {
        try {
          return await request(`candles of "${symbol}"`, () => exchange.fetchOHLCV(symbol, frame, from, limit), {
            signal,
            onWait,
          });
        } catch (error) {
          if (!(error instanceof ccxt.BadSymbol)) throw error;
          throw new AtcError("ATC_NOT_FOUND", `${name} has no candles of "${symbol}": ${error.message}`, {
            cause: error,
            details: { symbol },
          });
        }
      },
    });
  }

  return {
    exchange: name,
    timeframes,
    async pageSeconds(symbol, timeframe) {
      await load();
      return await requester.secondsOf(() => exchange.fetchOHLCV(symbol, timeframe, 0, pageRows(symbol)));
    },
    async symbols() {
      const found = Object.values(await load()).flatMap((one) =>
        one === undefined ? [] : [{ symbol: one.symbol, isActive: one.active !== false }],
      );
      return found.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    },
    async volumes() {
      if (exchange.has["fetchTickers"] !== true)
        throw new AtcError("ATC_UNSUPPORTED", `${name} does not give the volumes of all symbols; name the symbols`);
      await load();
      const tickers = await request("volumes", () => exchange.fetchTickers());
      const volumes = new Map<string, number>();
      for (const [symbol, ticker] of Object.entries(tickers))
        if (typeof ticker?.quoteVolume === "number") volumes.set(symbol, ticker.quoteVolume);
      return volumes;
    },
    pageRows,
    time: () => serverTime(exchange, requester, name),
    candles,
    async [Symbol.asyncDispose]() {
      await requester[Symbol.asyncDispose]();
      await exchange.close?.();
    },
  };
}

/**
 * An exchange of ccxt. Its requests keep to the rate that the exchange allows, and are repeated if the network or the
 * exchange fails.
 *
 * @throws ATC_MISSING_PLUGIN if ccxt is not installed, ATC_NOT_FOUND for an unknown exchange, ATC_INVALID_ARGUMENT for
 * an option; ATC_NETWORK if `offline` is set
 */
export async function ccxtMarket(options: CcxtMarketOptions): Promise<Market> {
  const { exchange: name, settings, offline = false, env = process.env } = options;
  if (typeof name !== "string" || name === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", 'the option exchange is missing; give a name such as "binance"');
  if (offline)
    throw new AtcError("ATC_NETWORK", `"${name}" cannot be asked, because requests are refused (offline)`, {
      details: { exchange: name },
    });
  const ccxt = await loadCcxt();
  const exchange = openExchange(ccxt, name, { settings, env });
  giveAllRows(exchange);
  const { attempts = 8, firstWait = 1000, longestWait = 300_000 } = options;
  for (const [option, value] of Object.entries({ attempts, firstWait, longestWait }))
    if (!Number.isFinite(value) || value < (option === "attempts" ? 1 : 0))
      throw new AtcError("ATC_INVALID_ARGUMENT", `${option} is "${value}"; give a positive number`, {
        details: { option },
      });
  const patience = { attempts, firstWait, longestWait };
  const requester = createRequester({ ccxt, exchange, name, patience });
  return marketOf({ ccxt, exchange, requester, name });
}
