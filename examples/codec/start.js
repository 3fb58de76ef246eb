import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blosc } from "@atc/codec-blosc";
import { lz4Block, lz4hcBlock } from "@atc/codec-lz4";
import { zlibBlock } from "@atc/codec-zlib";
import { zstdBlock } from "@atc/codec-zstd";

// Half a million closes in cents, and an equity, which has no fixed decimals: 4 MB of float64 each.
let [state, cents, money] = [7, 10_000, 10_000];
const series = { closes: new Float64Array(500_000), equity: new Float64Array(500_000) };
for (let i = 0; i < 500_000; i++) {
  state = (state * 48_271) % 2_147_483_647;
  const move = (state % 21) - 10;
  cents = Math.max(cents + move, 1000);
  money *= 1 + move / 100_000;
  series.closes[i] = cents / 100;
  series.equity[i] = money;
}

// A Blosc frame needs an algorithm for its blocks. The codec reads frames of every algorithm in this list.
const blocks = [lz4Block(), lz4hcBlock(), zlibBlock(), zstdBlock()];
const folder = mkdtempSync(join(tmpdir(), "atc-codec-"));
const table = {};
for (const { name } of blocks) {
  const sizes = {};
  for (const [what, values] of Object.entries(series)) {
    for (const shuffle of ["noshuffle", "shuffle"]) {
      const codec = blosc({ cname: name, clevel: 5, shuffle, typesize: 8 }, blocks);
      const bytes = new Uint8Array(values.buffer);
      const frame = codec.encode(bytes);
      if (Buffer.compare(codec.decode(frame), bytes) !== 0) throw new Error(`${name} does not restore its input`);
      sizes[`${what}, ${shuffle}`] = Number((frame.length / values.length).toFixed(2));
      writeFileSync(join(folder, `${what}.${name}.blosc`), frame);
    }
  }
  table[name] = sizes;
}
console.log("Compressed bytes per number of 8 bytes, without and with the byte shuffle:");
console.table(table);

// read.py shows the two lines that Python needs.
const read = [join(import.meta.dirname, "read.py"), ...blocks.map(({ name }) => join(folder, `equity.${name}.blosc`))];
const python = spawnSync(process.env.PYTHON ?? "python3", read, { encoding: "utf8" });
console.log(
  python.status === 0 ? `\n${python.stdout.trim()}` : "\nPython with numpy and blosc is not installed; see read.py",
);
rmSync(folder, { recursive: true });
