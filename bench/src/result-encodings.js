// Results of tasks in the encoding of the executor bullmq and as Arrow files: bytes, and processor time to write and to
// read the whole file. The values have the shapes of what tasks of a sweep and of a walk-forward return.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeArrow, openArrowTable } from "@atc/mmap-store";
import { decodeValue } from "../../packages/executor-bullmq/dist/wire/decode-value.js";
import { encodeValue } from "../../packages/executor-bullmq/dist/wire/encode-value.js";
import { leastOf } from "./measure.js";

const numbers = (length, seed) => Float64Array.from({ length }, (_, i) => Math.sin(i * 0.7 + seed));
const column = (name, values) => ({ name, type: "float64", values });

/** A table of the rows of a flat array, column by column. */
function tableOf(flat, width) {
  const rows = flat.length / width;
  const columns = Array.from({ length: width }, (_, at) =>
    column(
      `m${at}`,
      Float64Array.from({ length: rows }, (_, row) => flat[row * width + at]),
    ),
  );
  return { columns };
}

/** Each value, and its tables as Arrow has them. Of a walk-forward, only the arrays are in tables. */
function shapes() {
  const returns = Array.from({ length: 300 }, (_, place) => ({
    place,
    firstTime: 1_577_840_400_000n,
    lastTime: 1_595_833_200_000n,
    years: 0.57,
    returns: numbers(5000, place),
  }));
  const metrics = { portfolios: numbers(3000, 1), symbols: numbers(24_000, 2), faults: [], leftOut: [] };
  const window = {
    chosen: { portfolios: numbers(340, 3), symbols: new Float64Array(0), faults: [], leftOut: [] },
    returns: numbers(28, 4),
    account: { metrics: { bars: 3500, sharpe: 0.5 }, times: new BigInt64Array(3500), equity: numbers(3500, 5) },
  };
  return {
    "returns of 300 configurations": {
      value: returns,
      tables: () => [{ columns: returns.map((one, i) => column(`r${i}`, one.returns)) }],
    },
    "metrics of 300 configurations": {
      value: metrics,
      tables: () => [tableOf(metrics.portfolios, 10), tableOf(metrics.symbols, 10)],
    },
    "window of a walk-forward": {
      value: window,
      tables: () => [
        tableOf(window.chosen.portfolios, 10),
        { columns: [column("returns", window.returns)] },
        {
          columns: [
            { name: "times", type: "timestamp[ms]", values: window.account.times },
            column("equity", window.account.equity),
          ],
        },
      ],
    },
  };
}

async function readTable(path) {
  const table = await openArrowTable(path);
  for (const { name } of table.columns) await table.read(name, 0, table.rows);
  await table[Symbol.asyncDispose]();
}

/** Compares the encodings with files in a folder. */
export async function resultEncodings(folder) {
  const found = {};
  for (const [name, { value, tables }] of Object.entries(shapes())) {
    const own = join(folder, "own");
    const paths = tables().map((_, i) => join(folder, `${i}.arrow`));
    const least = await leastOf(
      {
        writeOwn: () => writeFileSync(own, encodeValue(value)),
        writeArrow() {
          for (const [i, table] of tables().entries()) writeFileSync(paths[i], Buffer.concat(encodeArrow(table)));
        },
        readOwn: () => decodeValue(readFileSync(own)),
        async readArrow() {
          for (const path of paths) await readTable(path);
        },
      },
      1,
    );
    const ms = (ns) => Math.round(ns / 10_000) / 100;
    found[name] = {
      "bytes, own": readFileSync(own).length,
      "bytes, Arrow": paths.reduce((sum, path) => sum + readFileSync(path).length, 0),
      "ms to write, own": ms(least.writeOwn),
      "ms to write, Arrow": ms(least.writeArrow),
      "ms to read, own": ms(least.readOwn),
      "ms to read, Arrow": ms(least.readArrow),
    };
  }
  return found;
}
