import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatasetManifest, SeriesColumns, TypedArray } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { combineCrc32, crc32Unshift, prefixCrc32 } from "../src/base/checksum.ts";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { formatManifest, parseManifest } from "../src/manifest/manifest.ts";
import type { StoredManifest, StoredPart } from "../src/manifest/stored-manifest.ts";
import { appendBars, barSchema, barsBetween, barsOf, checksumsOf, joined, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("prefixCrc32", () => {
  it("is the checksum of a string without its suffix", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const whole = combineCrc32(crc32(first), crc32(second), second.length);
        expect(whole).toBe(crc32(second, crc32(first)));
        expect(prefixCrc32(whole, crc32(second), crc32Unshift(second.length))).toBe(crc32(first));
      }),
    );
  });

  it("inverts combineCrc32 for lengths of many bits", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.nat(0xffffffff),
        fc.integer({ min: 0, max: 2 ** 36 }),
        (first, second, length) => {
          expect(prefixCrc32(combineCrc32(first, second, length), second, crc32Unshift(length))).toBe(first);
        },
      ),
    );
  });
});

/** The rows of each symbol after the sequence of operations. */
type Model = Map<string, SeriesColumns>;

const rowsOf = (columns: SeriesColumns | undefined): number => columns?.["timestamp"]?.length ?? 0;
const part = (columns: SeriesColumns, from: number, to: number): SeriesColumns =>
  Object.fromEntries(Object.entries(columns).map(([name, array]) => [name, (array as Float64Array).slice(from, to)]));

/** The content of a dataset with the model's rows that is written at once. */
async function contentOf(model: Model): Promise<string | undefined> {
  await using store = mmapStore({ directory: newDirectory() });
  const lock = await store.lock("d");
  const series = [...model].map(([symbol, columns]) => ({ symbol, rows: rowsOf(columns) }));
  const writer = await store.create(lock, { schema: barSchema, fingerprint: "", series });
  for (const [symbol, columns] of model) await writer.write(symbol, 0, columns);
  return (await writer.publish()).content;
}

async function expectContent(manifest: DatasetManifest, model: Model): Promise<void> {
  const symbols = [...model.keys()].sort((a, b) => (a < b ? -1 : 1));
  const expected = symbols.map((symbol) => [symbol, checksumsOf(model.get(symbol) as SeriesColumns)]);
  expect(manifest.series.map(({ symbol, crc32: known }) => [symbol, known])).toEqual(expected);
  expect(manifest.content).toBe(await contentOf(model));
}

const operation = fc.record({
  symbol: fc.constantFrom("A", "B", "C"),
  /** Of the stored rows. */
  keep: fc.double({ min: 0, max: 1, noNaN: true }),
  rows: fc.nat(1500),
  seed: fc.nat(9),
  compacts: fc.boolean(),
});

async function append(store: MmapStore, model: Model, op: typeof operation extends fc.Arbitrary<infer T> ? T : never) {
  const { symbol, keep, rows, seed } = op;
  const known = model.get(symbol);
  const keepRows = Math.floor(keep * rowsOf(known));
  const others = [...model.keys()].filter((one) => one !== symbol).length;
  if (keepRows + rows === 0 && others === 0) return;
  const added = barsBetween(keepRows, keepRows + rows, seed);
  const lock = await store.lock("d");
  try {
    const writer = await store.append(lock, { fingerprint: "", series: [{ symbol, rows, keepRows }] });
    // In two slices, one of which may be empty.
    const half = rows >> 1;
    if (half > 0) await writer.write(symbol, keepRows, part(added, 0, half));
    if (rows > half) await writer.write(symbol, keepRows + half, part(added, half, rows));
    await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
  if (keepRows + rows === 0) model.delete(symbol);
  else model.set(symbol, known === undefined ? added : joined(part(known, 0, keepRows), added));
}

it("keeps the content of the rows through any appends, truncations and compactions, in segments of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(16_384, 20_000, 2 ** 30),
      fc.array(operation, { maxLength: 8 }),
      async (segmentBytes, operations) => {
        await using store = mmapStore({ directory: newDirectory(), segmentBytes });
        await publishBars(store, "d", { A: 1700, B: 3 });
        const model: Model = new Map([
          ["A", barsOf(1700, 0)],
          ["B", barsOf(3, 1)],
        ]);
        for (const op of operations) {
          await append(store, model, op);
          if (op.compacts) {
            await using lock = await store.lock("d");
            await store.compact(lock);
          }
          const manifest = await store.find("d");
          await expectContent(manifest as DatasetManifest, model);
          expect((await store.verify("d")).faults).toEqual([]);
        }
      },
    ),
    { numRuns: 25 },
  );
});

interface Sample {
  readonly store: MmapStore;
  readonly manifestPath: string;
  readonly stored: StoredManifest;
}

async function published(): Promise<Sample> {
  const directory = newDirectory();
  const store = mmapStore({ directory });
  await publishBars(store, "d", { A: 100, B: 50 });
  await appendBars(store, [{ symbol: "A", keepRows: 90, rows: 20 }], { A: 5 });
  const manifestPath = join(directory, "d", "manifest.json");
  return { store, manifestPath, stored: parseManifest(readFileSync(manifestPath), manifestPath) };
}

function withPart({ series }: StoredManifest, at: number, change: (part: StoredPart) => StoredPart) {
  return series.map(({ symbol, parts }, s) => ({
    symbol,
    parts: parts.map((one, p) => (s === 0 && p === at ? change(one) : one)),
  }));
}

describe("verify", () => {
  it("names the symbol and the column of a checksum that does not match its rows", async () => {
    const { store, stored, manifestPath } = await published();
    for (const [at, segment] of [
      [0, "seg-1-0.arrow"],
      [1, "seg-2-0.arrow"],
    ] as const)
      for (const [place, { name }] of barSchema.columns.entries()) {
        const series = withPart(stored, at, (one) => {
          const digits = [...(one.crc32 ?? "")];
          digits[8 * place + 3] = digits[8 * place + 3] === "0" ? "1" : "0";
          return { ...one, crc32: digits.join("") };
        });
        writeFileSync(manifestPath, formatManifest({ ...stored, series }));
        const { faults } = await store.verify("d");
        expect(faults).toEqual([{ segment, symbols: ["A"], message: expect.stringContaining(`column "${name}"`) }]);
        expect(faults[0]?.message).toContain('symbol "A"');
      }
  });

  it("finds a content that does not follow from the checksums", async () => {
    const { store, stored, manifestPath } = await published();
    const content = "0".repeat(64);
    writeFileSync(manifestPath, formatManifest({ ...stored, content }));
    const { faults } = await store.verify("d");
    expect(faults).toEqual([
      { segment: "manifest.json", symbols: ["A", "B"], message: expect.stringContaining(`"${stored.content}"`) },
    ]);
    expect(faults[0]?.message).toContain(content);
  });

  it("names the symbol and the column of a value that has changed on the disk", async () => {
    const { store, stored, manifestPath } = await published();
    const [segment] = stored.segments;
    const path = manifestPath.replace("manifest.json", segment?.file ?? "");
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    bytes.writeDoubleLE(7, (segment?.offsets["close"] ?? 0) + 8 * 120);
    writeFileSync(path, bytes);
    const { faults } = await store.verify("d");
    expect(faults.map(({ symbols }) => symbols)).toEqual([["A", "B"]]);
    expect(faults[0]?.message).toContain('changed on the disk, in column "close" of symbol "B";');
  });
});

describe("a manifest with a content", () => {
  it.each<[string, (stored: StoredManifest) => StoredManifest]>([
    ["a content that is not a digest", (stored) => ({ ...stored, content: "new" })],
    [
      "a part without checksums",
      (stored) => ({ ...stored, series: withPart(stored, 1, ({ crc32: _, ...one }) => one) }),
    ],
    [
      "too few checksums",
      (stored) => ({ ...stored, series: withPart(stored, 0, (one) => ({ ...one, crc32: "00000000" })) }),
    ],
    [
      "checksums that are none",
      (stored) => ({ ...stored, series: withPart(stored, 0, (one) => ({ ...one, crc32: "x".repeat(32) })) }),
    ],
  ])("is refused with %s", async (_, change) => {
    const { store, stored, manifestPath } = await published();
    writeFileSync(manifestPath, formatManifest(change(stored)));
    await expect(store.find("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    await expect(store.verify("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
  });
});

it("an append that truncates a part reads only its superseded rows", async () => {
  const { store, stored, manifestPath } = await published();
  const [segment] = stored.segments;
  const path = manifestPath.replace("manifest.json", segment?.file ?? "");
  const bytes = readFileSync(path);
  chmodSync(path, 0o644);
  // A kept row is damaged: its checksum still describes what was written, so verify finds the damage.
  bytes.writeDoubleLE(7, segment?.offsets["close"] ?? 0);
  writeFileSync(path, bytes);
  const manifest = await appendBars(store, [{ symbol: "A", keepRows: 40, rows: 1 }], { A: 6 });
  const expected: Record<string, TypedArray> = joined(barsOf(40, 0), barsBetween(40, 41, 6)) as never;
  expect(manifest.series[0]?.crc32).toEqual(checksumsOf(expected));
  const { faults } = await store.verify("d");
  expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining('in column "close" of symbol "A";')]);
});
