import { readFileSync } from "node:fs";
import { compute } from "@atc/signals";

/** Numbers in (0, 1): the minimal standard of Park and Miller with the multiplier 48271. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Synthetic minute bars: prices of 2 decimals, volumes of 5, times in ms with occasional gaps. */
function syntheticBars(bars, seed) {
  const next = uniform(seed);
  const close = new Float64Array(bars);
  const volume = new Float64Array(bars);
  const time = new BigInt64Array(bars);
  let price = 30_000;
  let at = Date.UTC(2020, 0, 1);
  for (let i = 0; i < bars; i++) {
    price *= 1 + (next() + next() + next() - 1.5) * 0.001;
    close[i] = Math.round(price * 100) / 100;
    volume[i] = Math.round(-Math.log(next()) * 1_200_000) / 100_000;
    at += next() < 0.0001 ? 3_600_000 : 60_000;
    time[i] = BigInt(at);
  }
  return { close, volume, time };
}

/**
 * The columns `close` or `price`, `volume` or `size`, and the time of a CSV with a header; undefined if the file is
 * absent.
 */
export function readBars(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = header.toLowerCase().split(",");
  const columns = [/^(close|price)$/, /^(volume|size)$/].map((pattern) =>
    names.findIndex((name) => pattern.test(name)),
  );
  const rows = lines.map((line) => line.split(","));
  const [close, volume] = columns.map((at) => Float64Array.from(rows, (row) => Number(row[at])));
  const at = names.findIndex((name) => /^(timestamp|time|date)/.test(name));
  const time = BigInt64Array.from(rows, (row) => {
    const value = Number(row[at]);
    return BigInt(Number.isNaN(value) ? Date.parse(row[at]) : value);
  });
  return { close, volume, time };
}

function bytesOf(column) {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/**
 * The arrays of one series of bars in a cache and an archive, as `{ bytes, typesize, kind }` by name.
 *
 * @param {{ close: Float64Array, volume: Float64Array, time: BigInt64Array }} bars
 */
export function cachedArrays({ close, volume, time }) {
  const { columns } = compute({ close }, {}, { outputs: ["ema", "wma", "kama", "lsma", "emaEquity", "direction"] });
  const directions = Float64Array.from(columns.direction);
  const float = {
    close,
    ema: columns.ema,
    wma: columns.wma,
    kama: columns.kama,
    lsma: columns.lsma,
    equity: columns.emaEquity,
  };
  const listed = {
    ...float,
    "signals int8": columns.direction,
    "signals float64": directions,
    timestamps: time,
    volume,
  };
  return Object.fromEntries(
    Object.entries(listed).map(([name, column]) => [
      name,
      { bytes: bytesOf(column), typesize: column.BYTES_PER_ELEMENT, averaged: name in float },
    ]),
  );
}

/** The arrays of `bars` synthetic minute bars. */
export function syntheticArrays(bars, seed = 1) {
  return cachedArrays(syntheticBars(bars, seed));
}

/** Prices of 8 decimals near 0.0123, like those of a coin. */
export function finePrices(bars, seed = 7) {
  const next = uniform(seed);
  const prices = new Float64Array(bars);
  let price = 0.0123;
  for (let i = 0; i < bars; i++) {
    price *= 1 + (next() + next() + next() - 1.5) * 0.001;
    prices[i] = Math.round(price * 1e8) / 1e8;
  }
  return { bytes: bytesOf(prices), typesize: 8 };
}

/**
 * Directions of an exponential average of 7 bars over one of 28, as int8 and float64. They change about every 23 bars.
 */
export function slowCrossings(bars, seed = 1) {
  const { close } = syntheticBars(bars, seed);
  const directions = new Int8Array(bars);
  let fast = close[0];
  let slow = close[0];
  for (let i = 0; i < bars; i++) {
    fast += (close[i] - fast) / 4;
    slow += (close[i] - slow) * (2 / 29);
    directions[i] = fast > slow ? 1 : -1;
  }
  return {
    "crossings int8": { bytes: bytesOf(directions), typesize: 1 },
    "crossings float64": { bytes: bytesOf(Float64Array.from(directions)), typesize: 8 },
  };
}
