import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mmapStore } from "../src/index.ts";
import { barSchema, barsOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

function run(command: string, ...parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}

const canMount = ((): boolean => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const place = join(newDirectory(), "probe");
  mkdirSync(place);
  const isMounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place);
  if (isMounted) run("umount", place);
  return isMounted;
})();

describe.skipIf(!canMount)(`a small disk${canMount ? "" : " (needs the right to mount a tmpfs)"}`, () => {
  let mounted: string | undefined;
  afterEach(() => {
    // Lazily: on Node 20 a disposed mapping keeps the disk busy until it is collected.
    if (mounted !== undefined) run("umount", "-l", mounted);
    mounted = undefined;
  });
  const mount = (size: string): string => {
    mounted = join(newDirectory(), "disk");
    mkdirSync(mounted);
    expect(run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", mounted)).toBe(true);
    return mounted;
  };

  it("that is full throws ATC_NO_SPACE, and keeps the dataset and nothing else", async () => {
    const directory = mount("64k");
    const store = mmapStore({ directory });
    await publishBars(store, "old", { A: 100 });
    await expect(publishBars(store, "d", { A: 100_000 })).rejects.toThrow(code("ATC_NO_SPACE"));
    await expect(publishBars(store, "old", { A: 100_000 })).rejects.toThrow(code("ATC_NO_SPACE"));
    expect(readdirSync(directory)).toEqual(["old"]);
    expect(readdirSync(join(directory, "old")).sort()).toEqual(["manifest.json", "seg-1-0.arrow"]);
    const dataset = await store.open("old");
    expect(dataset.series("A").window("close", 98, 2)).toEqual(Float64Array.of(98 / 8, 99 / 8));
    dataset[Symbol.dispose]();
  });

  it("that fills up between two slices throws ATC_NO_SPACE from then on, and its writer publishes nothing", async () => {
    const directory = mount("1m");
    const store = mmapStore({ directory });
    const lock = await store.lock("d");
    const series = [{ symbol: "A", rows: 100_000 }];
    const writer = await store.create(lock, { schema: barSchema, fingerprint: "", series });
    const columns = barsOf(100_000, 0);
    await expect(writer.write("A", 0, columns)).rejects.toThrow(code("ATC_NO_SPACE"));
    await expect(writer.write("A", 0, columns)).rejects.toThrow(code("ATC_NO_SPACE"));
    await expect(writer.publish()).rejects.toThrow(code("ATC_NO_SPACE"));
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("that is too small for a layout throws ATC_NO_SPACE before anything is written, with both sizes", async () => {
    const directory = mount("1m");
    const store = mmapStore({ directory });
    const lock = await store.lock("d");
    const plan = { schema: barSchema, fingerprint: "", series: [{ symbol: "A", rows: 1_000_000 }] };
    await expect(store.layOut(lock, plan)).rejects.toMatchObject({
      code: "ATC_NO_SPACE",
      message: expect.stringMatching(/takes 2\d\.\d MB, but the disk of .* has 1\.0 MB free/),
    });
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("that fills up while the symbols of a layout are written throws ATC_NO_SPACE at the next call, and keeps none of its files", async () => {
    const directory = mount("40m");
    const store = mmapStore({ directory });
    const lock = await store.lock("d");
    const plan = { schema: barSchema, fingerprint: "", series: [{ symbol: "A", rows: 1_000_000 }] };
    const layout = await store.layOut(lock, plan);
    // Before the writing in the background continues.
    expect(() => writeFileSync(join(directory, "filler"), new Uint8Array(2 ** 26))).toThrow("ENOSPC");
    await vi.waitFor(() => expect(() => layout.sync()).toThrow(code("ATC_NO_SPACE")));
    expect(() => layout.extents("A")).toThrow(code("ATC_NO_SPACE"));
    await expect(layout.publish()).rejects.toThrow(code("ATC_NO_SPACE"));
    await layout.abort();
    expect(readdirSync(join(directory, "d")).some((entry) => entry.startsWith(".tmp-"))).toBe(false);
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual(["filler"]);
  });

  it("without room for a lock still allows deletion", async () => {
    const directory = mount("256k");
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 100 });
    expect(() => writeFileSync(join(directory, "filler"), new Uint8Array(2 ** 20))).toThrow("ENOSPC");
    await expect(store.lock("d")).rejects.toThrow(code("ATC_NO_SPACE"));
    expect(await store.delete("d")).toBe(true);
    expect(readdirSync(directory)).toEqual(["filler"]);
  });

  it("mounted read-only throws ATC_READ_ONLY for writes, and can be read", async () => {
    const directory = mount("1m");
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 100 });
    expect(run("mount", "-o", "remount,ro", directory)).toBe(true);
    await expect(store.lock("d")).rejects.toThrow(code("ATC_READ_ONLY"));
    await expect(store.lock("other")).rejects.toThrow(code("ATC_READ_ONLY"));
    const below = mmapStore({ directory: join(directory, "not", "yet") });
    await expect(below.lock("d")).rejects.toThrow(code("ATC_READ_ONLY"));
    await expect(store.delete("d")).rejects.toThrow(code("ATC_READ_ONLY"));
    const dataset = await store.open("d");
    expect(dataset.series("A").window("close", 0, 1)).toEqual(Float64Array.of(0));
    dataset[Symbol.dispose]();
  });
});

describe("a store's directory", () => {
  it("that does not exist is an empty store", async () => {
    const directory = join(newDirectory(), "not", "yet");
    const store = mmapStore({ directory });
    expect(await store.list()).toEqual([]);
    expect(await store.find("d")).toBeUndefined();
    expect(await store.delete("d")).toBe(false);
    await expect(store.open("d")).rejects.toThrow(code("ATC_NOT_FOUND"));
    await publishBars(store, "d", { A: 1 });
    expect(await store.list()).toEqual(["d"]);
  });

  it("may hold other entries, which are not datasets and stay", async () => {
    const directory = newDirectory();
    mkdirSync(join(directory, "empty"));
    mkdirSync(join(directory, ".hidden"));
    writeFileSync(join(directory, "file"), "x");
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 1 });
    expect(await store.list()).toEqual(["d"]);
    expect(await store.delete("empty")).toBe(false);
    await expect(store.open("file")).rejects.toThrow(code("ATC_NOT_FOUND"));
    expect(await store.delete("d")).toBe(true);
    expect(readdirSync(directory).sort()).toEqual([".hidden", "empty", "file"]);
    rmdirSync(join(directory, "empty"));
  });
});

it.each([
  ["no directory", { directory: "" }],
  ["segments below 16 KiB", { directory: "x", segmentBytes: 16_383 }],
  ["segments above 1 GiB", { directory: "x", segmentBytes: 2 ** 30 + 1 }],
  ["segments of no number", { directory: "x", segmentBytes: Number.NaN }],
  ["an unknown backend", { directory: "x", backend: "mapped" as "mmap" }],
])("refuses %s", (_, options) => {
  expect(() => mmapStore(options)).toThrow(code("ATC_INVALID_ARGUMENT"));
});
