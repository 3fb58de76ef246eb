import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type BloscCname, blosc, type Shuffle } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";
import { pythonWithBlosc } from "./python-blosc.ts";

interface Combination {
  readonly cname: BloscCname;
  readonly shuffle: Shuffle;
  readonly clevel: number;
  readonly typesize: number;
  readonly length: number;
}

/**
 * Reads the combinations and our frames from stdin, checks each frame, and returns its own frames of the same content.
 */
const script = `
import base64, json, sys
import blosc
shuffles = {"noshuffle": blosc.NOSHUFFLE, "shuffle": blosc.SHUFFLE, "bitshuffle": blosc.BITSHUFFLE}
given = json.load(sys.stdin)
content = base64.b64decode(given["content"])
answers = []
for case in given["cases"]:
    part = content[:case["length"]]
    try:
        restored = blosc.decompress(base64.b64decode(case["frame"])) == part
    except Exception as error:
        restored = str(error)
    frame = blosc.compress(part, typesize=case["typesize"], clevel=case["clevel"], shuffle=shuffles[case["shuffle"]], cname=case["cname"])
    answers.append({"restored": restored, "frame": base64.b64encode(frame).decode()})
json.dump(answers, sys.stdout)
`;

function combinations(): readonly Combination[] {
  const all: Combination[] = [];
  for (const cname of ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"] as const)
    for (const shuffle of ["noshuffle", "shuffle", "bitshuffle"] as const)
      for (const [clevel, typesize, length] of [
        [1, 8, 100_003],
        [5, 8, 0],
        [5, 8, 127],
        [5, 8, 128],
        [5, 8, 70_001],
        [5, 8, 300_000],
        [5, 4, 70_002],
        [5, 1, 70_003],
        [3, 2, 9_999],
        [2, 16, 40_007],
        [4, 17, 40_009],
        [7, 255, 40_011],
        [9, 8, 40_013],
        [6, 3, 20_000],
        [0, 8, 5_000],
        [8, 4, 4_097],
        [1, 1, 65_537],
        [1, 2, 131_073],
        [2, 4, 33_000],
        [2, 8, 262_145],
        [3, 8, 65_536],
        [4, 4, 199_999],
        [4, 8, 300_000],
        [6, 8, 131_071],
        [6, 16, 2_048],
        [7, 8, 1_025],
        [7, 12, 99_999],
        [8, 8, 250_007],
        [9, 1, 50_000],
        [9, 4, 129],
      ] as const)
        all.push({ cname, shuffle, clevel, typesize, length });
  return all;
}

function series(length: number): Uint8Array {
  const values = new Float64Array(Math.ceil(length / 8));
  let average = 30_000;
  for (let i = 0; i < values.length; i++) {
    average += (30_000 + 900 * Math.sin(i / 50) + ((i * 7919) % 101) - average) / 14.5;
    values[i] = i % 3 === 0 ? Math.round(average) : average;
  }
  return new Uint8Array(values.buffer, 0, length);
}

describe("python-blosc", () => {
  const title = pythonWithBlosc === undefined ? " (needs python3-blosc)" : "";
  it.skipIf(pythonWithBlosc === undefined)(`reads our frames and writes frames that we read${title}`, () => {
    const content = series(300_000);
    const listed = combinations();
    expect(listed.length).toBeGreaterThanOrEqual(500);
    const cases = listed.map((each) => {
      const codec = blosc({ cname: each.cname, shuffle: each.shuffle, clevel: each.clevel }, blockCodecs);
      const frame = codec.encode(content.subarray(0, each.length), { typesize: each.typesize });
      return { ...each, frame: Buffer.from(frame).toString("base64") };
    });
    const input = JSON.stringify({ content: Buffer.from(content).toString("base64"), cases });
    const output = execFileSync(pythonWithBlosc as string, ["-c", script], { input, maxBuffer: 2 ** 28 });
    const answers = JSON.parse(output.toString()) as readonly {
      readonly restored: boolean | string;
      readonly frame: string;
    }[];
    const codec = blosc({}, blockCodecs);
    for (const [index, { restored, frame }] of answers.entries()) {
      const each = listed[index] as Combination;
      const theirs = new Uint8Array(Buffer.from(frame, "base64"));
      const same = Buffer.compare(codec.decode(theirs), content.subarray(0, each.length)) === 0;
      expect({ ...each, restored, same }).toEqual({ ...each, restored: true, same: true });
    }
    expect(answers).toHaveLength(listed.length);
  });
});
