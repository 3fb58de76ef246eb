import { AtcError, type SignalConfig } from "@atc/contract";
import { type CandleInterval, intervalMs, minuteMs } from "./candle-interval.ts";
import type { Direction, DirectionTrack } from "./direction-track.ts";
import type { BacktestKitHost, HostSignal, ThrottleInterval } from "./host.ts";

/** What {@link AtcPlugin.strategy} registers. */
export interface AtcStrategyOptions {
  /** Its name, unique in the host. */
  readonly strategyName: string;
  /** The bars that ATC is computed on; `1h` where absent. The host asks for a signal once a bar, once an hour for longer bars. */
  readonly interval?: CandleInterval;
  /** Members of the signals' configuration that differ from the plugin's. */
  readonly signals?: Partial<SignalConfig>;
  /** Which directions are traded; `both` where absent. */
  readonly positions?: "both" | "long" | "short";
  /** Distance of the profit target from the entry in per cent, above 0.5 and below 100; 50 where absent. The host wants one with every position. */
  readonly takeProfitPercent?: number;
  /** Distance of the stop from the entry in per cent, above 0.5 and below 20, the host's bounds; 19 where absent. */
  readonly stopLossPercent?: number;
  /** Money put into each position, in the quote currency; 100 where absent. */
  readonly cost?: number;
  /**
   * After a target or a stop: `next-bar` opens again when the host next asks, as long as the direction holds, which follows a backtest that is always in
   * the market; `next-flip` waits until the direction has changed. `next-bar` where absent.
   */
  readonly reentry?: "next-bar" | "next-flip";
  /** A line for people in the host's reports. */
  readonly note?: string;
}

/** A strategy that the host now has. */
export interface AtcStrategy {
  /** Its name in the host. */
  readonly strategyName: string;
  /**
   * The ATC direction that the strategy acts on at `time` (ms since the epoch): of the last bar closed by then, 0 before the first vote.
   *
   * @throws ATC_NOT_FOUND where the plugin does not serve the symbol
   */
  directionAt(symbol: string, time: number): Direction;
}

/** The host asks at most once an hour. */
const longestThrottle = 60 * minuteMs;

function throttleOf(interval: CandleInterval): ThrottleInterval {
  return intervalMs(interval) <= longestThrottle ? (interval as ThrottleInterval) : "1h";
}

function checkPercent(name: string, value: number, below: number): void {
  if (value > 0.5 && value < below) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${name} is "${value}"; give a percentage above 0.5 and below ${below}, or the host refuses every signal`,
    { details: { name, value } },
  );
}

function checkOptions(options: Required<Omit<AtcStrategyOptions, "signals" | "note">>): void {
  const { strategyName, takeProfitPercent, stopLossPercent, cost } = options;
  if (strategyName === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", "strategyName is empty; give the strategy a name");
  checkPercent("takeProfitPercent", takeProfitPercent, 100);
  checkPercent("stopLossPercent", stopLossPercent, 20);
  if (!(cost > 0 && Number.isFinite(cost)))
    throw new AtcError("ATC_INVALID_ARGUMENT", `cost is "${cost}"; give an amount of money above 0`);
}

/** Registers a strategy that holds the direction of the last closed bar and closes when it flips. */
export function registerStrategy(
  host: BacktestKitHost,
  trackOf: (symbol: string) => DirectionTrack,
  options: AtcStrategyOptions,
): AtcStrategy {
  const whole = {
    interval: "1h",
    positions: "both",
    takeProfitPercent: 50,
    stopLossPercent: 19,
    cost: 100,
    reentry: "next-bar",
    ...options,
  } as const;
  checkOptions(whole);
  const { strategyName, positions, cost } = whole;

  function signalAt(symbol: string, time: number, currentPrice: number): HostSignal | null {
    const track = trackOf(symbol);
    const direction = track.directionAt(time);
    if (direction === 0) return null;
    const position = direction > 0 ? "long" : "short";
    if (positions !== "both" && positions !== position) return null;
    const { takeProfitPercent: percentTakeProfit, stopLossPercent: percentStopLoss } = whole;
    const levels = host.Position.bracket({ position, currentPrice, percentTakeProfit, percentStopLoss });
    const { priceTakeProfit, priceStopLoss } = levels;
    const signal: HostSignal = {
      position,
      priceTakeProfit,
      priceStopLoss,
      minuteEstimatedTime: Number.POSITIVE_INFINITY,
      cost,
    };
    // The host opens no id twice in a row, so an id of the trend, not of the trade, waits for the next flip.
    return whole.reentry === "next-bar" ? signal : { ...signal, id: `${strategyName}-${symbol}-${track.since(time)}` };
  }

  host.addStrategySchema({
    strategyName,
    note: options.note ?? `ATC direction on ${whole.interval} bars`,
    interval: throttleOf(whole.interval),
    getSignal: async (symbol, when, currentPrice) => signalAt(symbol, when.getTime(), currentPrice),
    callbacks: {
      async onActivePing(symbol, data, _price, when) {
        const direction = trackOf(symbol).directionAt(when.getTime());
        if ((data.position === "long") !== direction > 0) await host.commitClosePending(symbol, { note: "ATC flip" });
      },
    },
  });
  return { strategyName, directionAt: (symbol, time) => trackOf(symbol).directionAt(time) };
}
