import { closeSync, openSync, writeSync } from "node:fs";

/** Numbers in (0, 1): the minimal standard of Park and Miller with the multiplier 48271. */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A random walk of prices above 0, `bars` long. */
export function walk(bars, seed = 1) {
  const next = uniform(seed);
  const close = new Float64Array(bars);
  let price = 100;
  for (let i = 0; i < bars; i++) {
    price *= 1 + (next() - 0.5) * 0.01;
    close[i] = Math.max(Math.round(price * 100) / 100, 0.01);
  }
  return close;
}

/** Minute bars whose opens are near the closes before them. */
export function market(length, seed) {
  const close = walk(length, seed);
  const open = Float64Array.from(close, (price, i) =>
    i === 0 ? price : close[i - 1] * (1 + (((i * 2_654_435_761) % 1000) / 1000 - 0.5) * 1e-4),
  );
  const times = BigInt64Array.from({ length }, (_, i) => BigInt(i) * 60_000n);
  return { times, open, close };
}

/**
 * Writes a CSV of minute bars with `symbols` interleaved and neighbouring minutes sometimes out of order. Returns the
 * number of rows.
 */
export function writeMarket(file, symbols, bars, seed = 1) {
  const next = uniform(seed);
  const prices = new Float64Array(symbols).fill(100);
  const handle = openSync(file, "w");
  writeSync(handle, "symbol,timestamp,open,high,low,close,volume\n");
  const start = Date.UTC(2015, 0, 1);
  let lines = [];
  for (let bar = 0; bar < bars; bar++) {
    const time = new Date(start + (bar ^ 1) * 60_000).toISOString();
    for (let symbol = 0; symbol < symbols; symbol++) {
      const open = prices[symbol];
      const close = Math.max(open * (1 + (next() - 0.5) * 0.004), 0.5);
      prices[symbol] = close;
      lines.push(
        `S${symbol},${time},${open.toFixed(2)},${(Math.max(open, close) * 1.0005).toFixed(2)},${(Math.min(open, close) * 0.9995).toFixed(2)},${close.toFixed(2)},${Math.floor(next() * 1e6)}\n`,
      );
    }
    if (lines.length > 50_000 || bar === bars - 1) {
      writeSync(handle, lines.join(""));
      lines = [];
    }
  }
  closeSync(handle);
  return symbols * bars;
}
