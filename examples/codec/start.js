import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blosc } from "@atc/codec-blosc";
import { lz4Block, lz4hcBlock } from "@atc/codec-lz4";
import { zlibBlock } from "@atc/codec-zlib";
import { zstdBlock } from "@atc/codec-zstd";

// Half a million closes in cents, and an equity, which has no last cent: 4 MB of float64 each.
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

// A Blosc frame needs an algorithm for its blocks; frames of every algorithm handed in can be read.
const blocks = [lz4Block(), lz4hcBlock(), zlibBlock(), zstdBlock()];
const folder = mkdtempSync(join(tmpdir(), "atc-codec-"));
console.log("Bytes that a number of 8 bytes takes, plain and with its bytes shuffled:");
console.log("algorithm    closes  shuffled    equity  shuffled");
for (const { name } of blocks) {
  const sizes = [];
  for (const [what, values] of Object.entries(series)) {
    for (const shuffle of ["noshuffle", "shuffle"]) {
      const codec = blosc({ cname: name, clevel: 5, shuffle, typesize: 8 }, blocks);
      const bytes = new Uint8Array(values.buffer);
      const frame = codec.encode(bytes);
      if (Buffer.compare(codec.decode(frame), bytes) !== 0) throw new Error(`${name} does not give back its input`);
      sizes.push((frame.length / values.length).toFixed(2).padStart(9));
      writeFileSync(join(folder, `${what}.${name}.blosc`), frame);
    }
  }
  console.log(`${name.padEnd(9)} ${sizes.join(" ")}`);
}

// read.py has the two lines that Python needs.
const read = [join(import.meta.dirname, "read.py"), ...blocks.map(({ name }) => join(folder, `equity.${name}.blosc`))];
const python = spawnSync(process.env.PYTHON ?? "python3", read, { encoding: "utf8" });
console.log(python.status === 0 ? `\n${python.stdout.trim()}` : "\nno Python with numpy and blosc here; see read.py");
rmSync(folder, { recursive: true });
