import { copyFileSync, mkdirSync, renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { duckdb } from "../src/index.ts";
import { copyOf, directory, failure, fileOf, pathOf, read } from "./made-files.ts";

const day = (i: number): string => `TIMESTAMP '2024-01-01' + INTERVAL (${i}) DAY`;
const twoBars = `SELECT ${day(0)} AS timestamp, 1.5::DOUBLE AS close UNION ALL SELECT ${day(1)}, 2.5`;
const one = await copyOf(twoBars, "one/BTC-USDT.parquet");

describe("which files", () => {
  it("names the symbol after the file if no column holds it", async () => {
    expect(await read(one)).toMatchObject({
      symbols: ["BTC-USDT", "BTC-USDT"],
      times: [1704067200000n, 1704153600000n],
      numbers: { close: [1.5, 2.5] },
    });
    expect((await read(one, { symbol: "X" })).symbols).toEqual(["X", "X"]);
  });

  it("reads 100 files of a pattern in order of their names, each with its own symbol", async () => {
    for (let i = 0; i < 100; i++) {
      const path = pathOf(`hundred/S${String(i).padStart(3, "0")}.parquet`);
      copyFileSync(one, path);
    }
    const { symbols, summary } = await read(join(directory, "hundred", "*.parquet"));
    expect(symbols).toHaveLength(200);
    expect(symbols.slice(0, 4)).toEqual(["S000", "S000", "S001", "S001"]);
    expect(symbols.at(-1)).toBe("S099");
    expect(summary).toMatchObject({ rows: 200, badRows: 0 });
  });

  it("reads symbols from the names of partitions, as text", async () => {
    for (const symbol of ["007", "BTC%2FUSDT", "NA"]) {
      const path = pathOf(`parts/symbol=${symbol}/year=2024/part-0.parquet`);
      copyFileSync(one, path);
    }
    fileOf("", "parts/_SUCCESS");
    const { symbols, metadata } = await read(join(directory, "parts"));
    expect(new Set(symbols)).toEqual(new Set(["007", "BTC/USDT", "NA"]));
    expect(metadata.map(({ name }) => name)).toEqual(["symbol", "timestamp", "close"]);
  });

  it("reads a list of files whose names contain characters of patterns", async () => {
    const odd = pathOf("odd/we[i]*rd? 'q'.parquet");
    copyFileSync(one, odd);
    copyFileSync(one, pathOf("odd/wei.parquet"));
    expect((await read([odd, one])).symbols).toEqual(["we[i]*rd? 'q'", "we[i]*rd? 'q'", "BTC-USDT", "BTC-USDT"]);
    expect((await read(odd)).symbols).toHaveLength(2);
  });

  it("knows Parquet files of any name by their first bytes", async () => {
    const path = pathOf("one/BTC");
    copyFileSync(one, path);
    expect((await read(path)).symbols).toEqual(["BTC", "BTC"]);
  });

  it.each([
    ["a missing file", "missing.parquet", "ATC_NOT_FOUND"],
    ["a pattern without a file", "none/*.parquet", "ATC_NOT_FOUND"],
    ["a URL", "s3://bucket/bars.parquet", "ATC_UNSUPPORTED"],
  ])("refuses %s", async (_, path, code) => {
    expect(await failure(read(path.includes(":") ? path : join(directory, path)))).toMatchObject({ code });
  });

  it("refuses a directory without a file, an empty file, an unknown name and two formats", async () => {
    mkdirSync(join(directory, "empty"), { recursive: true });
    expect((await failure(read(join(directory, "empty")))).code).toBe("ATC_NOT_FOUND");
    expect((await failure(read(fileOf("", "empty.parquet")))).code).toBe("ATC_INVALID_DATA");
    expect((await failure(read(fileOf("x", "bars.xyz")))).code).toBe("ATC_UNSUPPORTED");
    const csv = fileOf("symbol,timestamp,close\nA,2024-01-01,1\n", "bars.csv");
    expect((await failure(read([csv, one]))).code).toBe("ATC_INVALID_ARGUMENT");
    expect((await failure(read([]))).code).toBe("ATC_INVALID_ARGUMENT");
  });
});

describe("damage", () => {
  it("finds a Parquet file that is cut, too short or damaged within", async () => {
    const big = await copyOf(
      `SELECT 'A' AS symbol, ${day(0)} + INTERVAL (i) SECOND AS timestamp, random() AS close FROM range(100000) r(i)`,
      "damage/big.parquet",
    );
    const damaged = pathOf("damage/cut.parquet");
    copyFileSync(big, damaged);
    truncateSync(damaged, 100_000);
    expect((await failure(read(damaged))).code).toBe("ATC_CORRUPT_DATA");
    expect((await failure(read(fileOf("PAR1PAR1", "damage/short.parquet")))).code).toBe("ATC_CORRUPT_DATA");
    const bytes = (await import("node:fs")).readFileSync(big);
    bytes.fill(7, 1000, 60_000);
    expect((await failure(read(fileOf(bytes, "damage/within.parquet")))).code).toBe("ATC_CORRUPT_DATA");
  });

  it("finds compressed CSV files that are cut or damaged, which DuckDB reads as shorter ones", async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `A,${1_700_000_000 + i},${Math.sin(i)}\n`).join("");
    const gz = gzipSync(`symbol,timestamp,close\n${rows}`);
    expect((await failure(read(fileOf(gz.subarray(0, gz.length / 2), "cut.csv.gz")))).code).toBe("ATC_CORRUPT_DATA");
    const flipped = Buffer.from(gz);
    flipped.fill(3, gz.length >> 1, (gz.length >> 1) + 100);
    expect((await failure(read(fileOf(flipped, "flipped.csv.gz")))).code).toBe("ATC_CORRUPT_DATA");
    const checksum = Buffer.from(gz);
    checksum[gz.length - 6] = (checksum[gz.length - 6] ?? 0) ^ 1;
    expect((await failure(read(fileOf(checksum, "checksum.csv.gz")))).code).toBe("ATC_CORRUPT_DATA");

    const plain = fileOf(`symbol,timestamp,close\n${rows}`, "plain.csv");
    const zst = await copyOf(`FROM read_csv('${plain}')`, "whole.csv.zst", "FORMAT csv, COMPRESSION zstd");
    expect((await read(zst)).symbols).toHaveLength(50_000);
    for (const length of [100_000, 5, 3]) {
      const cut = pathOf(`cut-${length}.csv.zst`);
      copyFileSync(zst, cut);
      truncateSync(cut, length);
      expect((await failure(read(cut))).code).toBe("ATC_CORRUPT_DATA");
    }
  });

  it("refuses files of different columns, and columns that cannot be prices", async () => {
    await copyOf("SELECT DATE '2024-01-01' AS timestamp, 1 AS close", "mixed/a.parquet");
    await copyOf("SELECT DATE '2024-01-01' AS timestamp, 1 AS price", "mixed/b.parquet");
    expect((await failure(read(join(directory, "mixed")))).code).toBe("ATC_INVALID_DATA");
    const wrong = await copyOf("SELECT 1 AS a, 2 AS b", "wrong.parquet");
    expect((await failure(read(wrong))).code).toBe("ATC_INVALID_DATA");
    const list = await copyOf("SELECT DATE '2024-01-01' AS timestamp, [1, 2] AS close", "list.parquet");
    expect((await failure(read(list))).code).toBe("ATC_INVALID_DATA");
    const flag = await copyOf("SELECT true AS timestamp, 1 AS close", "flag.parquet");
    expect((await failure(read(flag))).code).toBe("ATC_INVALID_DATA");
  });
});

describe("identity", () => {
  it("changes with any file, with the options and with the query, and not with threads and memory", async () => {
    const path = pathOf("identity/a.parquet");
    copyFileSync(one, path);
    copyFileSync(one, pathOf("identity/b.parquet"));
    const pattern = join(dirname(path), "*.parquet");
    const parts = async (...args: Parameters<typeof duckdb>): Promise<string> => {
      await using source = await duckdb(...args);
      return JSON.stringify(source.identity.parts);
    };
    const before = await parts(pattern);
    expect(await parts(pattern, { threads: 1, memoryBytes: 64 * 1024 * 1024 })).toBe(before);
    expect(await parts(pattern, { kind: "ticks" })).not.toBe(before);
    expect(await parts(path)).not.toBe(before);
    utimesSync(path, 1, 1);
    expect(await parts(pattern)).not.toBe(before);
    const named = await parts({ sql: `SELECT * FROM '${path}'` });
    utimesSync(path, 2, 2);
    expect(await parts({ sql: `SELECT * FROM '${path}'` })).not.toBe(named);
    expect(await parts({ sql: "FROM files", files: path })).not.toBe(
      await parts({ sql: "FROM files LIMIT 1", files: path }),
    );
  });

  it("refuses to read a file that changed after it was opened", async () => {
    const path = pathOf("changing/a.parquet");
    copyFileSync(one, path);
    await using source = await duckdb(path);
    writeFileSync(pathOf("changing/new"), "x");
    renameSync(join(dirname(path), "new"), path);
    const reading = (async () => {
      for await (const chunk of source.chunks()) expect(chunk.length).toBe(0);
    })();
    expect((await failure(reading)).code).toBe("ATC_INVALID_DATA");
  });

  it("has one hash for the same rows in Parquet, gzip and zstd", async () => {
    const rows = `SELECT 'A' AS symbol, ${day(0)} + INTERVAL (i) MINUTE AS timestamp, i / 4 AS close FROM range(3000) r(i)`;
    const files = [
      await copyOf(rows, "hash/a.parquet"),
      await copyOf(rows, "hash/a.csv.gz", "FORMAT csv, COMPRESSION gzip"),
      await copyOf(rows, "hash/a.csv.zst", "FORMAT csv, COMPRESSION zstd"),
    ];
    const hashes: (string | undefined)[] = [];
    for (const file of files) hashes.push((await read(file)).summary?.hash);
    expect(new Set(hashes).size).toBe(1);
    const other = await copyOf(rows.replace("i / 4", "i / 5"), "hash/b.parquet");
    expect((await read(other)).summary?.hash).not.toBe(hashes[0]);
  });
});
