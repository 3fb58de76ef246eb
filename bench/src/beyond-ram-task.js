// One task over the dataset "market" in a directory, in its own process:
// `node beyond-ram-task.js TASK BACKEND DIRECTORY`. Prints its result as JSON.
import { readFileSync } from "node:fs";
import { backtestSeries, strategyOf } from "@atc/backtest";
import { mmapStore } from "@atc/mmap-store";

const [task, backend, directory] = process.argv.slice(2);
const store = mmapStore({ directory, backend });
const prices = ["open", "high", "low", "close", "volume"];

let anonymousKb = 0;
function sampleMemory() {
  const status = readFileSync("/proc/self/status", "utf8");
  anonymousKb = Math.max(anonymousKb, Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]));
}

function sumOf(dataset, columns) {
  let total = 0;
  for (const symbol of dataset.symbols()) {
    for (const block of dataset.series(symbol).blocks({ columns })) {
      for (const column of columns) {
        const values = block.values(column);
        for (let i = 0; i < values.length; i++) total += values[i];
      }
    }
    sampleMemory();
  }
  return total;
}

/** Long above the average of about the last 512 closes, short below it. */
const aboveAverage = strategyOf("above average", () => {
  let average = Number.NaN;
  return ({ close }, directions) => {
    for (let i = 0; i < close.length; i++) {
      average = Number.isNaN(average) ? close[i] : average + (close[i] - average) / 512;
      directions[i] = Math.sign(close[i] - average);
    }
  };
});

/** A sink that keeps only the count of trades: curves of any length take the memory of one block. */
function countingSink() {
  let room = { times: new BigInt64Array(0), equity: new Float64Array(0), directions: new Int8Array(0), columns: {} };
  let trades = 0;
  return {
    columns: [],
    room(length) {
      if (room.times.length < length)
        room = {
          times: new BigInt64Array(length),
          equity: new Float64Array(length),
          directions: new Int8Array(length),
          columns: {},
        };
      room.directions.fill(0);
      return room;
    },
    takeBars: () => undefined,
    takeTrades(more) {
      trades += more.length;
    },
    finish: () => ({ trades }),
  };
}

function backtestOf(dataset) {
  const results = [];
  for (const symbol of dataset.symbols()) {
    const sink = countingSink();
    const { metrics } = backtestSeries(dataset.series(symbol), { strategy: aboveAverage, sink });
    results.push([metrics.totalReturn, metrics.maxDrawdown, metrics.sharpe, sink.finish().trades]);
    sampleMemory();
  }
  return results;
}

/** The sum of 3000 windows of 64 closes at scattered places. */
function windowsOf(dataset) {
  const symbols = dataset.symbols();
  let total = 0;
  for (let i = 0; i < 3000; i++) {
    const series = dataset.series(symbols[(i * 7919) % symbols.length]);
    const values = series.window("close", (i * 104_729) % (series.length - 64), 64);
    for (let row = 0; row < values.length; row++) total += values[row];
  }
  sampleMemory();
  return total;
}

function loadAll(dataset) {
  const loaded = [];
  for (const symbol of dataset.symbols()) {
    const series = dataset.series(symbol);
    for (const column of prices) {
      const values = new Float64Array(series.length);
      for (const block of series.blocks({ columns: [column] })) values.set(block.values(column), block.row);
      loaded.push(values);
    }
    sampleMemory();
  }
  return loaded.length;
}

const tasks = {
  "sum-of-close": (dataset) => sumOf(dataset, ["close"]),
  "sum-of-all": (dataset) => sumOf(dataset, prices),
  backtest: backtestOf,
  windows: windowsOf,
  "load-all": loadAll,
};
const dataset = await store.open("market");
const startedAt = performance.now();
const result = tasks[task](dataset);
const ms = performance.now() - startedAt;
dataset[Symbol.dispose]();
process.stdout.write(JSON.stringify({ result, ms, anonymousMb: anonymousKb / 1000 }));
