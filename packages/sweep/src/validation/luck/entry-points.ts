import { invalidInput } from "../base/check-settings.ts";
import type { TradingCosts } from "./trading-costs.ts";

/** The prices that orders fill at: the backtest's key `fill`. */
export type EntryFill = "nextOpen" | "nextClose" | "worst";

/** The bars of a symbol. Each array has a value per bar. */
export interface EntryBars {
  /** Milliseconds since 1970, not decreasing. */
  readonly time: Float64Array;
  /** Closing prices, above 0. */
  readonly close: Float64Array;
  /** Required for fills at opens, except that `worst` takes the close instead. */
  readonly open?: Float64Array | undefined;
  /** Highest prices, for fills `worst` and `slippageRange`. Default: the higher of open and close. */
  readonly high?: Float64Array | undefined;
  /** Lowest prices. Default: the lower of open and close. */
  readonly low?: Float64Array | undefined;
}

/** What orders of one unit pay at each point, a place in time at which they can fill. */
export interface EntryPrices {
  /** The price of a purchase per point, in shared memory. */
  readonly buy: Float64Array;
  /** The price of a sale per point, in shared memory. */
  readonly sell: Float64Array;
  /** As the key `feeBps` of the simulation. */
  readonly feeBps: number;
  /** As the key `feePerUnit` of the simulation. */
  readonly feePerUnit: number;
}

/** The points of a symbol. */
export interface EntryPoints extends EntryPrices {
  /** The number of the last point. */
  readonly last: number;
  /** The price without costs per point. */
  readonly value: Float64Array;
}

function sharedNumbers(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * count));
}

/** Throws ATC_INVALID_ARGUMENT for bars whose arrays differ in length or hold prices that are not above 0. */
function checkBars(symbol: string, { time, ...prices }: EntryBars): void {
  const bars = time.length;
  if (bars === 0) throw invalidInput(`symbol "${symbol}" has no bars; leave it out`, { symbol });
  for (const [name, list] of Object.entries(prices) as [string, Float64Array | undefined][]) {
    if (list === undefined) continue;
    if (list.length !== bars)
      throw invalidInput(`symbol "${symbol}" has ${list.length} values of ${name} for ${bars} bars; give one per bar`, {
        symbol,
      });
    const fault = list.findIndex((price) => !(Number.isFinite(price) && price > 0));
    if (fault !== -1)
      throw invalidInput(`the ${name} of bar ${fault} of symbol "${symbol}" is ${list[fault]}; give a price above 0`, {
        symbol,
        bar: fault,
      });
  }
  for (let bar = 0; bar < bars; bar++)
    if (!(bar === 0 ? Number.isFinite(time[0]) : time[bar] >= time[bar - 1]))
      throw invalidInput(`the time of bar ${bar} of symbol "${symbol}" is ${time[bar]}; give finite times in order`, {
        symbol,
        bar,
      });
}

/**
 * The points of a symbol. If orders fill at opens, point j is the open of bar j, and one more is the last close; else
 * point j is the close of bar j. It takes 24 bytes per bar.
 *
 * @throws ATC_INVALID_ARGUMENT for invalid bars
 */
export function entryPoints(symbol: string, bars: EntryBars, fill: EntryFill, costs: TradingCosts): EntryPoints {
  checkBars(symbol, bars);
  const { close, open } = bars;
  if (fill === "nextOpen" && open === undefined)
    throw invalidInput(`symbol "${symbol}" has no opens to fill at; give them, or fill at the next close`, { symbol });
  const atOpens = fill !== "nextClose";
  const last = atOpens ? close.length : close.length - 1;
  const count = last + 1;
  const value = new Float64Array(count);
  const buy = sharedNumbers(count);
  const sell = sharedNumbers(count);
  const known = [close, open, bars.high, bars.low].filter((list) => list !== undefined);
  const { feeBps, feePerUnit, slippageBps, spreadBps, slippageRange } = costs;
  const steady = slippageBps / 10_000 + spreadBps / 20_000;
  for (let point = 0; point < count; point++) {
    const bar = Math.min(point, close.length - 1);
    const isEnd = atOpens && point === last;
    let [high, low] = [close[bar], close[bar]];
    for (const list of known) {
      if (list[bar] > high) high = list[bar];
      if (list[bar] < low) low = list[bar];
    }
    const reference = atOpens && !isEnd && open !== undefined ? open[bar] : close[bar];
    const isWorst = fill === "worst" && !isEnd;
    const buyBase = isWorst ? high : reference;
    const sellBase = isWorst ? low : reference;
    value[point] = reference;
    buy[point] = buyBase * (1 + steady + (slippageRange * (high - low)) / buyBase);
    sell[point] = Math.max(0, sellBase * (1 - steady - (slippageRange * (high - low)) / sellBase));
  }
  return { last, value, buy, sell, feeBps, feePerUnit };
}
