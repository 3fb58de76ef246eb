// Blosc frames compared with python-blosc, alternating in one run: bytes of the array per second of CPU time, one
// thread, warm, medians of fifteen rounds. Both use the same parameters, except for "fast", which is compared with
// python's zstd at clevel 5 with either shuffle. ATC_BENCH_CSV adds a CSV with the columns close and volume.
// ATC_BENCH_SETTINGS selects the settings whose name contains it, such as "fast".
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { blosc } from "@atc/codec-blosc";
import { lz4Block, lz4hcBlock } from "@atc/codec-lz4";
import { snappyBlock } from "@atc/codec-snappy";
import { zlibBlock } from "@atc/codec-zlib";
import { zstdBlock } from "@atc/codec-zstd";
import { median, report, withFolder } from "../measure.js";
import { startPythonBlosc } from "../python-blosc.js";
import { cachedArrays, readBars, syntheticArrays } from "../series.js";

const bars = 500_000;
const rounds = 15;
const blockCodecs = [lz4Block(), lz4hcBlock(), snappyBlock(), zlibBlock(), zstdBlock()];
const mebibyte = 2 ** 20;
const bitBlocks = { cname: "zstd", clevel: 1, shuffle: "bitshuffle", blocksize: mebibyte };
const fast = { preset: "fast" };
/** Our options, and python's if they differ. */
const everySetting = {
  "lz4 5": [{ cname: "lz4", clevel: 5, shuffle: "shuffle" }],
  "lz4 9": [{ cname: "lz4", clevel: 9, shuffle: "shuffle" }],
  "lz4hc 5": [{ cname: "lz4hc", clevel: 5, shuffle: "shuffle" }],
  "blosclz 5": [{ cname: "blosclz", clevel: 5, shuffle: "shuffle" }],
  "blosclz 9": [{ cname: "blosclz", clevel: 9, shuffle: "shuffle" }],
  "snappy 5": [{ cname: "snappy", clevel: 5, shuffle: "shuffle" }],
  "zlib 1": [{ cname: "zlib", clevel: 1, shuffle: "shuffle" }],
  "zstd 5": [{ cname: "zstd", clevel: 5, shuffle: "shuffle" }],
  "zstd 1 bit 1 MiB": [bitBlocks],
  "fast, zstd 5 bit": [fast, { cname: "zstd", clevel: 5, shuffle: "bitshuffle" }],
  "fast, zstd 5 byte": [fast, { cname: "zstd", clevel: 5, shuffle: "shuffle" }],
};

const wanted = process.env.ATC_BENCH_SETTINGS ?? "";
const settings = Object.fromEntries(Object.entries(everySetting).filter(([name]) => name.includes(wanted)));

function cpuMs(action) {
  const before = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, result };
}

function ours(codec, { bytes, typesize }, target) {
  const compressed = cpuMs(() => codec.encode(bytes, { typesize }));
  const decompressed = cpuMs(() => codec.decode(compressed.result, { target }));
  return { length: compressed.result.length, compressMs: compressed.ms, decompressMs: decompressed.ms };
}

/** The result of one side: compression ratio and both speeds in MB/s. */
function summary(length, all) {
  const speed = (field) => length / 1000 / median(all.map((one) => one[field]));
  return { ratio: length / all[0].length, compress: speed("compressMs"), decompress: speed("decompressMs") };
}

async function measure(array, [options, theirs = options], python) {
  const codec = blosc(options, blockCodecs);
  const target = new Uint8Array(array.bytes.length);
  const mine = [];
  const peers = [];
  for (let round = 0; round <= rounds; round++) {
    const one = ours(codec, array, target);
    const peer = await python?.run({ ...theirs, typesize: array.typesize });
    if (round === 0) continue;
    mine.push(one);
    if (peer !== undefined) peers.push(peer);
  }
  if (Buffer.compare(target, array.bytes) !== 0) throw new Error("the frame does not decode to its input");
  return {
    mine: summary(array.bytes.length, mine),
    peer: peers.length === 0 ? undefined : summary(array.bytes.length, peers),
  };
}

const digits = (value, places) => (value === undefined ? undefined : Number(value.toFixed(places)));

function row({ mine, peer }) {
  return {
    ratio: digits(mine.ratio, 3),
    "py ratio": digits(peer?.ratio, 3),
    "c MB/s": digits(mine.compress, 0),
    "py c": digits(peer?.compress, 0),
    "c x": digits(peer && mine.compress / peer.compress, 2),
    "d MB/s": digits(mine.decompress, 0),
    "py d": digits(peer?.decompress, 0),
    "d x": digits(peer && mine.decompress / peer.decompress, 2),
  };
}

/** The medians of ours divided by python's, over the rows that `belongs` selects. */
function medians(results, belongs) {
  const picked = results.filter(({ peer, name }) => peer !== undefined && belongs(name));
  if (picked.length === 0) return undefined;
  const of = (field) => picked.map(({ mine, peer }) => mine[field] / peer[field]);
  return {
    "ratio x": digits(median(of("ratio")), 3),
    "worst ratio x": digits(Math.min(...of("ratio")), 3),
    "c x": digits(median(of("compress")), 2),
    "worst c x": digits(Math.min(...of("compress")), 2),
    "d x": digits(median(of("decompress")), 2),
    "worst d x": digits(Math.min(...of("decompress")), 2),
  };
}

await withFolder(async (folder) => {
  const python = startPythonBlosc();
  if (python === undefined)
    console.error("python-blosc is not installed (python3-blosc and python3-numpy): only our figures are measured");
  const file = process.env.ATC_BENCH_CSV;
  const arrays = syntheticArrays(bars);
  const real = file === undefined ? undefined : readBars(file);
  if (real !== undefined)
    for (const [name, array] of Object.entries(cachedArrays(real))) arrays[`real ${name}`] = array;
  const rows = {};
  const results = Object.fromEntries(Object.keys(settings).map((setting) => [setting, []]));
  for (const [name, array] of Object.entries(arrays)) {
    writeFileSync(join(folder, "array"), array.bytes);
    await python?.run({ file: join(folder, "array") });
    for (const [setting, options] of Object.entries(settings)) {
      const result = await measure(array, options, python);
      results[setting].push({ name, ...result });
      rows[`${setting}: ${name}`] = row(result);
    }
  }
  python?.close();
  const summaries = {};
  for (const [setting, all] of Object.entries(results)) {
    summaries[`${setting}: float64 and int64`] = medians(all, (name) => !name.includes("int8"));
    summaries[`${setting}: int8`] = medians(all, (name) => name.includes("int8"));
  }
  report({ ...rows, ...Object.fromEntries(Object.entries(summaries).filter(([, one]) => one !== undefined)) });
});
