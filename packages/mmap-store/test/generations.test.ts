import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mappingBackend, mmapStore } from "../src/index.ts";
import { appendBars, barsOf, closesOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });
const filesOf = (directory: string): string[] => readdirSync(join(directory, "d")).sort();
const closes = (rows: number, seed: number): number[] => [...(barsOf(rows, seed)["close"] as Float64Array)];

for (const backend of ["mmap", "read"] as const)
  describe.skipIf(backend === "mmap" && !mappingBackend().available)(`former generations, backend ${backend}`, () => {
    it("stay until the next publication, by default one", async () => {
      const directory = newDirectory();
      const store = mmapStore({ directory, backend });
      for (const seed of [1, 2, 3]) await publishBars(store, "d", { A: 100 }, seed);
      using former = await store.open("d", { generation: 2 });
      expect(closesOf(former, "A")).toEqual(closes(100, 2));
      expect(former.manifest.generation).toBe(2);
      using newest = await store.open("d");
      expect(closesOf(newest, "A")).toEqual(closes(100, 3));
      await expect(store.open("d", { generation: 1 })).rejects.toThrow(
        'generation 1 of dataset "d" is not there: the dataset has 3, 2',
      );
      expect(filesOf(directory)).toEqual(["manifest-2.json", "manifest.json", "seg-2-0.arrow", "seg-3-0.arrow"]);
    });

    it("show the rows before an append that restates them, with the files of the newest generation", async () => {
      const directory = newDirectory();
      const store = mmapStore({ directory, backend });
      await publishBars(store, "d", { A: 100 });
      await appendBars(store, [{ symbol: "A", rows: 10, keepRows: 95 }], { A: 7 });
      using former = await store.open("d", { generation: 1 });
      expect(closesOf(former, "A")).toEqual(closes(100, 0));
      using newest = await store.open("d");
      expect(closesOf(newest, "A")).toEqual([...closes(95, 0), ...closes(105, 7).slice(95)]);
      expect(filesOf(directory)).toEqual(["manifest-1.json", "manifest.json", "seg-1-0.arrow", "seg-2-0.arrow"]);
      expect((await store.verify("d")).faults).toEqual([]);
    });

    it("stay open after they are removed", async () => {
      const directory = newDirectory();
      const store = mmapStore({ directory, backend });
      for (const seed of [1, 2]) await publishBars(store, "d", { A: 100 }, seed);
      using former = await store.open("d", { generation: 1 });
      await publishBars(store, "d", { A: 100 }, 3);
      expect(closesOf(former, "A")).toEqual(closes(100, 1));
    });
  });

describe("a store", () => {
  it("keeps as many former generations as it is asked to", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: 2 });
    for (const seed of [1, 2, 3, 4]) await publishBars(store, "d", { A: 10 }, seed);
    expect(filesOf(directory).filter((name) => name.startsWith("manifest-"))).toEqual([
      "manifest-2.json",
      "manifest-3.json",
    ]);
    const fewer = mmapStore({ directory, keepGenerations: 0 });
    await (await fewer.lock("d"))[Symbol.asyncDispose]();
    expect(filesOf(directory)).toEqual(["manifest.json", "seg-4-0.arrow"]);
    for (const keepGenerations of [-1, 1.5, 1001])
      expect(() => mmapStore({ directory, keepGenerations })).toThrow(code("ATC_INVALID_ARGUMENT"));
  });

  it("keeps none with 0, which takes no more space than the newest generation", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: 0 });
    for (const seed of [1, 2]) await publishBars(store, "d", { A: 10 }, seed);
    expect(filesOf(directory)).toEqual(["manifest.json", "seg-2-0.arrow"]);
    await expect(store.open("d", { generation: 1 })).rejects.toThrow(code("ATC_NOT_FOUND"));
  });

  it("does not keep a generation with the rows of the next one, and still has the one before", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    for (const seed of [1, 2, 2]) await publishBars(store, "d", { A: 10 }, seed);
    expect(filesOf(directory)).toEqual(["manifest-1.json", "manifest.json", "seg-1-0.arrow", "seg-3-0.arrow"]);
    using former = await store.open("d", { generation: 1 });
    expect(closesOf(former, "A")).toEqual(closes(10, 1));
  });

  it("removes former generations with a compaction, even if there is nothing to compact", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    for (const seed of [1, 2]) await publishBars(store, "d", { A: 10 }, seed);
    const compact = async (): Promise<void> => {
      const lock = await store.lock("d");
      await store.compact(lock);
      await lock[Symbol.asyncDispose]();
    };
    await compact();
    expect(filesOf(directory)).toEqual(["manifest.json", "seg-2-0.arrow"]);
    await appendBars(store, [{ symbol: "A", rows: 5, keepRows: 5 }], { A: 3 });
    await compact();
    expect(filesOf(directory)).toEqual(["manifest.json", "seg-4-0.arrow"]);
  });

  it("removes former generations with the dataset", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    for (const seed of [1, 2]) await publishBars(store, "d", { A: 10 }, seed);
    await store.delete("d");
    expect(readdirSync(directory)).toEqual([]);
    await publishBars(store, "d", { A: 10 }, 3);
    expect(filesOf(directory)).toEqual(["manifest.json", "seg-1-0.arrow"]);
  });

  it("keeps a former generation when other processes open or lock the dataset", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    for (const seed of [1, 2]) await publishBars(store, "d", { A: 10 }, seed);
    const before = filesOf(directory);
    (await mmapStore({ directory, keepGenerations: 0 }).open("d"))[Symbol.dispose]();
    await (await store.lock("d"))[Symbol.asyncDispose]();
    expect(filesOf(directory)).toEqual(before);
  });
});

describe("after a crash", () => {
  const twoGenerations = async (): Promise<{ directory: string; store: ReturnType<typeof mmapStore> }> => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    for (const seed of [1, 2]) await publishBars(store, "d", { A: 10 }, seed);
    return { directory, store };
  };
  const unlocked = async (store: ReturnType<typeof mmapStore>): Promise<void> =>
    await (await store.lock("d"))[Symbol.asyncDispose]();

  it("before the new manifest got its name, the next lock removes the copy of the old one", async () => {
    const { directory, store } = await twoGenerations();
    copyFileSync(join(directory, "d", "manifest.json"), join(directory, "d", "manifest-2.json"));
    writeFileSync(join(directory, "d", "seg-3-0.arrow"), "x");
    using newest = await store.open("d", { generation: 2 });
    expect(closesOf(newest, "A")).toEqual(closes(10, 2));
    await unlocked(store);
    expect(filesOf(directory)).toEqual(["manifest-1.json", "manifest.json", "seg-1-0.arrow", "seg-2-0.arrow"]);
  });

  it("after it, the next lock removes what is too much", async () => {
    const { directory, store } = await twoGenerations();
    const path = join(directory, "d");
    for (const name of ["manifest-1.json", "seg-1-0.arrow"])
      copyFileSync(join(path, name), join(path, `${name}.saved`));
    await publishBars(store, "d", { A: 10 }, 3);
    for (const name of ["manifest-1.json", "seg-1-0.arrow"])
      copyFileSync(join(path, `${name}.saved`), join(path, name));
    await unlocked(store);
    expect(filesOf(directory).filter((name) => !name.endsWith(".saved"))).toEqual([
      "manifest-2.json",
      "manifest.json",
      "seg-2-0.arrow",
      "seg-3-0.arrow",
    ]);
  });

  it.each([
    ["damaged", (text: string) => text.replace('"generation": 1', '"generation": 7')],
    ["cut", (text: string) => text.slice(0, 40)],
    ["of another format", () => "{}"],
  ])(
    "a former manifest that is %s is dropped with its segments, and the newest generation stays",
    async (_, change) => {
      const { directory, store } = await twoGenerations();
      const path = join(directory, "d", "manifest-1.json");
      writeFileSync(path, change(readFileSync(path, "utf8")));
      await expect(store.open("d", { generation: 1 })).rejects.toThrow(code("ATC_CORRUPT_DATA"));
      await unlocked(store);
      expect(filesOf(directory)).toEqual(["manifest.json", "seg-2-0.arrow"]);
      expect((await store.verify("d")).faults).toEqual([]);
    },
  );

  it("a former manifest without its segments cannot be opened", async () => {
    const { directory, store } = await twoGenerations();
    rmSync(join(directory, "d", "seg-1-0.arrow"), { force: true });
    await expect(store.open("d", { generation: 1 })).rejects.toThrow(code("ATC_NOT_FOUND"));
    using newest = await store.open("d");
    expect(closesOf(newest, "A")).toEqual(closes(10, 2));
  });
});
