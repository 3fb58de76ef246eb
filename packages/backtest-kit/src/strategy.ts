import { AtcError, type SignalConfig } from "@atc/contract";
import { type CandleInterval, intervalMs, minuteMs } from "./candle-interval.ts";
import type { Direction, DirectionTrack } from "./direction-track.ts";
import type { BacktestKitHost, HostSignal, ThrottleInterval } from "./host.ts";

/** Options of {@link AtcPlugin.strategy}. */
export interface AtcStrategyOptions {
  /** Its name, unique in the host. */
  readonly strategyName: string;
  /**
   * The interval of the bars that ATC is computed on. Default: `1h`. The host asks for a signal once per bar, or once
   * per hour for longer bars.
   */
  readonly interval?: CandleInterval;
  /** Members of the signal configuration that differ from the plugin's. */
  readonly signals?: Partial<SignalConfig>;
  /** The directions to trade. Default: `both`. */
  readonly positions?: "both" | "long" | "short";
  /**
   * Distance of the profit target from the entry in per cent, above 0.5 and below 100. Default: 50. The host requires
   * one for every position.
   */
  readonly takeProfitPercent?: number;
  /** Distance of the stop from the entry in per cent, above 0.5 and below 20, the host's bounds. Default: 19. */
  readonly stopLossPercent?: number;
  /** Amount of each position in the quote currency. Default: 100. */
  readonly cost?: number;
  /**
   * What happens after a target or a stop. `next-bar` opens again when the host next asks, as long as the direction
   * continues, like a backtest that is always in the market. `next-flip` waits for the direction to change. Default:
   * `next-bar`.
   */
  readonly reentry?: "next-bar" | "next-flip";
  /** A line for the host's reports. */
  readonly note?: string;
}

/** A strategy registered in the host. */
export interface AtcStrategy {
  /** Its name in the host. */
  readonly strategyName: string;
  /**
   * The ATC direction that the strategy acts on at `time` (ms since the epoch): that of the last bar closed by then, 0
   * before the first vote.
   *
   * @throws ATC_NOT_FOUND if the plugin does not serve the symbol
   */
  directionAt(symbol: string, time: number): Direction;
}

/** The host's longest throttle: for longer bars, it asks once per hour. */
const longestThrottle = 60 * minuteMs;

function throttleOf(interval: CandleInterval): ThrottleInterval {
  return intervalMs(interval) <= longestThrottle ? (interval as ThrottleInterval) : "1h";
}

function checkPercent(name: string, value: number, below: number): void {
  if (value > 0.5 && value < below) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${name} is "${value}"; use a percentage above 0.5 and below ${below}, or the host rejects every signal`,
    { details: { name, value } },
  );
}

function checkOptions(options: Required<Omit<AtcStrategyOptions, "signals" | "note">>): void {
  const { strategyName, takeProfitPercent, stopLossPercent, cost } = options;
  if (strategyName === "") throw new AtcError("ATC_INVALID_ARGUMENT", "strategyName is empty; name the strategy");
  checkPercent("takeProfitPercent", takeProfitPercent, 100);
  checkPercent("stopLossPercent", stopLossPercent, 20);
  if (!(cost > 0 && Number.isFinite(cost)))
    throw new AtcError("ATC_INVALID_ARGUMENT", `cost is "${cost}"; use an amount above 0`);
}

/** Registers a strategy that follows the direction of the last closed bar and closes when it flips. */
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
    // The host never opens the same id twice in a row, so an id per trend, not per trade, makes it wait for the next
    // flip.
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
