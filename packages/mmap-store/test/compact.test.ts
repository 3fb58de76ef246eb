import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetManifest, OperationOptions, Progress } from "@atc/contract";
import { describe, expect, it, vi } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { parseManifest } from "../src/manifest/manifest.ts";
import { appendBars, barsBetween, barsOf, closesOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

async function compact(store: MmapStore, options?: OperationOptions): Promise<DatasetManifest> {
  const lock = await store.lock("d");
  try {
    return await store.compact(lock, options);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

function storedOf(directory: string) {
  return parseManifest(readFileSync(join(directory, "d", "manifest.json")), "manifest.json");
}

const closes = (...parts: ReturnType<typeof barsOf>[]) =>
  parts.flatMap((part) => Array.from(part["close"] as Float64Array));

/** Three symbols from seven publications, some of which restate rows. */
async function grown(
  directory: string,
): Promise<{ readonly store: MmapStore; readonly expected: Record<string, number[]> }> {
  const store = mmapStore({ directory });
  await publishBars(store, "d", { A: 1000, B: 5 });
  for (let day = 0; day < 5; day++)
    await appendBars(
      store,
      [
        { symbol: "A", rows: 10 },
        { symbol: "C", rows: 1 + day },
      ],
      { A: 0, C: 2 },
    );
  await appendBars(store, [{ symbol: "A", rows: 20, keepRows: 1040 }], { A: 9 });
  const expected = {
    A: closes(barsOf(1040, 0), barsBetween(1040, 1060, 9)),
    B: closes(barsOf(5, 1)),
    C: closes(barsOf(15, 2)),
  };
  return { store, expected };
}

describe("compact", () => {
  it("leaves one segment of many, the same rows, fingerprint and attributes, and readers undisturbed", async () => {
    const directory = newDirectory();
    const { store, expected } = await grown(directory);
    const former = await store.open("d");
    const manifest = await compact(store);
    const { generation, createdAt, bytes, ...same } = manifest;
    expect({ ...former.manifest, generation, createdAt, bytes }).toEqual({ ...same, generation, createdAt, bytes });
    expect(generation).toBe(former.manifest.generation + 1);
    expect(bytes).toBeLessThan(former.manifest.bytes);
    const left = (): string[] => readdirSync(join(directory, "d")).sort();
    // Windows deletes no file that a reader has mapped.
    if (process.platform !== "win32") expect(left()).toEqual(["manifest.json", `seg-${generation}-0.arrow`]);
    const dataset = await store.open("d");
    for (const [symbol, values] of Object.entries(expected)) {
      expect(closesOf(dataset, symbol)).toEqual(values);
      expect(closesOf(former, symbol)).toEqual(values);
    }
    former[Symbol.dispose]();
    dataset[Symbol.dispose]();
    expect((await store.verify("d")).faults).toEqual([]);
    await (await store.lock("d"))[Symbol.asyncDispose]();
    expect(left()).toEqual(["manifest.json", `seg-${generation}-0.arrow`]);
  });

  it("lays a dataset out as if it had been written at once, and keeps segments that already match", async () => {
    const [directory, reference] = [newDirectory(), newDirectory()];
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    await publishBars(store, "d", { A: 5000, B: 5, C: 700 });
    const before = storedOf(directory);
    await appendBars(
      store,
      [
        { symbol: "B", rows: 7 },
        { symbol: "A", rows: 3 },
      ],
      { A: 0, B: 1 },
    );
    await compact(store);
    const after = storedOf(directory);
    await publishBars(mmapStore({ directory: reference, segmentBytes: 16_384 }), "d", { A: 5003, B: 12, C: 700 });
    const atOnce = storedOf(reference);
    const layoutOf = ({ segments, series }: typeof after) =>
      series.map(({ symbol, parts }) => ({
        symbol,
        parts: parts.map(({ segment, ...part }) => ({ ...part, crc32: segments[segment]?.crc32 })),
      }));
    expect(layoutOf(after)).toEqual(layoutOf(atOnce));
    const files = new Set(before.segments.map(({ file }) => file));
    const kept = after.segments.filter(({ file }) => files.has(file));
    expect(kept).toHaveLength(before.segments.length - 2);
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("does nothing if there is nothing to gain", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    const published = await publishBars(store, "d", { A: 5000, B: 5 });
    const before = readdirSync(join(directory, "d")).sort();
    expect(await compact(store)).toEqual(published);
    expect(readdirSync(join(directory, "d")).sort()).toEqual(before);
    await appendBars(store, [{ symbol: "B", rows: 2 }], { B: 1 });
    const once = await compact(store);
    expect(await compact(store)).toEqual(once);
  });

  it("frees the space of superseded rows", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 5000 });
    await appendBars(store, [{ symbol: "A", rows: 0, keepRows: 10 }], {});
    const cut = await store.find("d");
    const manifest = await compact(store);
    expect(manifest.series).toEqual(cut?.series);
    expect(manifest.bytes).toBeLessThan((cut?.bytes ?? 0) / 20);
    expect(storedOf(directory).segments.map(({ rows, superseded }) => [rows, superseded])).toEqual([[10, undefined]]);
  });

  it("refuses to copy damaged rows, and leaves the dataset as it is", async () => {
    const directory = newDirectory();
    const { store, expected } = await grown(directory);
    const [segment] = storedOf(directory).segments;
    const path = join(directory, "d", segment?.file ?? "");
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    const flip = (): void => {
      bytes[segment?.offsets["volume"] ?? 0] = (bytes[segment?.offsets["volume"] ?? 0] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    };
    flip();
    const before = readdirSync(join(directory, "d")).sort();
    await expect(compact(store)).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    await expect(compact(store)).rejects.toThrow(segment?.file);
    expect(readdirSync(join(directory, "d")).sort()).toEqual(before);
    flip();
    await compact(store);
    const dataset = await store.open("d");
    expect(closesOf(dataset, "A")).toEqual(expected["A"]);
    dataset[Symbol.dispose]();
  });

  it("can be aborted at any step of its progress, and leaves the dataset and no other file", async () => {
    const directory = newDirectory();
    const { store } = await grown(directory);
    const before = await store.find("d");
    const files = readdirSync(join(directory, "d")).sort();
    await expect(compact(store, { signal: AbortSignal.abort() })).rejects.toThrow(code("ATC_ABORTED"));
    const all: Progress[] = [];
    for (let steps = 1; ; steps++) {
      const controller = new AbortController();
      let left = steps;
      const onProgress = (progress: Progress): void => {
        all.push(progress);
        if (--left === 0) controller.abort();
      };
      try {
        await compact(store, { signal: controller.signal, onProgress });
        break;
      } catch (error) {
        expect(error).toEqual(code("ATC_ABORTED"));
        expect(await store.find("d")).toEqual(before);
        expect(readdirSync(join(directory, "d")).sort()).toEqual(files);
      }
    }
    expect(new Set(all.map(({ phase }) => phase))).toEqual(new Set(["verifying", "writing"]));
    expect(all.at(-1)).toEqual({ phase: "writing", done: 1080, total: 1080, unit: "rows" });
  });

  it("ends when its lock is released", async () => {
    const directory = newDirectory();
    const { store } = await grown(directory);
    const before = await store.find("d");
    const lock = await store.lock("d");
    const running = store.compact(lock, { onProgress: () => void lock[Symbol.asyncDispose]() });
    await expect(running).rejects.toThrow(code("ATC_ABORTED"));
    await lock[Symbol.asyncDispose]();
    expect(await store.find("d")).toEqual(before);
    expect(readdirSync(join(directory, "d")).some((entry) => entry.startsWith("."))).toBe(false);
    await expect(store.compact(lock)).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  });

  it("throws if there is no dataset", async () => {
    const store = mmapStore({ directory: newDirectory() });
    await expect(compact(store)).rejects.toThrow(code("ATC_NOT_FOUND"));
  });
});
