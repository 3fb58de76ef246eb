import { isAtcError } from "@atc/contract";
import { openRuntime } from "@atc/runtime";
import { datasetRecipe, fetchDataset, updateDataset, watchDataset } from "@atc/runtime/market";
import { builtModule } from "../built-module.js";
import { candleMarket, firstHour, hour, priceAt, withMarket } from "./candle-market.js";

const { loadWatch, watchFile } = await builtModule("runtime/dist/market/watch-state.js");
const { asJson, signalPart } = await builtModule("runtime/dist/wiring/config-parts.js");

const hours = 300;
const wish = { exchange: "shop", timeframe: "1h", since: firstHour, symbols: ["A/X", "B/X"] };

/** Runs work with a runtime in a folder, whose exchange is `market`. */
async function within(folder, market, work) {
  const runtime = await openRuntime({ cwd: folder, env: {}, config: { executor: "inline", keepGenerations: 0 } });
  try {
    return await work(withMarket(runtime, market));
  } finally {
    await runtime[Symbol.asyncDispose]();
  }
}

const fetchAll = (folder, market = candleMarket(hours)) =>
  within(folder, market, (runtime) => fetchDataset(runtime, "d", wish));

async function watch(folder, market) {
  await within(folder, market, async (runtime) => {
    for await (const { failures } of watchDataset(runtime, "d", { once: true }))
      if (failures.length > 0) throw failures[0].error;
  });
}

/** The rows of a series from which on the prices are shifted by another value. */
function shiftsOf(series) {
  const spans = [];
  let shift;
  let row = 0;
  for (const block of series.blocks({ columns: ["timestamp", "close"] })) {
    const times = block.times();
    const closes = block.values("close");
    for (let i = 0; i < block.length; i++, row++) {
      if (times[i] !== BigInt(firstHour + hour * row)) return `the time of row ${row} is ${times[i]}`;
      const found = closes[i] - priceAt(row);
      if (found === shift) continue;
      shift = found;
      spans.push(`${row}/${shift}`);
    }
  }
  return `${row} rows of ${spans.join(", ")}`;
}

/** The rows of the dataset and its recipe. */
async function content(folder) {
  return await within(folder, candleMarket(0), async (runtime) => {
    if ((await runtime.store.find("d")) === undefined) return "absent";
    const { symbols, since, updates } = await datasetRecipe(runtime, "d");
    const dataset = await runtime.store.open("d");
    const found = dataset.symbols().map((symbol) => `${symbol}:${shiftsOf(dataset.series(symbol))}`);
    dataset[Symbol.dispose]();
    const { faults } = await runtime.store.verify("d");
    if (faults.length > 0) return `damaged: ${faults[0].what}`;
    return `${found.join(" ")}, of ${symbols.join("+")} since ${since}, ${updates} updates`;
  });
}

/** The rows of the dataset, and those for which the watch has signals. */
async function watched(folder) {
  const state = await within(folder, candleMarket(0), ({ config }) =>
    loadWatch(watchFile(config.dataDir, "d", asJson(signalPart(config)))),
  );
  const rows =
    state?.symbols === undefined
      ? String(state)
      : [...state.symbols].map(([name, { rows }]) => `${name} ${rows}`).join(" ");
  return `${await content(folder)}; watched: ${rows}`;
}

async function tidy(folder) {
  await within(folder, candleMarket(0), async ({ store }) => (await store.lock("d"))[Symbol.asyncDispose]());
}

/** @type {readonly import("./operation.js").Operation[]} */
export const fetchOperations = [
  {
    name: "fetch create",
    prepare: async () => undefined,
    run: (folder) => fetchAll(folder),
    state: content,
    tidy,
    isDurable: true,
  },
  {
    name: "fetch create, resumed",
    async prepare(folder) {
      // The pages of an aborted run stay for the next one.
      await fetchAll(folder, candleMarket(hours, { endsAfter: 7 })).catch((error) => {
        if (!isAtcError(error, "ATC_ABORTED")) throw error;
      });
    },
    run: (folder) => fetchAll(folder),
    state: content,
    tidy,
    isDurable: true,
  },
  {
    name: "fetch update",
    prepare: (folder) => fetchAll(folder),
    // The last candles are revised: `shift` changes those that are fetched again.
    run: (folder) =>
      within(folder, candleMarket(hours + 60, { shift: 1000 }), (runtime) => updateDataset(runtime, "d")),
    state: content,
    tidy,
    isDurable: true,
  },
  {
    name: "fetch watch",
    async prepare(folder) {
      await fetchAll(folder);
      await watch(folder, candleMarket(hours));
    },
    run: (folder) => watch(folder, candleMarket(hours + 20)),
    state: watched,
    tidy,
    isDurable: true,
    // The rows are stored before the state of the watch.
    between: (before, after) => [`${after.split("; ")[0]}; ${before.split("; ")[1]}`],
  },
];
