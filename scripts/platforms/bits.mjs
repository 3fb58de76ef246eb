// Prints a hash of what the packages compute and write, a line each: `group<TAB>name<TAB>hash`. Lines of two platforms
// are compared by compare-bits.mjs. ATC_KERNEL chooses the kernels.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** A package of a checkout, or of its copy for another platform. */
function load(name) {
  const installed = new URL(`node_modules/@atc/${name}/dist/bundle/index.js`, root);
  return import((existsSync(installed) ? installed : new URL(`packages/${name}/dist/bundle/index.js`, root)).href);
}

function hash(...parts) {
  const sum = createHash("sha256");
  for (const part of parts)
    sum.update(ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : String(part));
  return sum.digest("hex").slice(0, 16);
}

const print = (group, name, value) => console.log(`${group}\t${name}\t${value}`);

let state = 12_345;
function random() {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return state / 2 ** 32;
}

function walk(length) {
  let price = 100;
  return Float64Array.from({ length }, () => {
    price = Math.max(0.01, Math.round(price * (1 + (random() - 0.5) * 0.04) * 100) / 100);
    return price;
  });
}

/** NaN of every kind, zeros of both signs and infinities. */
function oddValues(length) {
  const bits = new BigUint64Array(length);
  const others = [0xfff8_0000_0000_0000n, 0x8000_0000_0000_0000n, 0x7ff0_0000_0000_0000n, 0x7ff0_0000_0000_0001n];
  for (let i = 0; i < length; i++) bits[i] = others[i % 4] + (i % 4 === 0 ? BigInt(i) : 0n);
  return new Float64Array(bits.buffer);
}

async function hashSignals() {
  const { compute, createStream, signalOutputs } = await load("signals");
  const [open, high, low, close] = [walk(3000), walk(3000), walk(3000), walk(3000)];
  const options = { outputs: signalOutputs };
  for (const dialect of ["lts", "tradingview"])
    for (const hma of ["hull", "sma"])
      for (const robustness of ["Narrow", "Medium", "Wide"]) {
        const { columns } = compute({ open, high, low, close }, { dialect, hma, robustness }, options);
        print("signals", `${dialect} ${hma} ${robustness}`, hash(...Object.entries(columns).flat()));
      }
  const stream = createStream({}, options);
  const rows = Array.from({ length: 600 }, (_, i) => ({ open: open[i], high: high[i], low: low[i], close: close[i] }));
  print("signals", "bar by bar", hash(Float64Array.from(rows.flatMap((bar) => Object.values(stream.pushBar(bar))))));
  print("signals", "snapshot", hash(stream.snapshot()));
}

async function allCodecs() {
  const names = ["blosc", "lz4", "zlib", "zstd", "snappy", "numeric"];
  const [blosc, lz4, zlib, zstd, snappy, numeric] = await Promise.all(names.map((name) => load(`codec-${name}`)));
  const blocks = [lz4.lz4Block(), lz4.lz4hcBlock(), zlib.zlibBlock(), zstd.zstdBlock(), snappy.snappyBlock()];
  const codecs = { numeric: numeric.numeric(), lz4: lz4.lz4(), zlib: zlib.zlib(), zstd: zstd.zstd() };
  for (const cname of ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"])
    for (const shuffle of ["noshuffle", "shuffle", "bitshuffle"])
      codecs[`blosc ${cname} ${shuffle}`] = blosc.blosc({ cname, clevel: 5, shuffle }, blocks);
  return codecs;
}

/** The group of a codec: frames of zlib and zstd depend on the library of the runtime too. */
function groupOf(name) {
  return /zlib|zstd/.exec(name)?.[0] ?? "codecs";
}

async function hashCodecs() {
  const arrays = {
    prices: walk(3000),
    odd: oddValues(3000),
    random: Float64Array.from({ length: 3000 }, random),
    times: BigInt64Array.from({ length: 3000 }, (_, i) => 1_500_000_000_000n + BigInt(i) * 60_000n),
  };
  for (const [name, codec] of Object.entries(await allCodecs()))
    for (const [what, array] of Object.entries(arrays)) {
      const bytes = new Uint8Array(array.buffer);
      const frame = codec.encode(bytes, { typesize: 8 });
      const isSame = Buffer.compare(codec.decode(frame, { maxLength: bytes.length }), bytes) === 0;
      print(groupOf(name), `${name} ${what}`, `${hash(frame)}${isSame ? "" : " decodes to other bytes"}`);
    }
}

await hashSignals();
await hashCodecs();
