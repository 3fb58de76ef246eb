import type { ChunksOptions, Progress } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IngestOptions } from "../src/index.ts";
import { ingest } from "../src/index.ts";
import type { MemorySourceOptions, Row } from "./memory-source.ts";
import { memorySource } from "./memory-source.ts";
import type { MemoryStore } from "./memory-store.ts";
import { memoryStore } from "./memory-store.ts";

let store: MemoryStore;
beforeEach(() => {
  store = memoryStore();
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
});

/** Enough rows, out of order, to spill at 4 KiB. */
const rows: Row[] = Array.from({ length: 3000 }, (_, i) => ({
  symbol: `S${i % 3}`,
  time: (i * 7919) % 3001,
  close: i + 1,
}));

/** Fails, and leaves the store as it was: an old dataset untouched, no lock, no open writer, no scratch file. */
async function failure(options: IngestOptions, sourceOptions: MemorySourceOptions = {}): Promise<string> {
  const before = await ingest(memorySource([{ symbol: "old", time: 1, close: 1 }]), store, { name: "d" });
  const source = memorySource(rows, { chunkRows: 100, ...sourceOptions });
  const error: unknown = await ingest(source, store, { name: "d", memoryBytes: 4096, ...options }).catch(
    (e: unknown) => e,
  );
  expect(store.scratchFiles()).toEqual([]);
  expect([store.locked.size, store.openWriters]).toEqual([0, 0]);
  expect((await store.find("d"))?.generation).toBe(before.manifest.generation);
  return isAtcError(error) ? error.code : String(error);
}

describe("abort", () => {
  it("before the start", async () => {
    expect(await failure({ signal: AbortSignal.abort() })).toBe("ATC_ABORTED");
  });

  for (const phase of ["reading", "sorting", "writing"])
    it(`while ${phase}`, async () => {
      const controller = new AbortController();
      const seen: string[] = [];
      const onProgress = (progress: Progress): void => {
        seen.push(progress.phase);
        if (progress.phase === phase) controller.abort();
      };
      expect(await failure({ signal: controller.signal, onProgress })).toBe("ATC_ABORTED");
      expect(seen.at(-1)).toBe(phase);
    });

  it("by a timer, even if source and store never wait", async () => {
    const controller = new AbortController();
    const handle = setImmediate(() => controller.abort());
    const endless = memorySource(rows, { chunkRows: 1, onChunk: () => undefined });
    const chunks = endless.chunks.bind(endless);
    Object.assign(endless, {
      async *chunks() {
        for (;;) yield* chunks();
      },
    });
    const failed = await ingest(endless, store, { name: "d", signal: controller.signal }).catch((e: unknown) => e);
    clearImmediate(handle);
    expect(isAtcError(failed, "ATC_ABORTED")).toBe(true);
  });
});

describe("faults", () => {
  it("a source that fails half-way", async () => {
    const onChunk = (row: number): void => {
      if (row >= 1500) throw new AtcError("ATC_CORRUPT_DATA", "the medium is damaged");
    };
    expect(await failure({}, { onChunk })).toBe("ATC_CORRUPT_DATA");
  });

  it("a store that fails half-way", async () => {
    let writes = 0;
    store.onWrite = () => {
      if (writes++ > 1) throw new AtcError("ATC_NO_SPACE", "the disk is full");
    };
    expect(await failure({})).toBe("ATC_NO_SPACE");
  });

  it("a clean-up that fails too does not hide the first fault", async () => {
    const lock = store.lock.bind(store);
    store.lock = async (name) => {
      const held = await lock(name);
      return {
        ...held,
        async [Symbol.asyncDispose]() {
          await held[Symbol.asyncDispose]();
          throw new Error("cannot unlock");
        },
      };
    };
    const onChunk = (): void => {
      throw new AtcError("ATC_CORRUPT_DATA", "the medium is damaged");
    };
    const failed = await ingest(memorySource(rows, { onChunk }), store, { name: "d" }).catch((e: unknown) => e);
    expect(isAtcError(failed, "ATC_CORRUPT_DATA")).toBe(true);
  });

  it("a scratch directory that is gone", async () => {
    const lock = store.lock.bind(store);
    store.lock = async (name) => ({ ...(await lock(name)), scratch: "/nonexistent/scratch" });
    const failed = await ingest(memorySource(rows), store, { name: "d", memoryBytes: 4096 }).catch((e: unknown) => e);
    expect(isAtcError(failed, "ATC_NOT_FOUND")).toBe(true);
  });

  it("two ingests of one dataset at once", async () => {
    const results = await Promise.allSettled([
      ingest(memorySource(rows), store, { name: "d" }),
      ingest(memorySource(rows), store, { name: "d" }),
    ]);
    const [first, second] = results;
    expect(first?.status).toBe("fulfilled");
    expect(second?.status === "rejected" && isAtcError(second.reason, "ATC_LOCKED")).toBe(true);
  });

  it("no rows at all, and no good row", async () => {
    const badRows = [{ line: 2, reason: "number", column: "close", text: "abc" }];
    for (const options of [{}, { badRows }]) {
      const failed = await ingest(memorySource([], options), store, { name: "d" }).catch((e: unknown) => e);
      expect(isAtcError(failed, "ATC_INVALID_DATA")).toBe(true);
    }
    expect([store.locked.size, store.plans.length]).toEqual([0, 0]);
  });

  it("a row without a symbol, a source without times, a chunk without a column", async () => {
    const spoil = (change: object): ReturnType<typeof memorySource> => Object.assign(memorySource(rows), change);
    const chunk = { length: 1, row: 0, symbol: { indices: Int32Array.of(0), values: ["A"] } };
    const columns = { timestamp: new BigInt64Array(1), close: Float64Array.of(1) };
    const chunks = (one: object) => ({
      async *chunks() {
        yield await Promise.resolve(one);
      },
    });
    const sources = [
      spoil(chunks({ ...chunk, columns, symbol: { indices: Int32Array.of(-1), values: ["A"] } })),
      spoil(chunks({ ...chunk, columns, symbol: { indices: Int32Array.of(1), values: ["A"] } })),
      spoil(chunks({ ...chunk, columns: { timestamp: columns.timestamp } })),
      spoil(chunks({ ...chunk, columns: { close: columns.close } })),
      spoil({ columns: [{ name: "symbol", type: "text" }] }),
    ];
    for (const source of sources) {
      const failed = await ingest(source, store, { name: "d" }).catch((e: unknown) => e);
      expect(isAtcError(failed, "ATC_INVALID_DATA")).toBe(true);
    }
    expect(await store.list()).toEqual([]);
  });

  it("options out of their range", async () => {
    for (const wrong of [{ memoryBytes: 0 }, { memoryBytes: Number.NaN }, { duplicates: "keep-lost" as "keep-last" }]) {
      const source = memorySource(rows);
      const failed = await ingest(source, store, { name: "d", ...wrong }).catch((e: unknown) => e);
      expect([isAtcError(failed, "ATC_INVALID_ARGUMENT"), source.readings]).toEqual([true, 0]);
    }
  });
});

describe("progress", () => {
  it("reports each phase in order, to its end", async () => {
    const seen: Progress[] = [];
    await ingest(memorySource(rows), store, { name: "d", onProgress: (progress) => seen.push(progress) });
    const phases = seen.map(({ phase }) => phase);
    expect([...new Set(phases)]).toEqual(["reading", "sorting", "writing"]);
    expect(seen.findLast(({ phase }) => phase === "reading")).toEqual({
      phase: "reading",
      done: 3000,
      total: 3000,
      unit: "rows",
    });
    expect(seen.at(-1)).toEqual({ phase: "writing", done: 3000, total: 3000, unit: "rows" });
  });

  it("passes on what the source reports, to its end", async () => {
    const source = memorySource(rows);
    const chunks = source.chunks.bind(source);
    Object.assign(source, {
      async *chunks(options: ChunksOptions) {
        for await (const chunk of chunks(options)) {
          options.onProgress?.({ phase: "loading", done: chunk.row, total: 99_999, unit: "bytes" });
          yield chunk;
        }
      },
    });
    const seen: Progress[] = [];
    await ingest(source, store, { name: "d", onProgress: (progress) => seen.push(progress) });
    const reading = seen.filter(({ phase }) => phase === "reading");
    expect(reading[0]).toEqual({ phase: "reading", done: 0, total: 99_999, unit: "bytes", rows: 0 });
    expect(reading.at(-1)).toEqual({ phase: "reading", done: 99_999, total: 99_999, unit: "bytes", rows: 3000 });
  });
});
