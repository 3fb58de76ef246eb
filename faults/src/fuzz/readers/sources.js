import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zstd } from "@atc/codec-zstd";
import { encodeArrow, mmapStore, openArrowTable } from "@atc/mmap-store";
import { arrow } from "@atc/source-arrow";
import { csv } from "@atc/source-csv";
import { json } from "@atc/source-json";
import { zip } from "@atc/source-zip";
import { builtModule } from "../../built-module.js";
import { newFolder } from "../../new-folder.js";
import { createBars } from "../../operations/bars.js";
import { csvText, mostBytes } from "../reader.js";

const { zipArchive } = await builtModule("report/dist/block/zip.js");

/** Reads all rows, and checks that each chunk is as long as it says. */
async function readAll(source) {
  try {
    for await (const { length, columns, symbol } of source.chunks())
      for (const values of [symbol.indices, ...Object.values(columns)])
        if (values.length < length) throw new RangeError(`a column has ${values.length} of ${length} rows`);
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

/** Bytes that stand for a file, in pieces. */
function inputOf(bytes, fileName) {
  return {
    name: fileName,
    fileName,
    size: bytes.length,
    parts: {},
    async *open() {
      for (let at = 0; at < bytes.length; at += 1000) yield Uint8Array.from(bytes.subarray(at, at + 1000));
    },
  };
}

/** @returns {import("../reader.js").Reader} */
function inputReader(name, fileName, source, texts, options = []) {
  return {
    name,
    valid: () => texts.map((text) => Buffer.from(text)),
    async read(bytes) {
      for (const option of [undefined, ...options]) await readAll(await source(inputOf(bytes, fileName), option));
    },
  };
}

/** @returns {import("../reader.js").Reader} */
function fileReader(name, ending, valid, open) {
  let folder;
  let path;
  return {
    name,
    async valid() {
      folder = await newFolder();
      path = join(folder, `bars${ending}`);
      return valid(folder);
    },
    async read(bytes) {
      await writeFile(path, bytes);
      await open(path);
    },
    folder: () => folder,
  };
}

const rows = [
  { t: 1_704_067_200_000, o: 1, h: 2, l: 0.5, c: 1.5, v: 3 },
  { t: 1_704_067_260_000, o: 1.5, h: 2, l: 1, c: 1.25, v: 0 },
];
const jsonTexts = [
  JSON.stringify(rows.map(({ t, o, h, l, c, v }) => ({ timestamp: t, open: o, high: h, low: l, close: c, volume: v }))),
  JSON.stringify(rows.map((row) => Object.values(row))),
  JSON.stringify({
    symbol: "A",
    data: { candles: rows.map(({ t, c }) => ({ time: t, close: c, note: 'a"\\u00e9' })) },
  }),
  rows.map(({ t, c }) => JSON.stringify({ time: t, close: c })).join("\n"),
];
const csvTexts = [
  csvText(40),
  "Date;Close\n2024-02-24;1,5\n2024-02-25;2,5\n",
  "time\tprice\tsize\n1704067200000000000\t1.5\t3\n1704067200000000001\t1.25\t4\n",
  "\uFEFFDate,close,note\n2024-01-01,1,a\n2024-01-02,3,\n",
];

async function arrowFiles(folder) {
  const store = mmapStore({ directory: folder });
  await createBars(store, 60, 1);
  const columns = [
    { name: "symbol", type: "text", values: { indices: Int32Array.of(0, 1, 0), values: ["A", "B"] } },
    { name: "timestamp", type: "timestamp[ms]", values: BigInt64Array.of(1n, 2n, 3n) },
    { name: "close", type: "float64", values: Float64Array.of(1, 2, 3) },
  ];
  return [await readFile(join(folder, "d", "seg-1-0.arrow")), Buffer.concat(encodeArrow({ columns }))];
}

function zipFiles() {
  const members = [
    { name: "a.csv", bytes: Buffer.from(csvText(30)) },
    { name: "b/c.csv", bytes: Buffer.from(csvText(5)) },
  ];
  return [Buffer.from(zipArchive(members)), Buffer.from(zipArchive(members.slice(0, 1)))];
}

async function readTable(path) {
  const table = await openArrowTable(path);
  try {
    for (const { name } of table.columns) await table.read(name, 0, table.rows);
  } finally {
    await table[Symbol.asyncDispose]();
  }
}

/** @type {readonly import("../reader.js").Reader[]} */
export const sourceReaders = [
  inputReader("csv", "bars.csv", csv, csvTexts, [{ badRows: "skip" }]),
  {
    ...inputReader("csv-compressed", "bars.csv.gz", csv, []),
    valid: () => [gzipSync(csvText(40)), zstd().encode(Buffer.from(csvText(40)))],
  },
  inputReader("json", "bars.json", json, jsonTexts, [{ badRows: "skip" }]),
  fileReader("arrow", ".arrow", arrowFiles, async (path) => readAll(await arrow(path))),
  fileReader("arrow-table", ".arrow", async (folder) => (await arrowFiles(folder)).slice(1), readTable),
  fileReader("zip", ".zip", zipFiles, async (path) => {
    await readAll(await zip(path, { source: (input) => csv(input, { badRows: "skip" }), maxBytes: mostBytes }));
  }),
];
