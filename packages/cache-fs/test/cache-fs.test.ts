import { mkdir, open, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PluginHost } from "@atc/contract";
import { newOwner } from "@atc/plugin-kit";
import { afterAll, describe, expect, it, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { accessLog } from "../src/access-log.ts";
import plugins, { type CacheFs, type CacheFsOptions, cacheFs as createStore } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

/** Stores that stay open as after a kill. Their logs keep the directory on Windows, so they are closed before it goes. */
const made: CacheFs[] = [];
afterAll(async () => {
  for (const store of made) await store[Symbol.asyncDispose]();
});

async function cacheFs(options: CacheFsOptions): Promise<CacheFs> {
  const store = await createStore(options);
  made.push(store);
  return store;
}

const bytes = (size: number, fill = 1): Uint8Array => new Uint8Array(size).fill(fill);

async function keysOf(store: CacheFs): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys.sort((a, b) => a.localeCompare(b));
}

async function opened(options: Partial<CacheFsOptions> = {}): Promise<{ directory: string; store: CacheFs }> {
  const directory = options.directory ?? (await newDirectory());
  return { directory, store: await cacheFs({ ...options, directory }) };
}

/** The store's own files with one file ending. */
async function internal(directory: string, ending: string): Promise<string[]> {
  return (await readdir(join(directory, "~store-v1"))).filter((name) => name.endsWith(ending));
}

describe("options", () => {
  it("are refused if out of range", async () => {
    const directory = await newDirectory();
    const wrong: unknown[] = [{ directory: "" }, { directory: undefined }, { directory: "a\0b" }];
    wrong.push({ directory, maxBytes: 0 }, { directory, maxBytes: Number.NaN }, { directory, maxEntries: 1.5 });
    for (const maxAgeMs of [0, -1, Number.NaN, "1d"]) wrong.push({ directory, maxAgeMs });
    for (const options of wrong)
      await expect(cacheFs(options as CacheFsOptions)).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("refuse a directory that is a file, or is under one", async () => {
    const file = join(await newDirectory(), "file");
    await writeFile(file, "mine");
    for (const directory of [file, join(file, "deeper")])
      await expect(cacheFs({ directory })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  it.skipIf(process.platform !== "linux")(
    "report a file system that takes no folders, at the first write",
    async () => {
      await using store = await cacheFs({ directory: "/proc/x" });
      await expect(store.set("v1/a", bytes(3))).rejects.toMatchObject({
        code: "ATC_READ_ONLY",
        message: expect.stringContaining('cannot create a folder in "/proc"'),
      });
    },
  );

  it("create the plugin that package.json names", async () => {
    expect(plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
      manifest.atc.plugins.map(({ kind, name }) => ({ kind, name })),
    );
    const warn = vi.fn();
    const host: PluginHost = { find: () => Promise.reject(new Error("nothing")), warn };
    const create = plugins[0]?.create as (options: CacheFsOptions, host: PluginHost) => Promise<CacheFs>;
    await using store = await create({ directory: await newDirectory(), maxBytes: 10 }, host);
    await store.set("a", bytes(10));
    await store.set("b", bytes(10));
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("files", () => {
  it("are stored at their key under the directory, and nothing is created before the first write", async () => {
    const directory = join(await newDirectory(), "not", "yet");
    const { store } = await opened({ directory });
    expect(await store.get("v1/ab/c.npz")).toBeUndefined();
    await expect(stat(directory)).rejects.toMatchObject({ code: "ENOENT" });
    await store.set("v1/ab/c.npz", bytes(3));
    expect(await readFile(join(directory, "v1", "ab", "c.npz"))).toEqual(Buffer.from(bytes(3)));
  });

  it("are found by the next store, with fsync or without", async () => {
    for (const fsync of [true, false]) {
      const { directory, store } = await opened({ fsync });
      await store.set("a/b", bytes(3));
      await store[Symbol.asyncDispose]();
      const next = await cacheFs({ directory });
      expect(await next.get("a/b")).toEqual(bytes(3));
      expect(next.statistics).toMatchObject({ entries: 1, bytes: 3 });
    }
  });

  it("of other programs are neither listed, counted nor removed, whatever their names", async () => {
    const { directory, store } = await opened({ maxBytes: 100 });
    const foreign = ["notes.txt", "v1/ab/legal-key.npz", ".gitignore", "with space", "v1/deep/er/file"];
    for (const name of foreign) {
      await mkdir(join(directory, name, ".."), { recursive: true });
      await writeFile(join(directory, name), "x".repeat(1000));
    }
    await symlink("/", join(directory, "link"));
    for (let i = 0; i < 10; i++) await store.set(`v1/ab/${i}`, bytes(50));
    expect(await keysOf(store)).toEqual(["v1/ab/8", "v1/ab/9"]);
    expect(store.statistics).toMatchObject({ entries: 2, bytes: 100, evictedEntries: 8, evictedBytes: 400 });
    for (const name of foreign) expect((await stat(join(directory, name))).size).toBe(1000);
  });

  it("that another program has removed are absent, and the store continues", async () => {
    const { directory, store } = await opened({ maxBytes: 100 });
    await store.set("a", bytes(60));
    await rm(join(directory, "a"));
    expect(await store.get("a")).toBeUndefined();
    expect(await keysOf(store)).toEqual([]);
    await store.set("b", bytes(60));
    expect(await keysOf(store)).toEqual(["b"]);
    expect(store.statistics.evictedEntries).toBe(0);
  });

  it("that another program keeps open are replaced", async () => {
    const { directory, store } = await opened();
    await store.set("a", bytes(9, 1));
    const reader = await open(join(directory, "a"), "r");
    await store.set("a", bytes(9, 2));
    expect(await store.get("a")).toEqual(bytes(9, 2));
    expect(new Uint8Array(await reader.readFile())).toEqual(bytes(9, 1));
    await reader.close();
    await store.set("a", bytes(9, 3));
    expect(await store.get("a")).toEqual(bytes(9, 3));
    expect(await keysOf(store)).toEqual(["a"]);
  });

  // Wine keeps the name of a deleted file that is open, so the directory cannot go.
  it.skipIf(process.platform === "win32")(
    "are written again after the whole directory was deleted while in use",
    async () => {
      const { directory, store } = await opened();
      await store.set("v1/a", bytes(1));
      await rm(directory, { recursive: true });
      expect(await store.get("v1/a")).toBeUndefined();
      expect(await keysOf(store)).toEqual([]);
      await store.set("v1/b", bytes(2));
      expect(await store.get("v1/b")).toEqual(bytes(2));
      await store[Symbol.asyncDispose]();
      expect(await keysOf(await cacheFs({ directory }))).toEqual(["v1/b"]);
    },
  );

  it("cannot be under another key's file, or replace a folder in use", async () => {
    const { store } = await opened();
    await store.set("a", bytes(1));
    await expect(store.set("a/b", bytes(1))).rejects.toMatchObject({ code: "ATC_IO" });
    await store.set("c/d", bytes(1));
    await expect(store.set("c", bytes(1))).rejects.toMatchObject({ code: "ATC_IO" });
    expect(await store.get("c")).toBeUndefined();
    expect(await store.get("a/b")).toBeUndefined();
    expect(await keysOf(store)).toEqual(["a", "c/d"]);
    await store.delete("c/d");
    await store.set("c", bytes(2));
    expect(await store.get("c")).toEqual(bytes(2));
  });
});

describe("the budget", () => {
  it("removes entries that were not used for maxAgeMs, when it is opened and at each write", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    try {
      const onEvict = vi.fn();
      const warn = vi.fn();
      const { directory, store: writer } = await opened();
      await writer.set("old", bytes(10));
      await writer.set("read", bytes(20));
      vi.setSystemTime(1_050_000);
      await writer.get("read");
      await writer[Symbol.asyncDispose]();
      vi.setSystemTime(1_070_000);
      const { store } = await opened({ directory, maxAgeMs: 60_000, onEvict, warn });
      expect(await keysOf(store)).toEqual(["read"]);
      expect(onEvict.mock.calls).toEqual([[{ key: "old", size: 10, accessedAt: 1_000_000, reason: "age" }]]);
      vi.setSystemTime(1_120_000);
      await store.set("new", bytes(5));
      expect(await keysOf(store)).toEqual(["new"]);
      expect(store.statistics).toMatchObject({ evictedEntries: 2, evictedBytes: 30 });
      expect(warn).not.toHaveBeenCalled();
      await store[Symbol.asyncDispose]();
      expect(await keysOf((await opened({ directory })).store)).toEqual(["new"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("evicts the least recently used entries, and reports that", async () => {
    const onEvict = vi.fn();
    const warn = vi.fn();
    const { store } = await opened({ maxBytes: 300, onEvict, warn });
    for (const key of ["a", "b", "c"]) await store.set(key, bytes(100));
    await store.get("a");
    await store.get("b", { touch: false });
    await store.set("d", bytes(100));
    expect(await keysOf(store)).toEqual(["a", "c", "d"]);
    await store.set("e", bytes(150));
    expect(await keysOf(store)).toEqual(["d", "e"]);
    expect(onEvict.mock.calls.map(([{ key, size }]) => [key, size])).toEqual([
      ["b", 100],
      ["c", 100],
      ["a", 100],
    ]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(store.statistics).toMatchObject({ entries: 2, bytes: 250, evictedEntries: 3, evictedBytes: 300 });
  });

  it("limits the number of entries too", async () => {
    const { store } = await opened({ maxEntries: 2 });
    for (const key of ["a", "b", "c"]) await store.set(key, bytes(1));
    expect(await keysOf(store)).toEqual(["b", "c"]);
  });

  it("counts a value that is set again once", async () => {
    const { store } = await opened({ maxBytes: 200 });
    await store.set("a", bytes(100));
    for (let i = 0; i < 5; i++) await store.set("b", bytes(100 - i));
    expect(store.statistics).toMatchObject({ entries: 2, bytes: 196, evictedEntries: 0 });
  });

  it("refuses a value that is larger than the budget, and evicts nothing for it", async () => {
    const { store } = await opened({ maxBytes: 100 });
    await store.set("a", bytes(100));
    await expect(store.set("b", bytes(101))).rejects.toMatchObject({ code: "ATC_NO_SPACE" });
    expect(await keysOf(store)).toEqual(["a"]);
  });

  it("uses the store's own access times after a restore that changed every file time", async () => {
    const { directory, store } = await opened();
    for (const key of ["a", "b", "c"]) await store.set(key, bytes(100));
    await store.get("a");
    await store[Symbol.asyncDispose]();
    for (const [i, key] of ["a", "c", "b"].entries()) await utimes(join(directory, key), i, i);
    const next = await cacheFs({ directory, maxBytes: 300 });
    await next.set("d", bytes(100));
    expect(await keysOf(next)).toEqual(["a", "c", "d"]);
  });

  it("is shared by all stores on a directory", async () => {
    const directory = await newDirectory();
    const stores = await Promise.all([1, 2, 3].map(() => cacheFs({ directory, maxBytes: 1000 })));
    for (let i = 0; i < 60; i++) await stores[i % 3]?.set(`k/${i}`, bytes(100));
    const expected = Array.from({ length: 10 }, (_, i) => `k/${i + 50}`);
    for (const store of stores) expect(await keysOf(store)).toEqual(expected);
    await Promise.all(stores.map((store, i) => store.set(`at-once/${i}`, bytes(300, i))));
    const sizes = await Promise.all(
      (await keysOf(stores[0] as CacheFs)).map(async (key) => (await stat(join(directory, key))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1000);
  });

  it("counts a key that one store removed and another wrote again", async () => {
    const directory = await newDirectory();
    const [one, two] = [await cacheFs({ directory }), await cacheFs({ directory })];
    await one.set("a", bytes(1));
    expect(await keysOf(two)).toEqual(["a"]);
    await two.delete("a");
    expect(await keysOf(one)).toEqual([]);
    await one.set("a", bytes(2));
    expect(await two.get("a")).toEqual(bytes(2));
    expect(await keysOf(two)).toEqual(["a"]);
  });
});

describe("the store's own files", () => {
  it("are removed if their process has ended, and stay if it is alive", async () => {
    const { directory, store } = await opened();
    await store.set("a", bytes(1));
    const [log = ""] = await internal(directory, ".log");
    const [host = ""] = log.split("-");
    const dead = `${host}-4194305-0123456789-x.tmp`;
    const alive = `${host}-${process.pid}-0123456789-x.tmp`;
    for (const name of [dead, alive]) await writeFile(join(directory, "~store-v1", name), "half");
    const next = await cacheFs({ directory });
    expect(await internal(directory, ".tmp")).toEqual([alive]);
    expect(await keysOf(next)).toEqual(["a"]);
  });

  it("stay while their process is alive, however old the clock makes them", async () => {
    const { directory, store } = await opened();
    await store.set("a", bytes(1));
    const [log = ""] = await internal(directory, ".log");
    const owner = log.split("-").slice(0, 3).join("-");
    const reused = owner.replace(/s\d+$/, "s1");
    const names = [
      `${owner}-x.tmp`,
      `${reused}-x.tmp`,
      "0badhost-1-0123456789-old.tmp",
      "0badhost-1-0123456789-new.tmp",
    ];
    for (const name of names) await writeFile(join(directory, "~store-v1", name), "half");
    // Two days old by the file system, as if the clock had been set forward since.
    const then = Date.now() / 1000 - 2 * 86_400;
    for (const name of names.slice(0, 3)) await utimes(join(directory, "~store-v1", name), then, then);
    await cacheFs({ directory });
    const isTold = reused !== owner;
    expect(new Set(await internal(directory, ".tmp"))).toEqual(
      new Set([names[0], ...(isTold ? [] : [names[1]]), names[3]]),
    );
  });

  it("of another host are judged by the file system's time, not by this process's clock", async () => {
    const { directory, store } = await opened();
    await store.set("a", bytes(1));
    const name = "0badhost-1-0123456789-x.tmp";
    await writeFile(join(directory, "~store-v1", name), "half");
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 86_400_000);
    await cacheFs({ directory });
    now.mockRestore();
    expect(await internal(directory, ".tmp")).toEqual([name]);
  });

  // Likewise.
  it.skipIf(process.platform === "win32")(
    "are written again if another program removes them, and the error says so if it continues",
    async () => {
      const { directory, store } = await opened();
      const folder = join(directory, "~store-v1");
      await store.set("first", bytes(1));
      /** Removes this many temporary files while they are written. */
      const remove = async (times: number): Promise<void> => {
        for (let left = times; left > 0; await new Promise((done) => setImmediate(done)))
          for (const name of await internal(directory, ".tmp"))
            await rm(join(folder, name)).then(
              () => left--,
              () => undefined,
            );
      };
      const value = bytes(2 ** 23);
      await Promise.all([store.set("a", value), remove(1)]);
      expect(Buffer.compare((await store.get("a")) as Uint8Array, value)).toBe(0);
      const [failed] = await Promise.allSettled([store.set("b", value), remove(3)]);
      expect(failed).toMatchObject({ status: "rejected", reason: { code: "ATC_IO", details: { system: "ENOENT" } } });
      expect(String((failed as PromiseRejectedResult).reason)).toMatch(/removed during the write/);
      expect(await keysOf(store)).toEqual(["a", "first"]);
    },
  );

  it("are merged into one log by the next writer", async () => {
    const directory = await newDirectory();
    for (let i = 0; i < 5; i++) {
      const store = await cacheFs({ directory });
      await store.set(`k/${i}`, bytes(i));
      await store[Symbol.asyncDispose]();
      expect(await internal(directory, ".log")).toHaveLength(1);
    }
    expect(await keysOf(await cacheFs({ directory }))).toEqual(["k/0", "k/1", "k/2", "k/3", "k/4"]);
  });

  it("may be torn or contain garbage without harm", async () => {
    const { directory, store } = await opened();
    await store.set("a", bytes(5));
    await store[Symbol.asyncDispose]();
    const [log = ""] = await internal(directory, ".log");
    const path = join(directory, "~store-v1", log);
    const text = await readFile(path, "latin1");
    const garbage = "\n+ 1 2\n+ 99 5 ../../etc/passwd\n- x y\n\0\xff\n+ 1 5 a/";
    await writeFile(path, `${text.slice(0, -1)}${garbage}`, "latin1");
    expect(await keysOf(await cacheFs({ directory }))).toEqual(["a"]);
  });

  it("are rewritten if a log has grown far beyond its entries", async () => {
    const directory = await newDirectory();
    const log = accessLog(directory, "aaaaaaaa-1-bb");
    const record = { key: "a", time: 1, size: 1 };
    const append = (count: number): Promise<void> =>
      log.append(
        Array.from({ length: count }, () => record),
        () => [record],
      );
    await append(1);
    const before = await internal(directory, ".log");
    await append(30_000);
    expect(await internal(directory, ".log")).toEqual(before);
    await append(1);
    const [name = "", ...others] = await internal(directory, ".log");
    expect(others).toEqual([]);
    expect(before).not.toContain(name);
    expect(await readFile(join(directory, "~store-v1", name), "latin1")).toBe("+ 1 1 a\n+ 1 1 a\n");
    await log.close();
  });
});

describe("leases", () => {
  it("have one holder at a time, and can be released", async () => {
    const directory = await newDirectory();
    const stores = await Promise.all([1, 2, 3, 4].map(() => cacheFs({ directory })));
    const leases = await Promise.all(stores.map((store) => store.acquire("a", { ttlMs: 60_000 })));
    const [held, ...others] = leases.filter((lease) => lease !== undefined);
    expect(others).toEqual([]);
    expect(await held?.renew()).toBe(true);
    expect(await stores[0]?.acquire("b", { ttlMs: 60_000 })).toBeDefined();
    await held?.[Symbol.asyncDispose]();
    expect(await held?.renew()).toBe(false);
    expect(await stores[1]?.acquire("a", { ttlMs: 60_000 })).toBeDefined();
  });

  it("are acquired if there is a file in place of their folder, which this package does not write", async () => {
    const directory = await newDirectory();
    const store = await cacheFs({ directory });
    const held = await store.acquire("a", { ttlMs: 60_000 });
    const [name = ""] = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith(".lease"));
    await held?.[Symbol.asyncDispose]();
    await writeFile(join(directory, name), "{}");
    expect(await store.acquire("a", { ttlMs: 60_000 })).toBeDefined();
    expect(await store.acquire("a", { ttlMs: 60_000 })).toBeUndefined();
  });

  const hour = 3_600_000;

  /** Sets the time of the file of each lease to some ms before now. */
  async function age(directory: string, ms: number): Promise<void> {
    const then = (Date.now() - ms) / 1000;
    for (const name of await readdir(directory, { recursive: true }))
      if (/\.lease./.test(name)) await utimes(join(directory, name), then, then);
  }

  it("pass to one other holder when they expire, and renew reports that to the old one", async () => {
    const directory = await newDirectory();
    const store = await cacheFs({ directory });
    const first = await store.acquire("a", { ttlMs: hour });
    await age(directory, 0.9 * hour);
    expect(await store.acquire("a", { ttlMs: hour })).toBeUndefined();
    await age(directory, 1.1 * hour);
    const next = await Promise.all([1, 2, 3, 4].map(() => store.acquire("a", { ttlMs: hour })));
    expect(next.filter((lease) => lease !== undefined)).toHaveLength(1);
    expect(await first?.renew()).toBe(false);
    await first?.[Symbol.asyncDispose]();
    expect(await store.acquire("a", { ttlMs: hour })).toBeUndefined();
    await expect(store.acquire("a", { ttlMs: 0 })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    await expect(store.acquire("../a", { ttlMs: 1 })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("are held whatever the clock of a process says, and end if their file is from the future", async () => {
    const directory = await newDirectory();
    const store = await cacheFs({ directory });
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      vi.setSystemTime(Date.now() + 8760 * hour);
      const held = await store.acquire("a", { ttlMs: hour });
      vi.setSystemTime(Date.now() + 8760 * hour);
      expect(await store.acquire("a", { ttlMs: hour })).toBeUndefined();
      expect(await held?.renew()).toBe(true);
    } finally {
      vi.useRealTimers();
    }
    await age(directory, -8760 * hour);
    expect(await store.acquire("a", { ttlMs: hour })).toBeDefined();
  });

  it("are renewed one after the other, and only while they are held", async () => {
    const store = await cacheFs({ directory: await newDirectory() });
    const held = await store.acquire("a", { ttlMs: hour });
    expect(await Promise.all([held?.renew(), held?.renew(), held?.renew()])).toEqual([true, true, true]);
    expect(await Promise.all([held?.[Symbol.asyncDispose](), held?.renew()])).toEqual([undefined, false]);
  });

  it("leave nothing that the next store does not remove", async () => {
    const directory = await newDirectory();
    const store = await cacheFs({ directory });
    await (await store.acquire("a", { ttlMs: hour }))?.[Symbol.asyncDispose]();
    const internal = join(directory, "~store-v1");
    const abandoned = join(internal, `${newOwner().replace(/-\d+-/, "-99999999-")}-lease.tmp`);
    await mkdir(abandoned);
    await writeFile(join(abandoned, "0"), "1");
    await (await cacheFs({ directory }))[Symbol.asyncDispose]();
    expect((await readdir(internal)).filter((name) => name.includes("lease"))).toEqual([]);
  });
});
