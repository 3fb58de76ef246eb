import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { DuplicatePolicy } from "../src/index.ts";
import { fingerprintOf, ingest, ingestReport } from "../src/index.ts";
import type { Row } from "./memory-source.ts";
import { memorySource } from "./memory-source.ts";
import type { MemoryStore } from "./memory-store.ts";
import { memoryStore } from "./memory-store.ts";

const stores: MemoryStore[] = [];
function newStore(options?: { readonly scratch?: boolean }): MemoryStore {
  const store = memoryStore(options);
  stores.push(store);
  return store;
}
afterEach(async () => {
  for (const store of stores.splice(0)) await store[Symbol.asyncDispose]();
});

const codeOf = (error: unknown): string => (isAtcError(error) ? error.code : String(error));

/** The expected rows of a symbol: sorted by time, equal times in the source's order, duplicates by policy. */
function naive(rows: readonly Row[], policy: DuplicatePolicy): Row[] {
  const sorted = rows.toSorted((a, b) =>
    BigInt(a.time) < BigInt(b.time) ? -1 : BigInt(a.time) > BigInt(b.time) ? 1 : 0,
  );
  if (policy === "keep-all") return sorted;
  const byTime = new Map<bigint, Row>();
  for (const row of sorted)
    if (policy === "keep-last" || !byTime.has(BigInt(row.time))) byTime.set(BigInt(row.time), row);
  return [...byTime.values()];
}

function expectSeries(store: MemoryStore, rows: readonly Row[], policy: DuplicatePolicy): void {
  const bySymbol = new Map<string, Row[]>();
  for (const row of rows) bySymbol.set(row.symbol, [...(bySymbol.get(row.symbol) ?? []), row]);
  const symbols = [...bySymbol.keys()];
  const stored = symbols.map((symbol) => [store.column("d", symbol, "timestamp"), store.column("d", symbol, "close")]);
  const wanted = symbols.map((symbol) => {
    const kept = naive(bySymbol.get(symbol) ?? [], policy);
    return [kept.map((row) => BigInt(row.time)), kept.map((row) => row["close"])];
  });
  expect(stored).toEqual(wanted);
}

/** Rows with their own number as close, so that rows of equal times can be distinguished. */
const rowsArbitrary = (times: fc.Arbitrary<bigint>, most: number): fc.Arbitrary<Row[]> =>
  fc
    .array(fc.record({ symbol: fc.constantFrom("A", "B", "C", "Ω", "nan"), time: times }), {
      minLength: 1,
      maxLength: most,
    })
    .map((rows) => rows.map((row, i) => ({ ...row, close: i + 1 })));

describe("sorting and scattering", () => {
  const cases: [string, fc.Arbitrary<bigint>][] = [
    ["few times, many of them equal", fc.bigInt(-3n, 3n)],
    ["any 64-bit time", fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)],
    ["times of one year", fc.bigInt(1_600_000_000_000n, 1_631_000_000_000n)],
  ];
  for (const [name, times] of cases)
    for (const memoryBytes of [4096, undefined])
      it(`equals a naive stable sort: ${name}, ${memoryBytes === undefined ? "in memory" : "spilled"}`, async () => {
        await fc.assert(
          fc.asyncProperty(
            rowsArbitrary(times, 1500),
            fc.constantFrom<DuplicatePolicy>("keep-all", "keep-last", "keep-first"),
            fc.integer({ min: 1, max: 400 }),
            async (rows, duplicates, chunkRows) => {
              const store = memoryStore();
              try {
                const source = memorySource(rows, { chunkRows });
                const { report } = await ingest(source, store, { name: "d", duplicates, memoryBytes });
                expectSeries(store, rows, duplicates);
                expect(store.scratchFiles()).toEqual([]);
                expect(report.rowsRead).toBe(rows.length);
                expect(report.rowsKept).toBe(rows.length - report.totals.dropped);
              } finally {
                await store[Symbol.asyncDispose]();
              }
            },
          ),
          { numRuns: 25 },
        );
      });

  it("keeps rows of one time in the source's order", async () => {
    const store = newStore();
    const rows = [3, 1, 2, 1, 3, 1].map((time, i) => ({ symbol: "A", time, close: i + 1 }));
    await ingest(memorySource(rows), store, { name: "d", duplicates: "keep-all" });
    expect(store.column("d", "A", "close")).toEqual([2, 4, 6, 3, 1, 5]);
  });

  it("keeps every dtype bit by bit, sorted or not", async () => {
    const columns = (["int8", "uint8", "int32", "uint32", "int64", "float32", "float64"] as const).map((type) => ({
      name: type as string,
      type,
    }));
    const value = (i: number): Record<string, number | bigint> => ({
      int8: (i % 256) - 128,
      uint8: i % 256,
      int32: -(2 ** 31) + i,
      uint32: 2 ** 32 - 1 - i,
      int64: -BigInt(i) - 1n,
      float32: Math.fround(1 / (i + 1)),
      float64: i === 5 ? Number.NaN : 1 / (i + 3),
    });
    for (const sign of [1, -1])
      for (const memoryBytes of [4096, undefined]) {
        const store = newStore();
        const rows: Row[] = Array.from({ length: 300 }, (_, i) => ({
          symbol: "A",
          time: sign * i,
          close: 1,
          ...value(i),
        }));
        await ingest(memorySource(rows, { columns, chunkRows: 64 }), store, { name: "d", memoryBytes });
        const wanted = naive(rows, "keep-all");
        for (const { name } of columns) expect(store.column("d", "A", name)).toEqual(wanted.map((row) => row[name]));
      }
  });

  it("takes 2,000 symbols in 4 KiB", async () => {
    const store = newStore();
    const rows: Row[] = Array.from({ length: 8000 }, (_, i) => ({
      symbol: `S${(i * 7919) % 2000}`,
      time: (i * 31) % 1009,
      close: i + 1,
    }));
    const { report } = await ingest(memorySource(rows, { chunkRows: 1000 }), store, {
      name: "d",
      memoryBytes: 4096,
      duplicates: "keep-all",
    });
    expect(report.series.length).toBe(2000);
    expectSeries(store, rows, "keep-all");
  });

  it("plans symbols with rows, in code unit order", async () => {
    const store = newStore();
    const rows = ["b", "B", "Z", "a"].map((symbol) => ({ symbol, time: 1, close: 1 }));
    await ingest(memorySource(rows), store, { name: "d" });
    expect(store.plans[0]?.series.map(({ symbol }) => symbol)).toEqual(["B", "Z", "a", "b"]);
  });

  it("keeps rows when the arena grows", async () => {
    const store = newStore();
    const columns = ["close", ...Array.from({ length: 99 }, (_, c) => `x${c}`)].map((name) => ({
      name,
      type: "float64" as const,
    }));
    // 808 bytes per row: the first 8 MiB hold 10,381 rows.
    const rows: Row[] = Array.from({ length: 11_000 }, (_, i) => ({
      symbol: `S${i % 3}`,
      time: i,
      close: i + 1,
      x98: -i,
    }));
    await ingest(memorySource(rows, { columns, chunkRows: 4000 }), store, { name: "d" });
    expectSeries(store, rows, "keep-last");
    expect(store.column("d", "S0", "x98").at(-1)).toBe(-10_998);
  });

  it("writes no file if all rows fit in memory", async () => {
    const store = newStore();
    const seen: string[][] = [];
    store.onWrite = () => seen.push(store.scratchFiles());
    await ingest(memorySource([{ symbol: "A", time: 1, close: 1 }]), store, { name: "d" });
    expect(seen).toEqual([[]]);
  });

  it("spills to the temporary directory if the store has no disk", async () => {
    const store = newStore({ scratch: false });
    const rows = Array.from({ length: 2000 }, (_, i) => ({ symbol: "A", time: 2000 - i, close: i + 1 }));
    await ingest(memorySource(rows), store, { name: "d", memoryBytes: 4096 });
    expectSeries(store, rows, "keep-last");
  });
});

describe("duplicates", () => {
  const rows: Row[] = [
    { symbol: "A", time: 2, close: 1 },
    { symbol: "A", time: 1, close: 2 },
    { symbol: "A", time: 2, close: 3 },
    { symbol: "A", time: 2, close: 3 },
    { symbol: "B", time: 1, close: 5 },
    { symbol: "B", time: 1, close: 6 },
  ];
  const kept: Record<string, [number[], number[]]> = {
    "keep-all": [
      [2, 1, 3, 3],
      [5, 6],
    ],
    "keep-last": [[2, 3], [6]],
    "keep-first": [[2, 1], [5]],
  };
  for (const policy of ["keep-all", "keep-last", "keep-first"] as const)
    it(`${policy} keeps the right rows and counts the others`, async () => {
      const store = newStore();
      const { report } = await ingest(memorySource(rows), store, { name: "d", duplicates: policy });
      expect([store.column("d", "A", "close"), store.column("d", "B", "close")]).toEqual(kept[policy]);
      const dropped = policy === "keep-all" ? 0 : 2;
      expect(report.series[0]?.duplicates).toEqual({ count: 2, identical: 1, dropped });
      expect(report.series[1]?.duplicates).toEqual({ count: 1, identical: 0, dropped: dropped / 2 });
      expect(report.totals.duplicates).toBe(3);
    });

  for (const [name, some] of [
    ["sorted", rows.slice(4)],
    ["unsorted", rows.slice(0, 3)],
  ] as const)
    it(`error stops at ${name} rows of one time and publishes nothing`, async () => {
      const store = newStore();
      const failed = await ingest(memorySource(some), store, { name: "d", duplicates: "error" }).catch(
        (e: unknown) => e,
      );
      expect(codeOf(failed)).toBe("ATC_INVALID_DATA");
      expect(isAtcError(failed) && failed.details).toMatchObject({ symbol: some[0]?.symbol, duplicates: 1 });
      expect([await store.list(), store.plans.length, store.locked.size]).toEqual([[], 0, 0]);
    });

  it("error accepts rows without equal times, sorted or not", async () => {
    const store = newStore();
    await ingest(memorySource(rows.slice(0, 2)), store, { name: "d", duplicates: "error" });
    expect(store.column("d", "A", "close")).toEqual([2, 1]);
  });

  it("keeps all ticks and the last of bars by default", async () => {
    const store = newStore();
    await ingest(memorySource(rows, { kind: "ticks" }), store, { name: "d" });
    expect(store.column("d", "B", "close")).toEqual([5, 6]);
    await ingest(memorySource(rows), store, { name: "d" });
    expect(store.column("d", "B", "close")).toEqual([6]);
  });
});

describe("reuse", () => {
  const rows = [{ symbol: "A", time: 1, close: 1 }];

  it("reads nothing if the fingerprint is the same, and returns the same report", async () => {
    const store = newStore();
    const source = memorySource(rows);
    const first = await ingest(source, store, { name: "d" });
    const second = await ingest(source, store, { name: "d", memoryBytes: 8192 });
    expect([first.reused, second.reused, source.readings]).toEqual([false, true, 1]);
    expect(second.report).toEqual(first.report);
    expect(ingestReport(second.manifest)).toEqual(first.report);
  });

  it("needs no lock to reuse", async () => {
    const store = newStore();
    const source = memorySource(rows);
    await ingest(source, store, { name: "d" });
    await store.lock("d");
    expect((await ingest(source, store, { name: "d" })).reused).toBe(true);
  });

  it("reads again with force, other options or other data", async () => {
    const store = newStore();
    const source = memorySource(rows);
    await ingest(source, store, { name: "d" });
    expect((await ingest(source, store, { name: "d", force: true })).manifest.generation).toBe(2);
    expect((await ingest(source, store, { name: "d", duplicates: "keep-first" })).manifest.generation).toBe(3);
    const other = memorySource([{ symbol: "A", time: 1, close: 2 }]);
    expect((await ingest(other, store, { name: "d" })).manifest.generation).toBe(4);
  });

  it("reads again if no ingest made the dataset", async () => {
    const store = newStore();
    const source = memorySource(rows);
    const lock = await store.lock("d");
    const plan = { fingerprint: fingerprintOf(source), series: [], schema: { kind: "bars" as const, columns: [] } };
    await (await store.create(lock, plan)).publish();
    await lock[Symbol.asyncDispose]();
    expect((await ingest(source, store, { name: "d" })).reused).toBe(false);
  });

  it("fingerprints do not depend on the order of the identity's members or on memory", () => {
    const [a, b] = [memorySource(rows), memorySource(rows)];
    const { parts } = a.identity;
    Object.assign(b, { identity: { name: "x", parts: Object.fromEntries(Object.entries(parts).reverse()) } });
    expect(fingerprintOf(a)).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprintOf(b, { memoryBytes: 5000, name: "other" })).toBe(fingerprintOf(a));
    expect(fingerprintOf(a, { duplicates: "keep-all" })).not.toBe(fingerprintOf(a));
    expect(fingerprintOf(a, { duplicates: "keep-last" })).toBe(fingerprintOf(a));
  });

  it("records the source of the rows in the manifest", async () => {
    const store = newStore();
    const { manifest } = await ingest(memorySource(rows), store, { name: "d" });
    expect(manifest.attributes).toMatchObject({
      source: { name: "rows.csv", parts: { rows: 1 } },
      summary: { rows: 1, hash: "0123456789abcdef" },
      options: { duplicates: "keep-last" },
      report: { rowsKept: 1, series: [{ symbol: "A", rows: 1 }] },
    });
  });
});
