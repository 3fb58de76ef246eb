import { noiseOf, seedOf } from "./seeded-noise.ts";

/** A symbol of an {@link ExchangeServer}. */
export interface ServedSymbol {
  /** Base and quote currency, such as `BTC/USDT`. */
  readonly symbol: string;
  /** The time of its first candle, in ms. Default: 2020-01-01. */
  readonly listed?: number;
  /** The end of its last candle, in ms. Default: it trades. */
  readonly delisted?: number;
  /** Spans in which nothing traded, as start, inclusive, and end, exclusive, in ms. Default: none. */
  readonly quiet?: readonly (readonly [from: number, to: number])[];
  /** Its volume of a day in the quote currency. Default: 1,000,000. */
  readonly dayVolume?: number;
}

/** Time, open, high, low, close, volume; the time in ms. */
export type ServedCandle = readonly [
  time: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

/** The candles that an exchange has, computed from symbol and time. */
export interface ServedCandles {
  /** The symbols that it has. */
  readonly symbols: readonly ServedSymbol[];
  /** Candles whose times are `from`, inclusive, to `to`, exclusive, and that began before `now`; at most `most`. */
  between(
    symbol: string,
    span: { readonly from: number; readonly to: number; readonly now: number; readonly most?: number },
    lengthMs: number,
  ): readonly ServedCandle[];
  /** Changes the close of a candle that was served before. */
  revise(symbol: string, time: number): void;
}

const firstListing = Date.UTC(2020, 0, 1);

/** A number from 0 to 1 that depends on a symbol and a minute. */
function noise(seed: number, time: number, salt: number): number {
  return noiseOf(seed, Math.floor(time / 60_000), salt);
}

function priceAt(seed: number, time: number): number {
  const hours = time / 3_600_000;
  const slow = Math.sin(hours / (190 + (seed & 63)) + seed);
  const quick = Math.sin(hours / (17 + (seed & 7)));
  return (20 + (seed & 255)) * (1 + 0.4 * slow + 0.1 * quick + 0.02 * noise(seed, time, 1));
}

/** Six decimals, as exchanges send them. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

/** A market whose candles are the same in every run. A candle that is still forming has other values than later. */
export function servedCandles(symbols: readonly ServedSymbol[]): ServedCandles {
  const byName = new Map(symbols.map((one) => [one.symbol, one]));
  const revised = new Map<string, number>();

  function candle(symbol: string, time: number, lengthMs: number, now: number): ServedCandle {
    const seed = seedOf(symbol);
    const end = Math.min(time + lengthMs, now);
    const open = priceAt(seed, time);
    const close = priceAt(seed, end) * (1 + 0.001 * (revised.get(`${symbol} ${time}`) ?? 0));
    const high = Math.max(open, close) * (1 + 0.01 * noise(seed, time, 2));
    const low = Math.min(open, close) * (1 - 0.01 * noise(seed, time, 3));
    const volume = 1000 * noise(seed, time, 4) * ((end - time) / lengthMs) + 1;
    return [time, rounded(open), rounded(high), rounded(low), rounded(close), rounded(volume)];
  }

  function trades({ listed = firstListing, delisted, quiet = [] }: ServedSymbol, from: number, to: number): boolean {
    if (to <= listed || from >= (delisted ?? Number.POSITIVE_INFINITY)) return false;
    return !quiet.some(([begin, end]) => from >= begin && to <= end);
  }

  return {
    symbols,
    between(symbol, { from, to, now, most = Number.POSITIVE_INFINITY }, lengthMs) {
      const served = byName.get(symbol);
      const found: ServedCandle[] = [];
      if (served === undefined) return found;
      const begin = Math.max(from, (served.listed ?? firstListing) - lengthMs);
      const end = Math.min(to, now + 1, served.delisted ?? Number.POSITIVE_INFINITY);
      for (let time = Math.ceil(begin / lengthMs) * lengthMs; time < end && found.length < most; time += lengthMs)
        if (trades(served, time, time + lengthMs)) found.push(candle(symbol, time, lengthMs, now));
      return found;
    },
    revise(symbol, time) {
      const key = `${symbol} ${time}`;
      revised.set(key, (revised.get(key) ?? 0) + 1);
    },
  };
}
