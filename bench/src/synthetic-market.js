import { closeSync, openSync, writeSync } from "node:fs";
import { mmapStore } from "@atc/mmap-store";

const minute = 60_000;
const start = Date.UTC(2015, 0, 1);

/** A random walk in whole cents from a seed: xorshift, the same on every machine. */
function centWalk(seed) {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ 0x5bd1_e995) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  let cents = 5000 + (next() % 10_000);
  return () => {
    const open = cents;
    const random = next();
    // Reverts to the mean, so that walks of any length stay positive and have few digits.
    cents = Math.max(200, cents + (random % 41) - 20 + (cents > 20_000 ? -1 : 0));
    return {
      open,
      close: cents,
      high: Math.max(open, cents) + ((random >>> 8) & 7),
      low: Math.min(open, cents) - 3,
      volume: random >>> 12,
    };
  };
}

/**
 * The symbols of a market: `rows` bars each, at `interval` ms, from `start` ms on. Symbols of one start share all
 * times. With `apart`, each starts at its own minute and hour.
 */
export function marketOf({ symbols, bars, apart = false, interval = minute }) {
  const width = String(symbols - 1).length;
  return Array.from({ length: symbols }, (_, number) => ({
    symbol: `S${String(number).padStart(width, "0")}`,
    rows: bars,
    start: start + (apart ? (number * 7 * 60 + (number % 60)) * minute : 0),
    interval,
    seed: number,
  }));
}

/** Writes text digit by digit: strings would take ten times as long. */
function textWriter(file) {
  const handle = openSync(file, "w");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let length = 0;
  const digits = (value) => {
    let end = length + 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
    for (let at = end - 1, rest = value; at >= length; at--) {
      buffer[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    length = end;
  };
  return {
    text(value) {
      length += buffer.write(value, length, "latin1");
    },
    number(value) {
      buffer[length++] = 44;
      digits(value);
    },
    cents(value) {
      buffer[length++] = 44;
      digits(Math.floor(value / 100));
      buffer[length++] = 46;
      buffer[length++] = 48 + (Math.floor(value / 10) % 10);
      buffer[length++] = 48 + (value % 10);
    },
    endLine() {
      buffer[length++] = 10;
      if (length > buffer.length - 4096) this.flush();
    },
    flush() {
      writeSync(handle, buffer, 0, length);
      length = 0;
    },
    close() {
      this.flush();
      closeSync(handle);
    },
  };
}

/** Writes a market as CSV, bar by bar, with the symbols interleaved. Symbols without further bars are skipped. */
export function writeMarketCsv(file, market) {
  const writer = textWriter(file);
  writer.text("symbol,timestamp,open,high,low,close,volume\n");
  const walks = market.map(({ seed }) => centWalk(seed));
  const longest = market.reduce((most, { rows }) => Math.max(most, rows), 0);
  for (let bar = 0; bar < longest; bar++)
    for (const [i, { symbol, rows, start: first, interval }] of market.entries()) {
      if (bar >= rows) continue;
      const { open, high, low, close, volume } = walks[i]();
      writer.text(symbol);
      writer.number(first + bar * interval);
      writer.cents(open);
      writer.cents(high);
      writer.cents(low);
      writer.cents(close);
      writer.number(volume);
      writer.endLine();
    }
  writer.close();
}

const prices = ["open", "high", "low", "close"];
const columns = [
  { name: "timestamp", type: "timestamp[ms]" },
  ...prices.map((name) => ({ name, type: "float64" })),
  { name: "volume", type: "float64" },
];
const blockRows = 250_000;

/**
 * Writes a market as the dataset `name` of a folder, through the store, with the rows of {@link writeMarketCsv}.
 * Returns its bytes.
 */
export async function storeMarket(directory, name, market) {
  const store = mmapStore({ directory });
  const lock = await store.lock(name);
  const series = market.map(({ symbol, rows }) => ({ symbol, rows }));
  const writer = await store.create(lock, {
    schema: { kind: "bars", columns },
    fingerprint: `bench ${JSON.stringify(market[0])} ${market.length}`,
    series,
  });
  for (const { symbol, rows, start: first, interval, seed } of market) {
    const next = centWalk(seed);
    for (let from = 0; from < rows; from += blockRows) {
      const length = Math.min(blockRows, rows - from);
      const words = new Uint32Array(2 * length);
      const values = { timestamp: new BigInt64Array(words.buffer) };
      for (const column of [...prices, "volume"]) values[column] = new Float64Array(length);
      const { open, high, low, close, volume } = values;
      for (let i = 0; i < length; i++) {
        const bar = next();
        const time = first + (from + i) * interval;
        words[2 * i] = time;
        words[2 * i + 1] = time / 2 ** 32;
        open[i] = bar.open / 100;
        high[i] = bar.high / 100;
        low[i] = bar.low / 100;
        close[i] = bar.close / 100;
        volume[i] = bar.volume;
      }
      await writer.write(symbol, from, values);
    }
  }
  const { bytes } = await writer.publish();
  await lock[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  return bytes;
}
