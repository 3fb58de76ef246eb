import type { BacktestKitHost, Candle, FrameSchema, HostSignal, StrategySchema } from "../src/index.ts";
import { averagePrice, createFakeExchanges, type FakeConfig, FatalExit, minuteMs, stepOf } from "./fake-exchange.ts";

export interface FakeContext {
  readonly strategyName: string;
  readonly exchangeName: string;
  readonly frameName: string;
}

export interface FakeTrade {
  readonly action: "opened" | "closed";
  readonly position: "long" | "short";
  readonly openTime: number;
  readonly priceOpen: number;
  readonly closeTime?: number;
  readonly priceClose?: number;
  readonly closeReason?: "closed" | "stop_loss" | "take_profit" | "time_expired";
  readonly note?: string | undefined;
  readonly pnlPercentage?: number;
}

interface Open {
  readonly signal: HostSignal;
  readonly openTime: number;
  readonly priceOpen: number;
  closing: { readonly note: string | undefined } | undefined;
}

type Exit = { readonly reason: NonNullable<FakeTrade["closeReason"]>; readonly price: number; readonly time: number };

/** Costs are two percentages: slippage moves both prices, the fee applies to both amounts. */
function pnlOf({ position }: HostSignal, open: number, close: number, config: FakeConfig): number {
  const sign = position === "long" ? 1 : -1;
  const slip = (sign * config.CC_PERCENT_SLIPPAGE) / 100;
  const entry = open * (1 + slip);
  const exit = close * (1 - slip);
  return (sign * (exit - entry) * 100) / entry - config.CC_PERCENT_FEE * (1 + exit / entry);
}

/** The checks of the host on a signal (rule 3). */
export function signalFaults(signal: HostSignal, price: number, config: FakeConfig): string[] {
  const sign = signal.position === "long" ? 1 : -1;
  const target = (sign * (signal.priceTakeProfit - price) * 100) / price;
  const stop = (sign * (price - signal.priceStopLoss) * 100) / price;
  const lifetime = config.CC_MAX_SIGNAL_LIFETIME_MINUTES;
  const faults: string[] = [];
  if (signal.priceTakeProfit <= 0 || signal.priceStopLoss <= 0) faults.push("prices must be positive");
  if (!(target >= config.CC_MIN_TAKEPROFIT_DISTANCE_PERCENT)) faults.push("TakeProfit too close");
  if (!(stop >= config.CC_MIN_STOPLOSS_DISTANCE_PERCENT)) faults.push("StopLoss too close");
  if (!(stop <= config.CC_MAX_STOPLOSS_DISTANCE_PERCENT)) faults.push("StopLoss too far");
  if (!(signal.minuteEstimatedTime > 0)) faults.push("minuteEstimatedTime must be positive");
  if (signal.minuteEstimatedTime > lifetime) faults.push("minuteEstimatedTime too large");
  return faults;
}

function unique<Schema>(schemas: Map<string, Schema>, name: string, schema: Schema): void {
  if (schemas.has(name)) throw new Error(`${name} already exists`);
  schemas.set(name, schema);
}

/**
 * Implements the rules of the real host that the plugin depends on, as observed: the clock of a frame, the average over
 * five minutes, the throttle, brackets, the replay of open positions in requests of 1,000 minutes that reach past the
 * frame, and the end of the process at a missing candle.
 */
export function createFakeHost(options: { readonly now?: number } = {}) {
  const { now = Number.POSITIVE_INFINITY } = options;
  const config: FakeConfig = {
    CC_MAX_SIGNAL_LIFETIME_MINUTES: 1440,
    CC_AVG_PRICE_CANDLES_COUNT: 5,
    CC_MAX_CANDLES_PER_REQUEST: 1000,
    CC_GET_CANDLES_RETRY_COUNT: 3,
    CC_MIN_TAKEPROFIT_DISTANCE_PERCENT: 0.5,
    CC_MIN_STOPLOSS_DISTANCE_PERCENT: 0.5,
    CC_MAX_STOPLOSS_DISTANCE_PERCENT: 20,
    CC_PERCENT_FEE: 0.1,
    CC_PERCENT_SLIPPAGE: 0.1,
  };
  const exchanges = createFakeExchanges(config);
  const strategies = new Map<string, StrategySchema>();
  const frames = new Map<string, FrameSchema>();
  const errors: string[] = [];
  const state = { markdown: false, position: undefined as Open | undefined };

  /** Replays the candles of an open position; the first four only serve the average. */
  async function replay(symbol: string, strategy: StrategySchema, candles: readonly Candle[], frameEnd: number) {
    const open = state.position as Open;
    const { position, priceStopLoss, priceTakeProfit } = open.signal;
    const sign = position === "long" ? 1 : -1;
    const buffer = config.CC_AVG_PRICE_CANDLES_COUNT - 1;
    for (let i = buffer; i < candles.length; i++) {
      const { timestamp: time, low, high } = candles[i] as Candle;
      const price = averagePrice(candles.slice(i - buffer, i + 1));
      const exit = (reason: Exit["reason"], at: number): Exit => ({ reason, price: at, time });
      if (time > frameEnd) return exit("time_expired", price);
      if (open.closing !== undefined) return exit("closed", price);
      if (time - open.openTime >= open.signal.minuteEstimatedTime * minuteMs) return exit("time_expired", price);
      // A stop needs the candle's extremes to touch it, a target the average.
      if (sign > 0 ? low <= priceStopLoss : high >= priceStopLoss) return exit("stop_loss", priceStopLoss);
      if (sign * (price - priceTakeProfit) >= 0) return exit("take_profit", priceTakeProfit);
      await strategy.callbacks
        .onActivePing(symbol, { position }, price, new Date(time))
        .catch((error: unknown) => errors.push(String(error)));
    }
    return undefined;
  }

  async function hold(symbol: string, strategy: StrategySchema, exchange: string, when: number, frameEnd: number) {
    const bufferMs = (config.CC_AVG_PRICE_CANDLES_COUNT - 1) * minuteMs;
    const limit = config.CC_MAX_CANDLES_PER_REQUEST;
    let from = when - bufferMs;
    let last: readonly Candle[] = [];
    for (;;) {
      // Candles that have not closed are not requested; the position closes on the last ones seen.
      const candles = from + limit * minuteMs > now ? [] : await exchanges.read(exchange, symbol, "1m", from, limit);
      if (candles.length === 0 && last.length === 0) return undefined;
      if (candles.length === 0) (state.position as Open).closing = { note: undefined };
      const exit = await replay(symbol, strategy, candles.length === 0 ? last : candles, frameEnd);
      if (exit !== undefined) return exit;
      last = candles;
      from = (candles.at(-1)?.timestamp ?? from) + minuteMs - bufferMs;
    }
  }

  async function signalAt(symbol: string, strategy: StrategySchema, when: number, price: number) {
    const signal = await strategy.getSignal(symbol, new Date(when), price).catch((error: unknown) => {
      errors.push(String(error));
      return null;
    });
    const faults = signal === null ? [] : signalFaults(signal, price, config);
    errors.push(...faults);
    return faults.length === 0 ? signal : null;
  }

  async function* run(symbol: string, context: FakeContext): AsyncGenerator<FakeTrade> {
    const strategy = strategies.get(context.strategyName);
    const frame = frames.get(context.frameName);
    if (strategy === undefined || frame === undefined || !exchanges.schemas.has(context.exchangeName))
      throw new Error("not registered");
    const throttle = stepOf(strategy.interval);
    const step = stepOf(frame.interval);
    const start = Math.floor(frame.startDate.getTime() / minuteMs) * minuteMs;
    const frameEnd = start + Math.floor((Math.min(frame.endDate.getTime(), now) - start) / step) * step;
    const average = config.CC_AVG_PRICE_CANDLES_COUNT;
    let asked = Number.NaN;
    let lastId: string | undefined;
    for (let when = start; when <= frameEnd; when += step) {
      const price = averagePrice(
        await exchanges.read(context.exchangeName, symbol, "1m", when - average * minuteMs, average),
      );
      const slot = Math.floor(when / throttle);
      if (slot === asked) continue;
      asked = slot;
      const signal = await signalAt(symbol, strategy, when, price);
      if (signal === null || (signal.id !== undefined && signal.id === lastId)) continue;
      lastId = signal.id;
      state.position = { signal, openTime: when, priceOpen: price, closing: undefined };
      const opened = { position: signal.position, openTime: when, priceOpen: price };
      yield { action: "opened", ...opened };
      const exit = await hold(symbol, strategy, context.exchangeName, when, frameEnd);
      if (exit === undefined) continue;
      const pnlPercentage = pnlOf(signal, price, exit.price, config);
      const note = state.position.closing?.note;
      yield {
        action: "closed",
        ...opened,
        closeTime: exit.time,
        priceClose: exit.price,
        closeReason: exit.reason,
        note,
        pnlPercentage,
      };
      state.position = undefined;
      while (when + step <= exit.time) when += step;
    }
  }

  const host = {
    PersistCandleAdapter: { usePersistCandleAdapter: exchanges.use },
    Position: {
      bracket({ position, currentPrice, percentTakeProfit, percentStopLoss }) {
        const sign = position === "long" ? 1 : -1;
        return {
          priceTakeProfit: currentPrice * (1 + (sign * percentTakeProfit) / 100),
          priceStopLoss: currentPrice * (1 - (sign * percentStopLoss) / 100),
        };
      },
    },
    Markdown: {
      enable() {
        state.markdown = true;
      },
    },
    addExchangeSchema: (schema) => unique(exchanges.schemas, schema.exchangeName, schema),
    addStrategySchema: (schema) => unique(strategies, schema.strategyName, schema),
    addFrameSchema: (schema) => unique(frames, schema.frameName, schema),
    async commitClosePending(_symbol, payload) {
      if (state.position !== undefined) state.position.closing = { note: payload?.note };
    },
    setConfig: (changes) => Object.assign(config, changes),
  } satisfies BacktestKitHost;

  return { host, Backtest: { run }, config, counts: exchanges.counts, errors, frames, strategies, state };
}

export { FatalExit };
