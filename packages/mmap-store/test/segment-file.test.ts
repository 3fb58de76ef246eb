import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { RecordBatchFileReader, RecordBatchStreamReader, tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { layOutArrowFile } from "../src/arrow/arrow-file.ts";
import { checksumOf, combineCrc32 } from "../src/base/checksum.ts";
import { mmapStore } from "../src/index.ts";
import { parseManifest } from "../src/manifest/manifest.ts";
import type { StoredManifest } from "../src/manifest/stored-manifest.ts";
import { planSegments } from "../src/segment/segment-plan.ts";
import { barSchema, barsOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();

async function publish(rows: Readonly<Record<string, number>>, segmentBytes = 2 ** 30) {
  const directory = newDirectory();
  await publishBars(mmapStore({ directory, segmentBytes }), "d", rows);
  const path = join(directory, "d");
  const stored: StoredManifest = parseManifest(readFileSync(join(path, "manifest.json")), "manifest.json");
  return { directory: path, stored };
}

describe("a segment file", () => {
  it.each([1, 7, 8, 63, 64, 65, 1000])("aligns every buffer of %i rows to 64 bytes", async (rows) => {
    const { directory, stored } = await publish({ A: rows });
    const [segment] = stored.segments;
    const bytes = readFileSync(join(directory, segment?.file ?? ""));
    expect(Object.keys(segment?.offsets ?? {})).toEqual(["symbol", "timestamp", "close", "volume", "vote"]);
    for (const offset of Object.values(segment?.offsets ?? {})) expect(offset % 64).toBe(0);
    const table = tableFromIPC(bytes);
    for (const column of table.schema.fields.map(({ name }) => table.getChild(name)))
      expect(((column?.data[0]?.values.byteOffset ?? 1) - bytes.byteOffset) % 64).toBe(0);
  });

  it.each([1, 7, 8, 63, 64, 65, 1000])(
    "of %i rows is read by apache-arrow, as a file and as a stream",
    async (rows) => {
      const { directory, stored } = await publish({ A: rows, "NAN 😀": 3 });
      const bytes = readFileSync(join(directory, stored.segments[0]?.file ?? ""));
      const expected = barsOf(rows, 0);
      for (const reader of [RecordBatchFileReader.from(bytes), RecordBatchStreamReader.from(bytes.subarray(8))]) {
        const batches = [...reader];
        expect(batches).toHaveLength(1);
        const [batch] = batches;
        expect(batch?.schema.fields.map(String)).toEqual([
          "symbol: Dictionary<Int32, Utf8>",
          "timestamp: Timestamp<MILLISECOND, UTC>",
          "close: Float64",
          "volume: Uint32",
          "vote: Int8",
        ]);
        expect(batch?.numRows).toBe(rows + 3);
        const symbols = [...(batch?.getChild("symbol") ?? [])];
        expect(symbols).toEqual([...Array.from({ length: rows }, () => "A"), "NAN 😀", "NAN 😀", "NAN 😀"]);
        for (const name of ["close", "volume", "vote"])
          expect(batch?.getChild(name)?.data[0]?.values.subarray(0, rows)).toEqual(expected[name]);
        const times = batch?.getChild("timestamp")?.data[0]?.values as BigInt64Array;
        expect(times.subarray(0, rows)).toEqual(expected["timestamp"]);
      }
    },
  );

  it("is read-only and as long as the manifest says, with its CRC-32", async () => {
    const { directory, stored } = await publish({ A: 900, B: 7, C: 2000 }, 16_384);
    expect(stored.segments.length).toBeGreaterThan(2);
    expect(readdirSync(directory).sort()).toEqual(["manifest.json", ...stored.segments.map(({ file }) => file).sort()]);
    for (const { file, bytes, crc32: checksum } of stored.segments) {
      const content = readFileSync(join(directory, file));
      expect(content.length).toBe(bytes);
      expect(content.length).toBeLessThanOrEqual(16_384);
      expect(crc32(content).toString(16).padStart(8, "0")).toBe(checksum);
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o444);
    }
  });

  it("has a checksum that is independent of the order of writes", async () => {
    const sums = [];
    for (const isBackwards of [false, true]) {
      const directory = newDirectory();
      const store = mmapStore({ directory, segmentBytes: 32_768 });
      const series = Array.from({ length: 30 }, (_, i) => ({ symbol: `S${i}`, rows: 1 + ((i * 37) % 300) }));
      const lock = await store.lock("d");
      const writer = await store.create(lock, { schema: barSchema, fingerprint: "", series });
      for (const { symbol, rows } of isBackwards ? series.toReversed() : series)
        await writer.write(symbol, 0, barsOf(rows, rows));
      await writer.publish();
      await lock[Symbol.asyncDispose]();
      const stored = parseManifest(readFileSync(join(directory, "d", "manifest.json")), "");
      for (const { file, crc32: checksum } of stored.segments)
        expect(
          crc32(readFileSync(join(directory, "d", file)))
            .toString(16)
            .padStart(8, "0"),
        ).toBe(checksum);
      sums.push(stored.segments.map(({ crc32: checksum }) => checksum));
    }
    expect(sums[0]).toEqual(sums[1]);
  });
});

describe("the layout of an Arrow file", () => {
  it("refuses a dictionary of more than 2 GiB instead of writing wrong offsets", () => {
    const long = "x".repeat(2 ** 28);
    const dictionary = Array.from({ length: 8 }, () => long);
    expect(() => layOutArrowFile([{ name: "symbol", type: "text", nullable: false, dictionary }], 1)).toThrow(
      expect.objectContaining({ code: "ATC_UNSUPPORTED" }),
    );
  });
});

describe("a plan of segments", () => {
  it("holds every row once, in order, in segments no larger than allowed", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ symbol: fc.string({ unit: "binary" }), rows: fc.integer({ min: 1, max: 3000 }) }), {
          minLength: 1,
          selector: ({ symbol }) => symbol,
        }),
        fc.integer({ min: 16_384, max: 200_000 }),
        (series, segmentBytes) => {
          const { segments, parts } = planSegments(barSchema.columns, series, segmentBytes);
          const filled = segments.map(() => 0);
          expect([...parts.keys()]).toEqual(series.map(({ symbol }) => symbol).sort((a, b) => (a < b ? -1 : 1)));
          for (const { symbol, rows } of series) {
            let row = 0;
            for (const part of parts.get(symbol) ?? []) {
              expect(part.seriesRow).toBe(row);
              expect(segments[part.segment]?.symbols[part.symbolIndex]).toBe(symbol);
              row += part.rows;
            }
            expect(row).toBe(rows);
          }
          for (const list of parts.values())
            for (const part of list) {
              if (part.row !== filled[part.segment]) expect(part.row).toBe(filled[part.segment]);
              filled[part.segment] = part.row + part.rows;
            }
          expect(filled).toEqual(segments.map(({ rows }) => rows));
          for (const { symbols, rows } of segments) {
            const columns = [{ name: "symbol", type: "text", nullable: false, dictionary: symbols } as const];
            const data = barSchema.columns.map((column) => ({ ...column, nullable: false }));
            expect(layOutArrowFile([...columns, ...data], rows).bytes).toBeLessThanOrEqual(segmentBytes);
          }
        },
      ),
    );
  });
});

describe("a combined CRC-32", () => {
  it("equals that of the joined bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
  });

  it("counts bytes that were not written as zeros", () => {
    const bytes = new Uint8Array(1000);
    bytes.fill(7, 100, 300);
    bytes.fill(9, 640, 641);
    const runs = [
      { offset: 640, length: 1, crc: crc32(bytes.subarray(640, 641)) },
      { offset: 100, length: 200, crc: crc32(bytes.subarray(100, 300)) },
    ];
    expect(checksumOf(runs, 1000)).toBe(crc32(bytes));
  });
});
