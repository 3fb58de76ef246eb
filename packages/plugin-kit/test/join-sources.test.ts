import { type ColumnChunk, type DataSource, isAtcError, type RowKind, type SourceSummary } from "@atc/contract";
import fc from "fast-check";
import { expect, it } from "vitest";
import { joinSources, overlapFinder } from "../src/index.ts";

/** A source of rows of symbol and time, two per chunk. */
function sourceOf(
  name: string,
  rows: readonly (readonly [string, number])[],
  kind: RowKind = "bars",
  extra?: string,
): DataSource {
  const columns = [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
    { name: "close", type: "float64" },
    ...(extra === undefined ? [] : [{ name: extra, type: "float64" } as const]),
  ] as const;
  let summary: SourceSummary | undefined;
  return {
    identity: { name, parts: { name, size: rows.length } },
    kind,
    columns,
    async *chunks({ onBadRow } = {}): AsyncGenerator<ColumnChunk> {
      const values: string[] = [];
      onBadRow?.({ line: 7, reason: "number", text: "x" });
      for (let row = 0; row < rows.length; row += 2) {
        const part = rows.slice(row, row + 2);
        for (const [symbol] of part) if (!values.includes(symbol)) values.push(symbol);
        const own = {
          timestamp: BigInt64Array.from(part, ([, time]) => BigInt(time) * (kind === "ticks" ? 1_000_000n : 1n)),
          close: Float64Array.from(part, ([, time]) => time),
          ...(extra === undefined ? {} : { [extra]: Float64Array.from(part, () => 1) }),
        };
        yield {
          length: part.length,
          row,
          symbol: { indices: Int32Array.from(part, ([symbol]) => values.indexOf(symbol)), values },
          columns: own,
        };
      }
      summary = { rows: rows.length, badRows: 1, bytes: rows.length, hash: name.padStart(16, "0") };
    },
    summary: () => summary,
    async [Symbol.asyncDispose]() {},
  };
}

async function read(source: DataSource): Promise<{ rows: [string, bigint][]; extra: unknown[]; files: unknown[] }> {
  const rows: [string, bigint][] = [];
  const extra: unknown[] = [];
  const files: unknown[] = [];
  for await (const { row, symbol, columns, length } of source.chunks({ onBadRow: ({ file }) => files.push(file) })) {
    expect(row).toBe(rows.length);
    for (let i = 0; i < length; i++)
      rows.push([symbol.values[symbol.indices[i] as number] ?? "?", BigInt(columns["timestamp"]?.[i] ?? 0n)]);
    extra.push(...(columns["oi"] ?? []));
  }
  return { rows, extra, files };
}

it("delivers the rows of all sources in order, with one list of symbols and the file of each bad row", async () => {
  const first = sourceOf("a", [
    ["X", 1],
    ["Y", 1],
    ["X", 2],
  ]);
  const second = sourceOf(
    "b",
    [
      ["Y", 2],
      ["Z", 1],
    ],
    "bars",
    "oi",
  );
  await using source = joinSources([first, second], { name: "both" });
  const { rows, extra, files } = await read(source);
  expect(rows).toEqual([
    ["X", 1n],
    ["Y", 1n],
    ["X", 2n],
    ["Y", 2n],
    ["Z", 1n],
  ]);
  expect(extra).toEqual([Number.NaN, Number.NaN, Number.NaN, 1, 1]);
  expect(files).toEqual(["a", "b"]);
  expect(source.summary()).toMatchObject({ rows: 5, badRows: 2, bytes: 5 });
  expect(source.summary()).not.toHaveProperty("overlaps");
});

it("reports rows of one symbol and time that two sources share", async () => {
  const day = 86_400_000;
  const a = sourceOf("a", [
    ["X", 0],
    ["X", day],
    ["X", 2 * day],
    ["Y", day],
  ]);
  const b = sourceOf("b", [
    ["X", 2 * day],
    ["X", 3 * day],
    ["Y", 0],
    ["Y", day],
    ["Z", 0],
  ]);
  const c = sourceOf("c", [["X", 9 * day]]);
  await using source = joinSources([a, b, c], { name: "all" });
  expect((await read(source)).rows).toHaveLength(10);
  expect(source.summary()?.overlaps).toEqual([
    { first: "a", second: "b", symbols: 2, rows: 2, from: "1970-01-02T00:00:00.000Z", to: "1970-01-03T00:00:00.000Z" },
  ]);
});

it("reports only the span of time for ticks", async () => {
  const ticks = (name: string, times: number[]): DataSource =>
    sourceOf(
      name,
      times.map((time) => ["X", time] as const),
      "ticks",
    );
  await using source = joinSources([ticks("a", [1, 1, 5]), ticks("b", [3, 9])], { name: "all" });
  await read(source);
  expect(source.summary()?.overlaps).toEqual([
    { first: "a", second: "b", symbols: 1, from: "1970-01-01T00:00:00.003Z", to: "1970-01-01T00:00:00.005Z" },
  ]);
});

it("counts common times like sets, for any steps and order", () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(times, times, fc.boolean(), (a, b, sorted) => {
      if (sorted) a.sort((x, y) => x - y);
      const finder = overlapFinder("bars");
      for (const [part, own] of [a, b].entries())
        finder.add(part, {
          length: own.length,
          row: 0,
          symbol: { indices: new Int32Array(own.length), values: ["X"] },
          columns: { timestamp: BigInt64Array.from(own, BigInt) },
        });
      expect(finder.overlaps(["a", "b"])[0]?.rows ?? 0).toBe(a.filter((time) => b.includes(time)).length);
    }),
  );
});

it("refuses sources of other kinds or prices, and none at all", () => {
  const close = sourceOf("a", [["X", 1]]);
  const codeOf = (...sources: DataSource[]): boolean => {
    try {
      joinSources(sources, { name: "all" });
      return false;
    } catch (error) {
      return isAtcError(error, sources.length === 0 ? "ATC_INVALID_ARGUMENT" : "ATC_INVALID_DATA");
    }
  };
  expect(codeOf(close, sourceOf("b", [["X", 1]], "ticks"))).toBe(true);
  expect(codeOf(close, sourceOf("b", [["X", 1]], "bars", "open"))).toBe(true);
  expect(codeOf()).toBe(true);
});

it("gathers the notes of 50,000 sources in one pass", () => {
  const sources = Array.from({ length: 50_000 }, (_, i) => ({
    ...sourceOf(`f${i}`, [["A", i]]),
    notes: i === 0 ? ["times have no zone"] : ["times have no zone", "a header is missing"],
  }));
  expect(joinSources(sources, { name: "all" }).notes).toEqual([
    "times have no zone",
    "a header is missing (f1 and 49998 more)",
  ]);
});
