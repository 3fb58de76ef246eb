import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { expect, it } from "vitest";
import { mmapStore } from "../src/index.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

/** Asserts that all values of a dataset belong to one generation. */
function assertWhole(dataset: Dataset): void {
  const seed = Number(dataset.manifest.fingerprint.replace("seed ", ""));
  for (const symbol of dataset.symbols()) {
    const series = dataset.series(symbol);
    let row = 0;
    for (const block of series.blocks({ columns: ["close"] })) {
      const close = block.values("close");
      for (let i = 0; i < block.length; i++, row++)
        if (close[i] !== row / 8 + seed) expect(close[i], `row ${row} of seed ${seed}`).toBe(row / 8 + seed);
    }
  }
}

it.each([0, 1])(
  "opens complete generations while others are published, and %i former stay",
  {
    timeout: 300_000,
  },
  async (keepGenerations) => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384, keepGenerations });
    await publishBars(store, "d", { A: 3000 }, 1);
    const finished = new AbortController();
    const generations = new Set<number>();
    const read = async (): Promise<void> => {
      while (!finished.signal.aborted) {
        const dataset = await store.open("d");
        generations.add(dataset.manifest.generation);
        assertWhole(dataset);
        dataset[Symbol.dispose]();
      }
    };
    const readers = [read(), read()];
    for (let seed = 2; seed <= 25; seed++) await publishBars(store, "d", { A: 3000 }, seed);
    finished.abort();
    await Promise.all(readers);
    expect(generations.size).toBeGreaterThan(1);
    const left = readdirSync(join(directory, "d")).filter((name) => !name.startsWith("seg-25-"));
    const former = keepGenerations === 0 ? [] : ["manifest-24.json"];
    expect(left.filter((name) => !name.startsWith("seg-24-")).sort()).toEqual([...former, "manifest.json"]);
    expect(left.some((name) => name.startsWith("seg-24-"))).toBe(keepGenerations > 0);
  },
);

it("opens a dataset or finds none while it is deleted and written again", { timeout: 300_000 }, async () => {
  const store = mmapStore({ directory: newDirectory(), segmentBytes: 16_384 });
  const finished = new AbortController();
  const read = async (): Promise<void> => {
    while (!finished.signal.aborted) {
      try {
        const dataset = await store.open("d");
        assertWhole(dataset);
        dataset[Symbol.dispose]();
      } catch (error) {
        if (!isAtcError(error, "ATC_NOT_FOUND")) throw error;
      }
    }
  };
  const reader = read();
  for (let seed = 1; seed <= 25; seed++) {
    await publishBars(store, "d", { A: 1000 }, seed);
    expect(await store.delete("d")).toBe(true);
  }
  finished.abort();
  await reader;
});
