// Processor time of one piece of work of a built checkout: `node library-task.js ROOT WORK` prints milliseconds.
// It imports the packages of ROOT by path, so that two checkouts can be compared.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { walk } from "./market.js";

const [, , root = "", work = ""] = process.argv;

/** A built package of the checkout; the numeric codec had another name before. */
async function load(...names) {
  const name = names.find((one) => existsSync(join(root, "packages", one, "dist", "index.js")));
  return await import(pathToFileURL(join(root, "packages", name, "dist", "index.js")).href);
}

function cpuMs(action) {
  action();
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Prices with two decimals: what a column of a dataset holds. */
const prices = (length) => walk(length).map((price) => Math.round(price * 100) / 100);
const bytesOf = (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

async function blockCodecs() {
  const { lz4Block } = await load("codec-lz4");
  const { zstdBlock } = await load("codec-zstd");
  return [await lz4Block(), await zstdBlock()];
}

function codecWork(codec, length, repeats) {
  const bytes = bytesOf(prices(length));
  return () => {
    for (let i = 0; i < repeats; i++) codec.decode(codec.encode(bytes, { typesize: 8 }));
  };
}

const works = {
  async signals() {
    const { compute } = await load("signals");
    const close = walk(1_000_000);
    return () => {
      for (let i = 0; i < 4; i++) compute({ close });
    };
  },
  async "signals, live"() {
    const { createStream } = await load("signals");
    const close = walk(300_000);
    return () => {
      const stream = createStream();
      for (const price of close) stream.push({ close: price });
    };
  },
  async backtest() {
    const { backtestSeries, memorySeries, strategyOf } = await load("backtest");
    const close = walk(2_000_000);
    const timestamps = BigInt64Array.from(close, (_, bar) => BigInt(bar) * 60_000n);
    const series = memorySeries("S", {
      timestamp: timestamps,
      open: close,
      high: close,
      low: close,
      close,
      volume: close,
    });
    const strategy = strategyOf("above average", () => {
      let average = Number.NaN;
      return (block, directions) => {
        for (let i = 0; i < block.close.length; i++) {
          average = Number.isNaN(average) ? block.close[i] : average + (block.close[i] - average) / 512;
          directions[i] = Math.sign(block.close[i] - average);
        }
      };
    });
    return () => {
      for (let i = 0; i < 8; i++) backtestSeries(series, { strategy });
    };
  },
  async "codec blosc lz4"() {
    const { blosc } = await load("codec-blosc");
    return codecWork(blosc({ cname: "lz4" }, await blockCodecs()), 4_000_000, 30);
  },
  async "codec blosc blosclz"() {
    const { blosc } = await load("codec-blosc");
    return codecWork(blosc({ cname: "blosclz" }, []), 4_000_000, 30);
  },
  async "codec blosc zstd"() {
    const { blosc } = await load("codec-blosc");
    return codecWork(blosc({ cname: "zstd" }, await blockCodecs()), 2_000_000, 10);
  },
  async "codec numeric"() {
    const { numeric } = await load("codec-numeric", "filter-numeric");
    return codecWork(await numeric(), 2_000_000, 10);
  },
};

console.log(cpuMs(await works[work]()));
