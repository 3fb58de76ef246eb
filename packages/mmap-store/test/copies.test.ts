import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DatasetManifest } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CopyRequest, type CopySource, datasetCopies } from "../src/copies.ts";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { barsOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const directories = temporaryDirectories();
let far: string;
let near: string;
let store: MmapStore;
let manifest: DatasetManifest;
let asked: string[];

/** Reads the files of the far store, as a server does. */
const sourceOf = (
  change: (key: string, bytes: Uint8Array) => Uint8Array | undefined = (_, bytes) => bytes,
): CopySource => {
  const read = async (key: string): Promise<Uint8Array | undefined> => {
    const bytes = await readFile(join(far, key)).catch(() => undefined);
    asked.push(key);
    return bytes === undefined ? undefined : change(key, new Uint8Array(bytes));
  };
  return {
    place: "far",
    get: read,
    async getRange(key, range) {
      const { offset, length } = range as { offset: number; length: number };
      return (await read(key))?.slice(offset, offset + length);
    },
  };
};

const requestOf = (symbols?: readonly string[]): CopyRequest => {
  const { name: dataset, generation, fingerprint, createdAt } = manifest;
  return { dataset, generation, fingerprint, createdAt, symbols };
};
const copiesOf = (source = sourceOf(), maxBytes = 2 ** 30) => datasetCopies({ directory: near, source, maxBytes });
const segmentsAsked = (): readonly string[] => asked.filter((key) => key.endsWith(".arrow"));
const read = async (directory: string, symbol: string): Promise<readonly number[]> => {
  await using copy = mmapStore({ directory, isPartial: true });
  using dataset = await copy.open("prices");
  return [...dataset.series(symbol).window("close", 0, dataset.series(symbol).length)];
};

beforeEach(async () => {
  [far, near] = [await directories(), await directories()];
  store = mmapStore({ directory: far, segmentBytes: 2 ** 14 });
  manifest = await publishBars(store, "prices", { A: 500, B: 500, C: 500, D: 500 });
  asked = [];
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
});

describe("copies of a dataset", () => {
  it("fetch exactly the segments of the symbols, once", async () => {
    const copies = copiesOf();
    using first = await copies.provide(requestOf(["A"]));
    const own = new Set(segmentsAsked());
    expect(own.size).toBeGreaterThan(0);
    expect(own.size).toBeLessThan((await readdir(join(far, "prices"))).length - 1);
    expect(await read(first.directory, "A")).toEqual([...(barsOf(500, 0)["close"] as Float64Array)]);
    using again = await copies.provide(requestOf(["A"]));
    using other = await copiesOf().provide(requestOf(["A"]));
    expect([again.directory, other.directory]).toEqual([first.directory, first.directory]);
    using all = await copies.provide(requestOf());
    expect(await read(all.directory, "D")).toEqual([...(barsOf(500, 3)["close"] as Float64Array)]);
    expect(segmentsAsked().length).toBe(new Set(segmentsAsked()).size);
  });

  it("report a segment that was not asked for, and read it once it is there", async () => {
    const copies = copiesOf();
    using copy = await copies.provide(requestOf(["A"]));
    await using opened = mmapStore({ directory: copy.directory, isPartial: true });
    using dataset = await opened.open("prices");
    const last = (): number => dataset.series("D").window("close", 499, 1)[0] ?? Number.NaN;
    expect(last).toThrow(
      expect.objectContaining({ code: "ATC_NOT_FOUND", details: expect.objectContaining({ isAbsentSegment: true }) }),
    );
    using more = await copies.provide(requestOf(["D"]));
    expect(more.directory).toBe(copy.directory);
    expect(last()).toBe(499 / 8 + 3);
    await using whole = mmapStore({ directory: copy.directory });
    await expect(whole.open("prices")).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
  });

  it("are of the generation that was asked for, also of a former one", async () => {
    const former = requestOf(["A"]);
    manifest = await publishBars(store, "prices", { A: 500, B: 10 }, 7);
    using old = await copiesOf().provide(former);
    using current = await copiesOf().provide(requestOf(["A"]));
    expect(await read(old.directory, "A")).toEqual([...(barsOf(500, 0)["close"] as Float64Array)]);
    expect(await read(current.directory, "A")).toEqual([...(barsOf(500, 7)["close"] as Float64Array)]);
  });

  it("refuse other content under the same name and number", async () => {
    const before = requestOf(["A"]);
    await store.delete("prices");
    await publishBars(store, "prices", { A: 500, B: 500, C: 500, D: 500 }, 1);
    await expect(copiesOf().provide({ ...before, createdAt: 1 })).rejects.toMatchObject({ code: "ATC_REPLACED" });
    await expect(copiesOf().provide({ ...before, dataset: "nothing" })).rejects.toMatchObject({ code: "ATC_REPLACED" });
    await expect(copiesOf().provide({ ...before, dataset: "../prices" })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
    });
    expect(segmentsAsked()).toEqual([]);
  });

  it("notice a dataset that is replaced between its manifest and its segments", async () => {
    let isReplaced = false;
    const source = sourceOf();
    const replacing: CopySource = {
      ...source,
      async getRange(key, range) {
        if (!isReplaced) {
          isReplaced = true;
          await store.delete("prices");
          await publishBars(store, "prices", { A: 500, B: 500, C: 500, D: 500 }, 1);
        }
        return await source.getRange?.(key, range);
      },
    };
    await expect(copiesOf(replacing).provide(requestOf(["A"]))).rejects.toMatchObject({ code: "ATC_REPLACED" });
  });

  const flip = (bytes: Uint8Array, at: number): Uint8Array => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  it.each([
    ["changed", (bytes: Uint8Array) => flip(bytes, 2000)],
    ["cut", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 8)],
    ["missing", () => undefined],
  ])("never show a segment that is %s", async (_, change) => {
    const damaged = sourceOf((key, bytes) => (key.endsWith(".arrow") ? change(bytes) : bytes));
    await expect(copiesOf(damaged).provide(requestOf(["A"]))).rejects.toMatchObject({
      code: "ATC_CORRUPT_DATA",
      details: { dataset: "prices" },
    });
    const [copy = ""] = await readdir(near);
    expect(await readdir(join(near, copy, "prices"))).toEqual(["manifest.json"]);
    using sound = await copiesOf().provide(requestOf(["A"]));
    expect((await read(sound.directory, "A")).length).toBe(500);
  });

  it("fetch a segment again whose bytes the network changed once", async () => {
    let changes = 0;
    const once = sourceOf((key, bytes) => (key.endsWith(".arrow") && changes++ === 0 ? flip(bytes, 2000) : bytes));
    using copy = await copiesOf(once).provide(requestOf(["A"]));
    expect((await read(copy.directory, "A")).length).toBe(500);
  });

  it("refuse a manifest that was changed", async () => {
    const changed = sourceOf((key, bytes) => (key.endsWith(".json") ? flip(bytes, 40) : bytes));
    await expect(copiesOf(changed).provide(requestOf(["A"]))).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
  });

  it("fetch a file again that another program cut", async () => {
    const [copy, file] = await (async () => {
      using one = await copiesOf().provide(requestOf(["A"]));
      const [key = ""] = segmentsAsked();
      return [one.directory, join(one.directory, key)];
    })();
    await truncate(file, 100);
    using again = await copiesOf().provide(requestOf(["A"]));
    expect(again.directory).toBe(copy);
    expect((await read(copy, "A")).length).toBe(500);
  });
});

describe("the budget of copies", () => {
  const total = async (): Promise<number> => {
    let sum = 0;
    for (const file of await readdir(near, { recursive: true }))
      if (file.endsWith(".arrow")) sum += (await stat(join(near, file))).size;
    return sum;
  };

  it("removes what was used longest ago", async () => {
    const { bytes } = manifest;
    const copies = copiesOf(sourceOf(), Math.ceil(bytes * 0.8));
    (await copies.provide(requestOf(["A"])))[Symbol.dispose]();
    const first = new Set(segmentsAsked());
    (await copies.provide(requestOf(["B"])))[Symbol.dispose]();
    for (const file of await readdir(near, { recursive: true }))
      if (file.endsWith(".arrow") && first.has(file.split("/").slice(1).join("/")))
        await utimes(join(near, file), 1, 1);
    (await copies.provide(requestOf(["C"])))[Symbol.dispose]();
    (await copies.provide(requestOf(["D"])))[Symbol.dispose]();
    expect(await total()).toBeLessThanOrEqual(bytes * 0.8);
    asked = [];
    using again = await copies.provide(requestOf(["D"]));
    expect(segmentsAsked()).toEqual([]);
    using old = await copies.provide(requestOf(["A"]));
    expect(segmentsAsked().length).toBeGreaterThan(0);
    expect((await read(old.directory, "A")).length).toBe(500);
    expect((await read(again.directory, "D")).length).toBe(500);
  });

  it("waits for tasks that hold what does not fit beside", async () => {
    const copies = copiesOf(sourceOf(), manifest.bytes - 1);
    const held = await copies.provide(requestOf(["A", "B"]));
    let isThere = false;
    const next = copies.provide(requestOf(["C", "D"])).then((copy) => {
      isThere = true;
      return copy;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isThere).toBe(false);
    held[Symbol.dispose]();
    (await next)[Symbol.dispose]();
    expect(await total()).toBeLessThan(manifest.bytes);
  });

  it("refuses a task that needs more, and gives up waiting if it is aborted", async () => {
    await expect(copiesOf(sourceOf(), 1000).provide(requestOf())).rejects.toMatchObject({ code: "ATC_NO_SPACE" });
    const copies = copiesOf(sourceOf(), manifest.bytes - 1);
    using _held = await copies.provide(requestOf(["A", "B"]));
    const stop = new AbortController();
    const next = copies.provide(requestOf(["C", "D"]), { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(next).rejects.toMatchObject({ code: "ATC_ABORTED" });
  });

  it("removes a copy without segments", async () => {
    const before = requestOf(["A", "B"]);
    const copies = copiesOf(sourceOf(), Math.ceil(manifest.bytes * 0.8));
    (await copies.provide(before))[Symbol.dispose]();
    manifest = await publishBars(store, "prices", { A: 500, B: 500, C: 500, D: 500 }, 9);
    (await copies.provide(requestOf(["A", "B"])))[Symbol.dispose]();
    (await copies.provide(requestOf(["C"])))[Symbol.dispose]();
    expect((await readdir(near)).length).toBeLessThanOrEqual(2);
    expect(await total()).toBeLessThanOrEqual(manifest.bytes * 0.8);
  });
});

describe("copies that several processes share", () => {
  it("fetch each segment once", async () => {
    const program = await writeProgram();
    const run = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [program, near, far, JSON.stringify(requestOf())]);
    const outputs = await Promise.all([run(), run(), run()]);
    const fetched = outputs.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
    const segments = (await readdir(join(far, "prices"))).filter((file) => file.endsWith(".arrow"));
    expect(fetched.sort()).toEqual(segments.sort());
  });

  async function writeProgram(): Promise<string> {
    const path = join(await directories(), "copy.mjs");
    const built = new URL("../dist/bundle/copies.js", import.meta.url).href;
    await writeFile(
      path,
      `import { readFile } from "node:fs/promises";
      import { join } from "node:path";
      import { setTimeout } from "node:timers/promises";
      import { datasetCopies } from ${JSON.stringify(built)};
      const [, , directory, far, request] = process.argv;
      const get = (key) => readFile(join(far, key)).then((bytes) => new Uint8Array(bytes), () => undefined);
      const getRange = async (key, { offset, length }) => {
        await setTimeout(20);
        return (await get(key))?.slice(offset, offset + length);
      };
      const onFetch = (_, file) => console.log(file);
      const copies = datasetCopies({ directory, source: { place: far, get, getRange }, maxBytes: 2 ** 30, onFetch });
      (await copies.provide(JSON.parse(request)))[Symbol.dispose]();
      `,
    );
    return path;
  }
});

it("a budget must be a number of bytes", async () => {
  expect(() => copiesOf(sourceOf(), 0)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  await rm(near, { recursive: true, force: true });
});
