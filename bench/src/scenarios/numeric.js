// The codec "numeric" compared with the best results of python-blosc and python-blosc2 at any setting, on the same
// arrays. Speeds are bytes of the array per second of CPU time, one thread, warm, medians of nine rounds.
// ATC_PYTHON_BLOSC2 names a Python that has blosc2. ATC_BENCH_CSV adds CSVs with the columns close and volume,
// separated by colons. ATC_BENCH_ARRAYS selects the arrays whose name contains it. This takes some minutes, mostly for
// python's highest levels.
import { basename } from "node:path";
import { numeric } from "@atc/codec-numeric";
import { median, report, withFolder } from "../measure.js";
import { pythonBest } from "../python-best.js";
import { cachedArrays, finePrices, readBars, slowCrossings, syntheticArrays } from "../series.js";

const bars = 500_000;
const rounds = 9;

function cpuMs(action) {
  const before = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, result };
}

function measure(codec, { bytes, typesize }) {
  const target = new Uint8Array(bytes.length);
  const encoding = [];
  const decoding = [];
  let length = 0;
  for (let round = 0; round < 2 * rounds; round++) {
    const encoded = cpuMs(() => codec.encode(bytes, { typesize }));
    const decoded = cpuMs(() => codec.decode(encoded.result, { target }));
    length = encoded.result.length;
    if (round < rounds) continue;
    encoding.push(encoded.ms);
    decoding.push(decoded.ms);
  }
  if (Buffer.compare(target, bytes) !== 0) throw new Error("the frame does not decode to its input");
  const speed = (ms) => Math.round(bytes.length / 1000 / median(ms));
  return { length, compress: speed(encoding), decompress: speed(decoding) };
}

const digits = (value, places) => (value === undefined ? undefined : Number(value.toFixed(places)));

await withFolder((folder) => {
  const arrays = {
    ...syntheticArrays(bars),
    "close, 8 decimals": finePrices(bars),
    ...slowCrossings(bars),
  };
  for (const file of (process.env.ATC_BENCH_CSV ?? "").split(":").filter(Boolean)) {
    const read = readBars(file);
    if (read === undefined) continue;
    for (const [name, array] of Object.entries(cachedArrays(read))) arrays[`${basename(file, ".csv")} ${name}`] = array;
  }
  const wanted = process.env.ATC_BENCH_ARRAYS ?? "";
  for (const name of Object.keys(arrays)) if (!name.includes(wanted)) delete arrays[name];
  const codec = numeric();
  const best = pythonBest(arrays, folder);
  const rows = Object.entries(arrays).map(([name, array]) => {
    const { length, compress, decompress } = measure(codec, array);
    const ratio = array.bytes.length / length;
    const { blosc, blosc2 } = best[name];
    const ratios = [blosc, blosc2].filter(Boolean).map((one) => one.ratio);
    return [
      name,
      {
        ratio: digits(ratio, ratio < 100 ? 2 : 0),
        "bytes per row": digits((array.typesize * length) / array.bytes.length, 3),
        blosc: digits(blosc?.ratio, 2),
        "at ": blosc?.setting,
        blosc2: digits(blosc2?.ratio, 2),
        at: blosc2?.setting,
        "times the best": ratios.length === 0 ? undefined : digits(ratio / Math.max(...ratios), 2),
        "c MB/s": compress,
        "d MB/s": decompress,
      },
    ];
  });
  report(Object.fromEntries(rows));
});
