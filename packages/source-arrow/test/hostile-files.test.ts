import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lz4 } from "@atc/codec-lz4";
import { zstd } from "@atc/codec-zstd";
import { isAtcError } from "@atc/contract";
import { rootTable } from "@atc/plugin-kit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { arrow } from "../src/index.ts";
import { largestAllocation, watchAllocations } from "./allocations.ts";
import { type MadeField, schemaFile } from "./schema-file.ts";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "atc-hostile-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterAll(watchAllocations());
beforeEach(() => largestAllocation(0));

let count = 0;
function fileOf(content: Uint8Array): string {
  const path = join(directory, `f${count++}.arrow`);
  writeFileSync(path, content);
  return path;
}

/** One of each for all files, as a runtime has them. */
const codecs = { lz4: lz4(), zstd: zstd() };

/** Reads a file to its end; what it threw. */
async function failure(path: string): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await using source = await arrow(path, {
      codec: (name) => codecs[name],
      badRows: "skip",
      text: "keep",
    });
    for await (const { length } of source.chunks()) expect(length).toBeGreaterThan(0);
  } catch (error) {
    if (isAtcError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: "none", message: "" };
}

const mebibyte = 2 ** 20;
const chain = (levels: number, of: number): MadeField[] =>
  Array.from({ length: levels }, (_, i) => ({ children: i === levels - 1 ? [] : Array<number>(of).fill(i + 1) }));
const flat = (fields: number, name: string): MadeField[] =>
  Array.from({ length: fields }, () => ({ children: [], name }));
const all = (fields: readonly unknown[]): number[] => fields.map((_, i) => i);

describe("schemas", () => {
  it.each([
    ["two fields share a child at each of 40 levels", chain(40, 2), [0], "ATC_CORRUPT_DATA", "share a child"],
    ["a field is its own child", [{ children: [0] }], [0], "ATC_CORRUPT_DATA", "share a child"],
    ["the schema names a field twice", flat(1, "close"), [0, 0], "ATC_CORRUPT_DATA", "share a child"],
    ["fields nest 65 levels deep", chain(65, 1), [0], "ATC_UNSUPPORTED", "64 levels"],
    ["there are 70,000 columns", flat(70_000, "x"), all(flat(70_000, "x")), "ATC_UNSUPPORTED", "65536 columns"],
    ["a vector names one field a million times", flat(1, "x"), Array<number>(1e6).fill(0), "ATC_UNSUPPORTED", "65536"],
    [
      "1000 fields share a name of a megabyte",
      flat(1000, "n".repeat(mebibyte)),
      all(flat(1000, "")),
      "ATC_CORRUPT_DATA",
      "long name",
    ],
  ] as const)("are refused at once if %s", async (_, fields, roots, code, said) => {
    const path = fileOf(schemaFile(fields, roots));
    const found = await failure(path);
    expect(found).toEqual({ code, message: expect.stringContaining(said) });
  });

  it("are read to 64 levels and 65,536 columns", async () => {
    expect(await failure(fileOf(schemaFile(chain(64, 1), [0])))).toMatchObject({ code: "ATC_INVALID_DATA" });
    const wide = flat(65_536, "x");
    expect(await failure(fileOf(schemaFile(wide, all(wide))))).toMatchObject({ code: "ATC_INVALID_DATA" });
  });
});

/** A copy of a file in which each 64-bit number `from` is `to`, and how many there were. */
function replaced(bytes: Uint8Array, from: bigint, to: bigint): { readonly bytes: Buffer; readonly places: number } {
  const copy = Buffer.from(bytes);
  let places = 0;
  for (let at = 0; at + 8 <= copy.length; at += 4)
    if (copy.readBigInt64LE(at) === from) {
      copy.writeBigInt64LE(to, at);
      places++;
    }
  return { bytes: copy, places };
}

describe("record batches", () => {
  it.each(
    (
      [
        ["lz4.feather", 64n],
        ["zstd.feather", 64n],
        ["uncompressed.feather", 64n],
        ["stream.arrows", 50n],
      ] as const
    ).flatMap(([name, own]) =>
      [2n ** 39n, 2n ** 31n, 100_000n, -1n, 2n ** 62n].map((rows) => [name, rows, own] as const),
    ),
  )("of %s that claim %s rows are refused before memory is allocated", async (name, rows, own) => {
    const { bytes, places } = replaced(readFileSync(fixtures + name), own, rows);
    expect(places).toBeGreaterThan(5);
    expect(await failure(fileOf(bytes))).toMatchObject({ code: "ATC_CORRUPT_DATA" });
    expect(largestAllocation()).toBeLessThan(mebibyte);
  });

  it.each([
    ["lz4.feather", [0x04, 0x22, 0x4d, 0x18]],
    ["zstd.feather", [0x28, 0xb5, 0x2f, 0xfd]],
  ] as const)("of %s whose buffers claim another length than their frames hold are refused", async (name, magic) => {
    const whole = readFileSync(fixtures + name);
    const frames: number[] = [];
    for (let at = whole.indexOf(Buffer.from(magic)); at > 0; at = whole.indexOf(Buffer.from(magic), at + 1))
      frames.push(at);
    expect(frames.length).toBeGreaterThan(5);
    for (const change of [8n, -8n, 70_000n, 2n ** 31n - 2000n, 2n ** 40n, -(2n ** 40n)]) {
      const bytes = Buffer.from(whole);
      for (const at of frames) bytes.writeBigInt64LE(bytes.readBigInt64LE(at - 8) + change, at - 8);
      largestAllocation(0);
      expect(await failure(fileOf(bytes)), String(change)).toMatchObject({ code: "ATC_CORRUPT_DATA" });
      expect(largestAllocation()).toBeLessThan(mebibyte);
    }
  });

  it("whose buffers share bytes are refused", async () => {
    const whole = readFileSync(`${fixtures}uncompressed.feather`);
    // 64 doubles take 512 bytes: the second such buffer gets the offset of the first one.
    const lengths: number[] = [];
    for (let at = 12; at + 8 <= whole.length; at += 4) {
      const offset = Number(whole.readBigInt64LE(at - 8));
      if (whole.readBigInt64LE(at) === 512n && offset > 0 && offset < whole.length && offset % 8 === 0)
        lengths.push(at);
    }
    const [first = 0, second = 0] = lengths;
    const bytes = Buffer.from(whole);
    bytes.writeBigInt64LE(whole.readBigInt64LE(first - 8), second - 8);
    expect(await failure(fileOf(bytes))).toEqual({
      code: "ATC_CORRUPT_DATA",
      message: expect.stringContaining("share bytes"),
    });
  });
});

describe("footers", () => {
  const whole = readFileSync(`${fixtures}delta.arrow`);
  const length = whole.readInt32LE(whole.length - 10);
  const start = whole.length - 10 - length;
  const [first, second] = rootTable(whole.subarray(start, start + length)).words(3, 3);
  const place = (offset: number): number => {
    for (let at = start; at < whole.length; at += 4) if (whole.readBigInt64LE(at) === BigInt(offset)) return at;
    throw new Error("no such block");
  };

  it.each([
    ["at one offset", first?.[0] ?? 0, "the same offset"],
    ["that overlap", (first?.[0] ?? 0) + 8, "message"],
    ["behind the footer", whole.length - 8, "no message"],
    ["before the file", -8, "no message"],
    ["within a message", (second?.[0] ?? 0) + 4, "message"],
  ])("with blocks %s are refused", async (_, offset, said) => {
    const bytes = Buffer.from(whole);
    bytes.writeBigInt64LE(BigInt(offset), place(second?.[0] ?? 0));
    expect(await failure(fileOf(bytes))).toEqual({
      code: "ATC_CORRUPT_DATA",
      message: expect.stringContaining(said),
    });
  });
});

/** Numbers from a seed, each below `n`. */
function numbers(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

const odd = [
  0n,
  1n,
  7n,
  255n,
  65_536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const steps = [1, -1, 8, -8, 64, 4096];

/** One to four faults at random places, most of them in the metadata. */
function damagedCopy(int: (n: number) => number, original: Uint8Array): Uint8Array {
  let bytes = Buffer.from(original);
  for (let faults = 1 + int(4); faults > 0; faults--) {
    const edge = Math.min(1500, bytes.length);
    const anywhere = int(bytes.length);
    const at = [anywhere, int(edge), bytes.length - 1 - int(edge)][int(3)] as number;
    const value = odd[int(odd.length)] as bigint;
    const room = bytes.length - at;
    switch (int(8)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << int(8));
        break;
      case 1:
        if (room >= 4) bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)), at);
        break;
      case 2:
        if (room >= 8) bytes.writeBigUInt64LE(value, at - (at % 8));
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + int(16))]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + int(16), int(256)), bytes.subarray(at)]);
        break;
      case 6:
        if (room >= 4) bytes.writeInt32LE((bytes.readInt32LE(at) + (steps[int(steps.length)] as number)) | 0, at);
        break;
      default:
        bytes.copyWithin(at, anywhere, anywhere + 1 + int(64));
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

it.each([1, 2, 3])("a damaged file of seed %d is read or refused, soon and in little memory", async (seed) => {
  const int = numbers(seed);
  const names = ["lz4.feather", "zstd.feather", "polars.arrow", "polars-categorical.arrow"];
  const files = [...names, "delta.arrow", "delta.arrows", "replaced.arrows"].map((name) =>
    readFileSync(fixtures + name),
  );
  const path = join(directory, "fuzz.arrow");
  const until = performance.now() + 8000;
  let longest = 0;
  for (let i = 0; i < 600 && performance.now() < until; i++) {
    writeFileSync(path, damagedCopy(int, files[int(files.length)] as Uint8Array));
    const start = process.cpuUsage();
    const { code } = await failure(path);
    const { user, system } = process.cpuUsage(start);
    longest = Math.max(longest, (user + system) / 1000);
    expect(code).toMatch(/^(?:none|ATC_(?:CORRUPT_DATA|INVALID_DATA|UNSUPPORTED|INVALID_ARGUMENT))$/);
  }
  expect(longest).toBeLessThan(2000);
  expect(largestAllocation()).toBeLessThan(16 * mebibyte);
});
