import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatasetLayout, DatasetPlan, PlacedRows, SeriesColumns, TypedArray } from "@atc/contract";
import { describe, expect, it, vi } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

const schema = {
  kind: "bars",
  columns: [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
    { name: "volume", type: "int32" },
    { name: "vwap", type: "float32" },
  ],
} as const;

function rowsOf(rows: number, seed: number): SeriesColumns {
  return {
    timestamp: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) * 60_000n + BigInt(seed)),
    close: Float64Array.from({ length: rows }, (_, i) => i / 8 + seed),
    volume: Int32Array.from({ length: rows }, (_, i) => i * 7 - seed),
    vwap: Float32Array.from({ length: rows }, (_, i) => i / 3 + seed),
  };
}

function planOf(rows: Readonly<Record<string, number>>): DatasetPlan {
  return { schema, fingerprint: "f", series: Object.entries(rows).map(([symbol, count]) => ({ symbol, rows: count })) };
}

/**
 * Places each symbol's rows in ranges of at most `step` rows, each within one extent. The n-th symbol's
 * seed is n.
 */
function* put(layout: DatasetLayout, plan: DatasetPlan, step: number): Generator<PlacedRows, void> {
  for (const [seed, { symbol, rows: planned }] of plan.series.entries()) {
    const columns = rowsOf(planned, seed);
    for (const { path, row: first, rows: own, offsets } of layout.extents(symbol)) {
      const file = openSync(path, "r+");
      for (let row = first; row < first + own; row += step) {
        const rows = Math.min(step, first + own - row);
        const checksums = schema.columns.map(({ name }, place) => {
          const values = (columns[name] as TypedArray).subarray(row, row + rows);
          const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
          writeSync(file, bytes, 0, bytes.length, (offsets[place] ?? 0) + (row - first) * values.BYTES_PER_ELEMENT);
          return crc32(bytes);
        });
        const times = columns["timestamp"] as BigInt64Array;
        const [firstTime, lastTime] = [times[row] as bigint, times[row + rows - 1] as bigint];
        yield { symbol, row, rows, crc32: checksums, firstTime, lastTime };
      }
      closeSync(file);
    }
  }
}

async function publishWritten(store: MmapStore, plan: DatasetPlan): Promise<void> {
  await using lock = await store.lock("written");
  const writer = await store.create(lock, plan);
  for (const [seed, { symbol, rows }] of plan.series.entries()) await writer.write(symbol, 0, rowsOf(rows, seed));
  await writer.publish();
}

/** The bytes of each file of a dataset. Of its manifest, all but the time and the checksum that covers it. */
function filesOf(directory: string, name: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(directory, name)).sort();
  return Object.fromEntries(
    files.map((file) => {
      const bytes = readFileSync(join(directory, name, file));
      if (file !== "manifest.json") return [file, bytes.toString("latin1")];
      return [file, bytes.toString().replace(/"createdAt": \d+|"crc32": "[^"]*"/g, "")];
    }),
  );
}

async function expectSame(store: MmapStore, directory: string, plan: DatasetPlan): Promise<void> {
  await publishWritten(store, plan);
  const [placed, written] = [filesOf(directory, "d"), filesOf(directory, "written")];
  expect(Object.keys(placed)).toEqual(Object.keys(written));
  for (const file of Object.keys(written)) expect(placed[file] === written[file], file).toBe(true);
  expect((await store.verify("d")).faults).toEqual([]);
}

const mixed = planOf({ MSFT: 700, AAPL: 1, "😀": 3, BTC: 5000, ETH: 1999, a: 20 });

describe("placed rows", () => {
  it.each([
    ["16 KiB", 16_384, 137],
    ["64 KiB", 65_536, 1],
    ["1 GiB", 2 ** 30, 10_000],
  ])("give the bytes that writing gives, in segments of %s", async (_, segmentBytes, step) => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, mixed);
    const pieces = [...put(layout, mixed, step)];
    // Every other one first, and in reverse order.
    for (const parity of [1, 0])
      for (const [i, piece] of [...pieces.entries()].reverse()) if (i % 2 === parity) layout.placed(piece);
    layout.sync();
    layout.sync();
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    await expectSame(store, directory, mixed);
    expect(readdirSync(join(directory, "d")).filter((entry) => entry.startsWith("."))).toEqual([]);
    const [segment] = readdirSync(join(directory, "d")).filter((entry) => entry.startsWith("seg-"));
    expect(statSync(join(directory, "d", segment ?? "")).mode & 0o222).toBe(0);
  });

  it("may be registered in 100,000 calls per segment", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    const plan = planOf({ A: 100_000, B: 3 });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, plan);
    for (const piece of put(layout, plan, 1)) layout.placed(piece);
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    await expectSame(store, directory, plan);
  });

  it("may belong to thousands of symbols", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    const plan = planOf(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`S${i}`, 1 + (i % 5)])));
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, plan);
    for (const piece of put(layout, plan, 10)) layout.placed(piece);
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    await expectSame(store, directory, plan);
  });

  it("in two extents are registered one extent at a time", async () => {
    const store = mmapStore({ directory: newDirectory(), segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, mixed);
    const [first, second] = layout.extents("BTC");
    const registered = { symbol: "BTC", crc32: [0, 0, 0, 0], firstTime: 0n, lastTime: 1n };
    const across = { ...registered, row: 0, rows: (first?.rows ?? 0) + 1 };
    expect(() => layout.placed(across)).toThrow(code("ATC_INVALID_ARGUMENT"));
    layout.placed({ ...registered, row: second?.row ?? 0, rows: second?.rows ?? 0, firstTime: 10n, lastTime: 20n });
    const late = { ...registered, row: 0, rows: first?.rows ?? 0, lastTime: 11n };
    expect(() => layout.placed(late)).toThrow(code("ATC_INVALID_DATA"));
    layout.placed({ ...late, lastTime: 10n });
    await lock[Symbol.asyncDispose]();
  });
});

describe("a layout in a directory", () => {
  /**
   * Leaves a lock's scratch directory with half of the plan's rows in place, as a crash does. Returns the
   * registered rows.
   */
  async function leave(directory: string): Promise<readonly PlacedRows[]> {
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const rows = join(lock.scratch ?? "", "rows");
    const layout = await store.layOut(lock, mixed, { directory: rows });
    const registered: PlacedRows[] = [];
    for (const piece of put(layout, mixed, 137)) if (registered.length < 20) registered.push(piece);
    const files = readdirSync(rows).map((name) => [name, readFileSync(join(rows, name))] as const);
    await lock[Symbol.asyncDispose]();
    const left = join(directory, "d", ".scratch-1-dead", "rows");
    mkdirSync(left, { recursive: true });
    for (const [name, bytes] of files)
      writeFileSync(join(left, name), bytes, { mode: name === "0.arrow" ? 0o444 : 0o644 });
    return registered;
  }

  it("resumes with the rows that a crash has left", async () => {
    const directory = newDirectory();
    const registered = await leave(directory);
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const rows = join(lock.abandoned ?? "", "rows");
    writeFileSync(join(rows, "manifest.json"), "of a publication that ended too early");
    mkdirSync(join(rows, "more"));
    const layout = await store.layOut(lock, mixed, { directory: rows });
    expect(layout.isResumed).toBe(true);
    expect(readdirSync(rows).filter((name) => !/^\d+\.arrow$/.test(name))).toEqual([]);
    // All rows are in their place already: those that were registered before are not written again.
    for (const piece of registered) layout.placed(piece);
    const isRegistered = (piece: PlacedRows) =>
      registered.some(({ symbol, row }) => symbol === piece.symbol && row === piece.row);
    for (const piece of put(layout, mixed, 137)) if (!isRegistered(piece)) layout.placed(piece);
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    await expectSame(store, directory, mixed);
  });

  it.each([
    ["is missing", (path: string) => ({ path, bytes: undefined })],
    ["has another size", (path: string) => ({ path, bytes: readFileSync(path).subarray(1) })],
    ["has another head", (path: string) => ({ path, bytes: readFileSync(path).fill(1, 600, 601) })],
    ["was not complete", (path: string) => ({ path, bytes: readFileSync(path).fill(0, 0, 8) })],
  ])("starts again if a file %s", async (_, damage) => {
    const directory = newDirectory();
    await leave(directory);
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const rows = join(lock.abandoned ?? "", "rows");
    const { path, bytes } = damage(join(rows, "1.arrow"));
    if (bytes === undefined) rmSync(path);
    else writeFileSync(path, bytes);
    const layout = await store.layOut(lock, mixed, { directory: rows });
    expect(layout.isResumed).toBe(false);
    for (const piece of put(layout, mixed, 137)) layout.placed(piece);
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    await expectSame(store, directory, mixed);
  });

  it("that is not within the lock's scratch directory is refused, and its content stays", async () => {
    const directory = newDirectory();
    const elsewhere = newDirectory();
    writeFileSync(join(elsewhere, "thesis.txt"), "x");
    const store = mmapStore({ directory });
    const lock = await store.lock("d");
    const scratch = lock.scratch ?? "";
    for (const refused of [elsewhere, "rows", "", scratch, join(scratch, ".."), join(scratch, "..", "..", "other")])
      await expect(store.layOut(lock, mixed, { directory: refused })).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(readdirSync(elsewhere)).toEqual(["thesis.txt"]);
    await (await store.layOut(lock, mixed, { directory: join(scratch, "..rows") })).abort();
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a layout", () => {
  it("leaves nothing after abort, even during a sync", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, mixed);
    for (const piece of put(layout, mixed, 137)) layout.placed(piece);
    layout.sync();
    await layout.abort();
    expect(readdirSync(join(directory, "d")).filter((entry) => entry.startsWith(".tmp-"))).toEqual([]);
    await layout[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is closed by its lock, even if the lock is released while the layout is created", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, mixed);
    const pending = store.layOut(lock, mixed);
    await lock[Symbol.asyncDispose]();
    expect(existsSync(join(directory, "d"))).toBe(false);
    for (const closed of [layout, await pending]) {
      expect(() => closed.extents("BTC")).toThrow(code("ATC_CLOSED"));
      await expect(closed.publish()).rejects.toThrow(code("ATC_CLOSED"));
    }
    await expect(store.layOut(lock, mixed)).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  });

  it("with a lost file publishes nothing", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const lock = await store.lock("d");
    const layout = await store.layOut(lock, mixed);
    for (const piece of put(layout, mixed, 137)) layout.placed(piece);
    rmSync(layout.extents("BTC")[0]?.path ?? "");
    layout.sync();
    await expect(layout.publish()).rejects.toThrow(code("ATC_NOT_FOUND"));
    expect(() => layout.extents("BTC")).toThrow(code("ATC_NOT_FOUND"));
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });
});
