import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { recipeOf } from "@atc/runtime/market";
import { builtModule } from "../../built-module.js";
import { newFolder } from "../../new-folder.js";
import { candleMarket, firstHour, hour } from "../../operations/candle-market.js";
import { mutated, mutatedJson } from "../mutate.js";

const { candlePages } = await builtModule("source-ccxt/dist/candles/candle-pages.js");
const { openCandleFile } = await builtModule("runtime/dist/market/candle-file.js");
const { loadWatch, saveWatch } = await builtModule("runtime/dist/market/watch-state.js");

/** Inputs that are JSON: some are changed as bytes. */
const changedJson = (random, valid) =>
  random.below(4) === 0
    ? mutated(random, valid)
    : Buffer.from(JSON.stringify(mutatedJson(random, JSON.parse(random.pick(valid)))));

function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    // The connection or the manifest refuses what is not JSON.
    return undefined;
  }
}

const row = (place) => [firstHour + place * hour, 10 + place, 12 + place, 9 + place, 11 + place, 5];
const answers = [
  Array.from({ length: 6 }, (_, place) => row(place)),
  Array.from({ length: 14 }, (_, place) => row(place + (place >> 2))),
  [row(0), [...row(1).slice(0, 5), null]],
];

/** The answers of an exchange, as ccxt passes them on. @type {import("../reader.js").Reader} */
const exchangeCandles = {
  name: "exchange-candles",
  valid: () => answers.map((rows) => Buffer.from(JSON.stringify(rows))),
  async read(bytes) {
    const rows = parsed(bytes);
    if (!Array.isArray(rows)) return;
    const pages = candlePages({
      exchange: "shop",
      symbol: "A/X",
      timeframe: { name: "1h", lengthMs: hour },
      longer: undefined,
      since: firstHour,
      until: firstHour + 40 * hour,
      pageRows: 20,
      signal: undefined,
      ask: async (_, since) => rows.filter((one) => !(Array.isArray(one) && one[0] < since)),
    });
    let next = firstHour;
    for await (const { columns, next: end } of pages) {
      if (!(end > next)) throw new RangeError(`a page ends at ${end}, and the one before it at ${next}`);
      for (const time of columns.timestamp)
        if (!(Number(time) >= next && Number(time) < end)) throw new RangeError(`a page has a candle of ${time}`);
      next = end;
    }
  },
  change: changedJson,
};

/** The candles that a fetch keeps until they are in a dataset. @returns {import("../reader.js").Reader} */
function candleFileReader() {
  let folder;
  let path;
  return {
    name: "candle-file",
    async valid() {
      folder = await newFolder();
      path = join(folder, "a.candles");
      const file = await openCandleFile(path);
      const request = { symbol: "A/X", timeframe: "1h", since: firstHour, until: firstHour + 90 * hour };
      for await (const page of candleMarket(90).candles(request)) await file.append(page);
      await file[Symbol.asyncDispose]();
      return [await readFile(path)];
    },
    async read(bytes) {
      await writeFile(path, bytes);
      const file = await openCandleFile(path);
      try {
        let rows = 0;
        for await (const { timestamp } of file.pages()) rows += timestamp.length;
        if (rows !== file.rows) throw new RangeError(`${rows} of ${file.rows} rows are read`);
      } finally {
        await file[Symbol.asyncDispose]();
      }
    },
    folder: () => folder,
  };
}

const recipe = {
  version: 1,
  market: "ccxt",
  exchange: "shop",
  timeframe: "1h",
  since: firstHour,
  symbols: ["A/X", "B/X"],
  delisted: ["B/X"],
  settings: { hostname: "x" },
  updates: 3,
};

/** How a dataset is fetched, in its manifest. @type {import("../reader.js").Reader} */
const recipeReader = {
  name: "recipe",
  valid: () => [Buffer.from(JSON.stringify({ recipe }))],
  read(bytes) {
    const attributes = parsed(bytes);
    if (typeof attributes === "object" && attributes !== null) recipeOf({ name: "d", attributes });
  },
  change: changedJson,
};

/** What a watch knows of its signals. @returns {import("../reader.js").Reader} */
function watchReader() {
  const headBytes = "ATCWATCH1".length + 8;
  let folder;
  let path;
  return {
    name: "watch-state",
    async valid() {
      folder = await newFolder();
      path = join(folder, "d.state");
      const symbols = new Map([["A/X", { rows: 3, lastTime: firstHour, direction: 1, sums: [1, 2] }]]);
      await saveWatch(path, { symbols, snapshot: Uint8Array.of(1, 2, 3, 4) });
      return [await readFile(path)];
    },
    async read(bytes) {
      await writeFile(path, bytes);
      await loadWatch(path);
    },
    // The checksum is of all that follows the head, which ends with it.
    change(random, valid) {
      const bytes = mutated(random, valid);
      if (random.below(2) === 0 && bytes.length > headBytes)
        bytes.writeUInt32LE(crc32(bytes.subarray(headBytes)), headBytes - 4);
      return bytes;
    },
    folder: () => folder,
  };
}

/** @type {readonly import("../reader.js").Reader[]} */
export const marketReaders = [exchangeCandles, candleFileReader(), recipeReader, watchReader()];
