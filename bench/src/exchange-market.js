import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./command-run.js";

export const hour = 3_600_000;
export const start = Date.UTC(2020, 0, 1);
/** Binance gives so many candles in an answer. */
const pageRows = 1000;

/** Symbols of an exchange; each has a month in which nothing traded, another one than the others. */
export function symbolsOf(count, candles) {
  const month = Math.min(720, Math.floor(candles / 10));
  return Array.from({ length: count }, (_, i) => {
    const from = start + Math.floor(((i + 1) * candles) / (count + 2)) * hour;
    return { symbol: `${coinName(i)}/USDT`, quiet: [[from, from + month * hour]] };
  });
}

/** AA, BA, CA, ...: names that no currency has. */
export function coinName(i) {
  return String.fromCharCode(65 + (i % 26), 65 + Math.floor(i / 26), 81);
}

/** A folder in which the command finds the package of exchanges, as after `npm install`. */
export function projectIn(folder) {
  mkdirSync(join(folder, "node_modules/@atc"), { recursive: true });
  symlinkSync(join(checkout, "packages/source-ccxt"), join(folder, "node_modules/@atc/source-ccxt"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { "@atc/source-ccxt": "*" } }));
  return folder;
}

/** The closed candles that a server has of a symbol. */
export function truthOf({ candles, now }, symbol) {
  return candles.between(symbol, { from: start, to: now - hour + 1, now }, hour);
}

/** The least requests that give all closed candles of a server. */
export function leastPages(server) {
  return server.candles.symbols.reduce(
    (sum, { symbol }) => sum + Math.ceil(truthOf(server, symbol).length / pageRows),
    0,
  );
}

const values = ["open", "high", "low", "close", "volume"];

/** What a stored dataset has other than the server: a text; undefined if they are equal. */
export async function differenceOf({ store }, name, server) {
  const dataset = await store.open(name);
  try {
    for (const { symbol } of server.candles.symbols) {
      const difference = rowsDifference(dataset.series(symbol), truthOf(server, symbol));
      if (difference !== undefined) return `${difference} of ${symbol}`;
    }
    return undefined;
  } finally {
    dataset[Symbol.dispose]();
  }
}

function rowsDifference(series, truth) {
  let row = 0;
  for (const block of series.blocks({ columns: ["timestamp", ...values] })) {
    const times = block.times();
    const columns = values.map((name) => block.values(name));
    for (let i = 0; i < block.length; i++, row++) {
      const wanted = truth[row] ?? [];
      if (Number(times[i]) !== wanted[0] || columns.some((all, k) => all[i] !== wanted[k + 1])) return `row ${row}`;
    }
  }
  return row === truth.length ? undefined : `${truth.length - row} candles`;
}

/** Runs `use` with resources, and disposes them in reverse. */
export async function withAll(resources, use) {
  try {
    return await use(...resources);
  } finally {
    for (const one of resources.toReversed()) await one[Symbol.asyncDispose]();
  }
}

/** A hash of the files of rows of a dataset, which hold them as they are. */
export function rowsHash(cwd, name) {
  const folder = join(cwd, ".cache/mmap", name);
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort())
    if (file.endsWith(".arrow")) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}
