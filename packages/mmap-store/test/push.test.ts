import { chmod, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetManifest, Progress } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CopyIdentity,
  type CopySource,
  type DatasetPushOptions,
  datasetCopies,
  type PushTarget,
  pushDataset,
} from "../src/copies.ts";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { appendBars, barsOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const directories = temporaryDirectories();
let far: string;
let near: string;
let store: MmapStore;
let values: Map<string, Uint8Array>;
/** The keys that were set, in order. */
let sent: string[];

/** A place in memory; `before` may throw instead of a write. */
const targetOf = (before: (key: string) => void = () => undefined): PushTarget => ({
  place: "memory",
  get: async (key) => values.get(key),
  async set(key, bytes) {
    before(key);
    sent.push(key);
    values.set(key, bytes.slice());
  },
  async *list(prefix = "") {
    for (const [key, { length }] of values) if (key.startsWith(prefix)) yield { key, size: length, accessedAt: 0 };
  },
});

const source: CopySource = {
  place: "memory",
  layout: "pushed",
  remedy: (dataset) => `push ${dataset} again`,
  get: async (key) => values.get(key),
  async getRange(key, range) {
    const { offset, length } = range as { offset: number; length: number };
    return values.get(key)?.slice(offset, offset + length);
  },
};

const identityOf = ({ name, generation, fingerprint, createdAt }: DatasetManifest): CopyIdentity => ({
  dataset: name,
  generation,
  fingerprint,
  createdAt,
});
const push = (manifest: DatasetManifest, more: Partial<DatasetPushOptions> = {}) =>
  pushDataset(identityOf(manifest), { directory: far, target: targetOf(), ...more });
const bars = (rows: number, seed: number): readonly number[] => [...(barsOf(rows, seed)["close"] as Float64Array)];
const isManifest = (key: string): boolean => key.endsWith(".json");

async function copied(manifest: DatasetManifest, symbol: string): Promise<readonly number[]> {
  const copies = datasetCopies({ directory: near, source, maxBytes: 2 ** 30 });
  using copy = await copies.provide({ ...identityOf(manifest), symbols: [symbol] });
  await using opened = mmapStore({ directory: copy.directory, isPartial: true });
  using dataset = await opened.open(manifest.name);
  return [...dataset.series(symbol).window("close", 0, dataset.series(symbol).length)];
}

beforeEach(async () => {
  [far, near] = [await directories(), await directories()];
  store = mmapStore({ directory: far, segmentBytes: 2 ** 14 });
  values = new Map();
  sent = [];
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
});

describe("a pushed dataset", () => {
  it("is copied from the place as it was, and nothing is sent twice", async () => {
    const manifest = await publishBars(store, "prices", { A: 500, B: 500, C: 500 });
    const reports: Progress[] = [];
    const pushed = await push(manifest, { onProgress: (one) => reports.push(one) });
    expect(pushed).toMatchObject({ bytes: manifest.bytes, sentBytes: manifest.bytes });
    expect(pushed.sentSegments).toBe(pushed.segments);
    expect(reports.at(-1)).toEqual({ phase: "pushing", done: manifest.bytes, total: manifest.bytes, unit: "bytes" });
    expect(sent.filter(isManifest)).toEqual([sent.at(-1)]);
    expect(await copied(manifest, "B")).toEqual(bars(500, 1));
    sent = [];
    expect(await push(manifest)).toMatchObject({ sentSegments: 0, sentBytes: 0 });
    expect(sent).toEqual([]);
    expect(await push(manifest, { isRepeated: true })).toMatchObject({ sentBytes: manifest.bytes });
    expect(sent.some(isManifest)).toBe(false);
  });

  it("is reported as lacking if only its manifest does", async () => {
    const manifest = await publishBars(store, "prices", { A: 500 });
    expect(await push(manifest)).toMatchObject({ sentManifest: true });
    expect(await push(manifest)).toMatchObject({ sentManifest: false });
    for (const key of [...values.keys()].filter(isManifest)) values.delete(key);
    const lacking = { sentSegments: 0, sentBytes: 0, sentManifest: true };
    expect(await push(manifest, { isDry: true })).toMatchObject(lacking);
    expect(await push(manifest)).toMatchObject(lacking);
  });

  it("is given up while the place does not answer a list", async () => {
    const manifest = await publishBars(store, "prices", { A: 500 });
    const stop = new AbortController();
    const target: PushTarget = {
      ...targetOf(),
      async *list(_, { signal } = {}) {
        signal?.throwIfAborted();
        await new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const pushed = push(manifest, { target, signal: stop.signal });
    stop.abort(new Error("Ctrl-C"));
    await expect(pushed).rejects.toThrow("Ctrl-C");
  });

  it("is sent in pieces, which are put together again", async () => {
    await store[Symbol.asyncDispose]();
    store = mmapStore({ directory: far });
    const rows = 1_000_000;
    const manifest = await publishBars(store, "prices", { A: rows });
    await push(manifest);
    expect(sent.filter((key) => !isManifest(key)).length).toBe(Math.ceil(manifest.bytes / 2 ** 24));
    expect(sent.length).toBeGreaterThan(2);
    expect(await copied(manifest, "A")).toEqual(bars(rows, 0));
    const [lost = ""] = sent;
    values.delete(lost);
    sent = [];
    expect((await push(manifest)).sentSegments).toBe(1);
    expect(sent).toEqual([lost]);
  }, 60_000);

  it("has no manifest until it is whole, wherever a push ends, and the next one sends the rest", async () => {
    const manifest = await publishBars(store, "prices", { A: 500, B: 500, C: 500 });
    const { segments } = await push(manifest, { isDry: true });
    expect(sent).toEqual([]);
    expect(segments).toBeGreaterThan(2);
    for (let most = 0; most <= segments; most++) {
      values.clear();
      sent = [];
      const cut = targetOf(() => {
        if (sent.length === most) throw new Error("the link is cut");
      });
      await expect(push(manifest, { target: cut })).rejects.toThrow("the link is cut");
      expect([...values.keys()].some(isManifest)).toBe(false);
      await expect(copied(manifest, "A")).rejects.toMatchObject({ code: "ATC_REPLACED" });
      expect((await push(manifest)).sentSegments).toBe(segments - most);
      expect(new Set(sent).size).toBe(sent.length);
    }
    expect(await copied(manifest, "C")).toEqual(bars(500, 2));
  });

  it("shares segments with a former generation, which stays", async () => {
    const before = await publishBars(store, "d", { A: 500, B: 500 });
    await push(before);
    sent = [];
    const after = await appendBars(store, [{ symbol: "A", rows: 100 }], { A: 0 });
    const pushed = await push(after);
    expect(pushed.sentSegments).toBeLessThan(pushed.segments);
    expect(sent.length).toBe(pushed.sentSegments + 1);
    expect(await copied(before, "A")).toEqual(bars(500, 0));
    expect(await copied(after, "A")).toEqual(bars(600, 0));
  });

  it("does not touch one of the same name and number that was created again", async () => {
    const before = await publishBars(store, "prices", { A: 500, B: 500 });
    await push(before);
    await store.delete("prices");
    await expect(push(before)).rejects.toMatchObject({ code: "ATC_REPLACED" });
    const after = await publishBars(store, "prices", { A: 500, B: 500 }, 3);
    expect(after.generation).toBe(before.generation);
    await push(after);
    expect(await copied(before, "A")).toEqual(bars(500, 0));
    expect(await copied(after, "A")).toEqual(bars(500, 3));
  });

  it("is not sent if a segment is damaged here", async () => {
    const manifest = await publishBars(store, "prices", { A: 500, B: 500 });
    const [file = ""] = (await readdir(join(far, "prices"))).filter((name) => name.endsWith(".arrow"));
    const path = join(far, "prices", file);
    const good = await readFile(path);
    await chmod(path, 0o644);
    const bad = Buffer.from(good);
    bad[2000] = (bad[2000] ?? 0) ^ 1;
    const damages = [() => writeFile(path, bad), () => truncate(path, 100), () => rm(path)];
    for (const damage of damages) {
      await damage();
      await expect(push(manifest)).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA", details: { path } });
      expect([...values.keys()].some(isManifest)).toBe(false);
      await writeFile(path, good);
    }
    await push(manifest);
    expect(await copied(manifest, "A")).toEqual(bars(500, 0));
  });

  it("that is damaged in the place is refused with what helps, and repaired by a repeated push", async () => {
    const manifest = await publishBars(store, "prices", { A: 500 });
    await push(manifest);
    const [key = ""] = sent;
    const bytes = values.get(key) ?? new Uint8Array();
    bytes[2000] = (bytes[2000] ?? 0) ^ 1;
    await expect(copied(manifest, "A")).rejects.toMatchObject({
      code: "ATC_CORRUPT_DATA",
      message: expect.stringContaining("push prices again"),
    });
    expect((await push(manifest)).sentSegments).toBe(0);
    await push(manifest, { isRepeated: true });
    expect(await copied(manifest, "A")).toEqual(bars(500, 0));
    const [manifestKey = ""] = sent.filter(isManifest);
    values.set(manifestKey, new Uint8Array(3));
    await push(manifest);
    expect(values.get(manifestKey)?.length).toBeGreaterThan(3);
  });

  it("ends if it is aborted", async () => {
    const manifest = await publishBars(store, "prices", { A: 500, B: 500 });
    const stop = new AbortController();
    const target = targetOf(() => stop.abort());
    await expect(push(manifest, { target, signal: stop.signal })).rejects.toMatchObject({ code: "ATC_ABORTED" });
    expect([...values.keys()].some(isManifest)).toBe(false);
  });
});
