import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numeric } from "../src/index.ts";
import {
  bytesOf,
  type Column,
  columns,
  directions,
  exponentialAverage,
  minutes,
  prices,
  weightedAverage,
} from "./columns.ts";

const folder = fileURLToPath(new URL("../../../docs/python/", import.meta.url));

/** A Python that has numpy, where there is one. */
const python = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"]
  .filter((one) => one !== undefined)
  .find((one) => spawnSync(one, ["-c", "import numpy"]).status === 0);

const script = `
import json, sys, zlib
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import atc_numeric
out = []
for path in sys.argv[2:]:
    try:
        out.append(zlib.crc32(atc_numeric.decode(open(path, "rb").read())))
    except Exception as error:
        out.append(type(error).__name__)
print(json.dumps(out))
`;

/** What the Python reader makes of some frames: the CRC-32 of the content, or the error. */
function read(frames: readonly Uint8Array[]): readonly (number | string)[] {
  const place = mkdtempSync(join(tmpdir(), "atc-numeric-"));
  try {
    const files = frames.map((frame, i) => {
      const file = join(place, `${i}.numeric`);
      writeFileSync(file, frame);
      return file;
    });
    const { stdout, stderr } = spawnSync(python ?? "", ["-c", script, folder, ...files], { encoding: "utf8" });
    expect(stderr).toBe("");
    return JSON.parse(stdout) as readonly (number | string)[];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function checksumOf({ bytes }: Column): number {
  return bytes.length === 0 ? 0 : crc32(bytes);
}

const close = prices(150_001, 30_000, 2);
const long: readonly Column[] = [
  { bytes: bytesOf(close), typesize: 8 },
  { bytes: bytesOf(exponentialAverage(close, 28)), typesize: 8 },
  { bytes: bytesOf(weightedAverage(close, 28)), typesize: 8 },
  { bytes: bytesOf(directions(150_001, 9)), typesize: 1 },
  { bytes: bytesOf(minutes(150_001, 0.001)), typesize: 8 },
  { bytes: bytesOf(Float32Array.from(close)), typesize: 4 },
];

describe("the reader for numpy", () => {
  it.skipIf(python === undefined)(
    "reads columns of every kind (needs python3 with numpy)",
    () => {
      const codec = numeric();
      const sampled = [...long, ...fc.sample(columns, { numRuns: 200, seed: 1 })];
      const frames = sampled.map(({ bytes, typesize }) => codec.encode(bytes, { typesize }));
      expect(read(frames)).toEqual(sampled.map(checksumOf));
    },
    60_000,
  );

  it.skipIf(python === undefined)(
    "refuses flipped bits and truncations (needs python3 with numpy)",
    () => {
      const codec = numeric();
      const sampled = fc.sample(columns, { numRuns: 60, seed: 2 }).filter(({ bytes }) => bytes.length > 0);
      const frames = sampled.flatMap(({ bytes, typesize }, i) => {
        const frame = codec.encode(bytes, { typesize });
        const flipped = frame.slice();
        const at = (i * 7919) % frame.length;
        flipped[at] = (flipped[at] as number) ^ (1 << (i % 8));
        return [flipped, frame.subarray(0, (i * 104_729) % frame.length)];
      });
      for (const answer of read(frames)) expect(typeof answer).toBe("string");
    },
    60_000,
  );
});
