import { AtcError } from "@atc/contract";

/** The length of a candle, in ms. */
export const hour = 3_600_000;

/** The time of the first candle. */
export const firstHour = Date.UTC(2021, 0, 1);

/** Rows of a page. */
const pageRows = 40;

/** The price of an hour, before it is shifted. */
export const priceAt = (row) => 100 + (row % 17);

/** Candles `from` to `to` of a symbol. */
function candles(from, to, shift) {
  const length = to - from;
  const close = Float64Array.from({ length }, (_, i) => priceAt(from + i) + shift);
  return {
    timestamp: BigInt64Array.from({ length }, (_, i) => BigInt(firstHour + hour * (from + i))),
    open: close.slice(),
    high: close.map((price) => price + 1),
    low: close.map((price) => price - 1),
    close,
    volume: close.map((price) => 2 * price),
  };
}

/**
 * An exchange without a network, at which it is `hours` after its first candle.
 *
 * @param {number} hours
 * @param {{ readonly shift?: number, readonly endsAfter?: number }} [options] - `shift` is added to the prices; after
 * `endsAfter` pages, a run ends as if it was aborted
 * @returns {import("@atc/contract").Market}
 */
export function candleMarket(hours, { shift = 0, endsAfter = Number.POSITIVE_INFINITY } = {}) {
  let pages = 0;
  return {
    exchange: "shop",
    timeframes: new Map([["1h", hour]]),
    requestsPerSecond: 1000,
    symbols: async () => ["A/X", "B/X"].map((symbol) => ({ symbol, isActive: true })),
    volumes: async () => new Map(),
    pageRows: () => pageRows,
    time: async () => firstHour + hour * hours,
    async *candles({ symbol, since, until }) {
      const end = Math.min(hours, Math.floor((until - firstHour) / hour));
      for (let from = Math.ceil((since - firstHour) / hour); from < end; ) {
        if (pages++ >= endsAfter) throw new AtcError("ATC_ABORTED", "the fetch is interrupted");
        const to = Math.min(end, from + pageRows);
        yield { symbol, columns: candles(from, to, shift + (symbol === "B/X" ? 50 : 0)), next: firstHour + hour * to };
        from = to;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A runtime whose only exchange is `market`. */
export function withMarket(runtime, market) {
  return { ...runtime, host: { ...runtime.host, find: async () => market } };
}
