import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CacheValue } from "@atc/cache";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportSignals, openRuntime, type Runtime, scanSignals } from "../src/index.ts";
import { storedStates } from "../src/signals/stored-states.ts";

let cwd: string;
let runtime: Runtime;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-scan-"));
  runtime = await openRuntime({ cwd, env: {}, config: { batchSize: 2 } });
  const rows = ["A", "B", "C", "D", "E"].flatMap((symbol, s) =>
    Array.from({ length: 40_000 }, (_, i) => `${symbol},${1e12 + i * 60_000},${100 + 9 * Math.sin(i / (9 + s))}`),
  );
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
});
afterEach(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

describe("scanSignals", () => {
  it("computes what a cache entry lacks or has malformed", async () => {
    const { symbols, dataset } = await scanSignals(runtime, "bars.csv");
    const cache = await runtime.cache();
    const entries: string[] = [];
    for await (const { metadata } of cache.entries()) {
      if (metadata?.key.kind !== "states") continue;
      entries.push(metadata.key.kind);
      const value = (await cache.get(metadata.key)) as CacheValue;
      const { states: stored = [] } = value.attributes ?? {};
      const states = (stored as readonly object[]).map((state, i) => (i === 0 ? { ...state, direction: "up" } : state));
      await cache.set(metadata.key, { ...value, attributes: { states: states as never } });
    }
    expect(entries).toHaveLength(3);
    const again = await scanSignals(runtime, dataset);
    expect(again).toMatchObject({ symbols, cachedSymbols: 2 });
    expect((await scanSignals(runtime, dataset)).cachedSymbols).toBe(5);
  });

  it("takes nothing from an entry but whole states of the symbols that are asked for", async () => {
    const { symbols } = await scanSignals(runtime, "bars.csv");
    const value = (states: unknown): CacheValue => ({ arrays: {}, attributes: { states: states as never } });
    const wanted = new Set(["A", "B"]);
    const stored = JSON.parse(JSON.stringify(symbols));
    expect(
      storedStates(value(stored), wanted)
        .map(({ symbol }) => symbol)
        .toSorted(),
    ).toEqual(["A", "B"]);
    expect(storedStates(value(stored), new Set(symbols.map(({ symbol }) => symbol)))).toEqual(symbols);
    for (const states of [undefined, null, 3, {}, [null], [{}]])
      expect(storedStates(value(states), wanted)).toEqual([]);
    for (const name of Object.keys(stored[0]))
      expect(storedStates(value([{ ...stored[0], symbol: "A", [name]: {} }]), wanted), name).toEqual([]);
    expect(storedStates(undefined, wanted)).toEqual([]);
  });

  it("reports all bars, and ends when it is aborted, on threads too", async () => {
    for (const executor of ["inline", "worker"]) {
      await using own = await openRuntime({ cwd, env: {}, cache: false, config: { batchSize: 2, executor } });
      const seen: number[] = [];
      const { dataset } = await scanSignals(own, "bars.csv", {
        onProgress: ({ phase, done, total }) => {
          if (phase === "computing") seen.push(done, total ?? 0);
        },
      });
      expect([Math.max(...seen), seen.at(-1)]).toEqual([200_000, 200_000]);
      const controller = new AbortController();
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase === "computing") controller.abort();
      };
      await expect(scanSignals(own, dataset, { signal: controller.signal, onProgress })).rejects.toMatchObject({
        code: "ATC_ABORTED",
      });
    }
  });
});

describe("exportSignals", () => {
  it("leaves an existing file as it was when it is aborted, or without force", async () => {
    const file = join(cwd, "out.csv");
    await writeFile(file, "mine");
    await expect(exportSignals(runtime, "bars.csv", { file })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    const controller = new AbortController();
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === "writing") controller.abort();
    };
    const options = { file, force: true, signal: controller.signal, onProgress };
    await expect(exportSignals(runtime, "bars.csv", options)).rejects.toMatchObject({ code: "ATC_ABORTED" });
    expect(await readFile(file, "utf8")).toBe("mine");
    expect((await readdir(cwd)).filter((name) => name !== ".cache").toSorted()).toEqual(["bars.csv", "out.csv"]);
  });
});
