import { chmodSync, readdirSync, readFileSync, readlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "@atc/contract";
import { describe, expect, it, vi } from "vitest";
import { mappingBackend, mmapStore } from "../src/index.ts";
import { accessPolicy, scanTrail } from "../src/reading/access-policy.ts";
import type { SegmentReader } from "../src/reading/segment-reader.ts";
import { type SeriesSource, seriesOf } from "../src/reading/series-rows.ts";
import { barSchema, barsOf, closesOf, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const isLinux = process.platform === "linux" && mappingBackend().available;
const mebibyte = 2 ** 20;

/** The kernel's flags of the mappings of a file: `sr` read in order, `rr` read at random. */
function flagsOf(directory: string): string[] {
  const lines = readFileSync("/proc/self/smaps", "utf8").split("\n");
  const flags: string[] = [];
  let isOurs = false;
  for (const line of lines) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) isOurs = line.includes(directory);
    else if (isOurs && line.startsWith("VmFlags:"))
      flags.push(line.includes(" sr") ? "sr" : line.includes(" rr") ? "rr" : "");
  }
  return flags;
}

/** Resident bytes of the mappings of files in a directory. */
function residentBytes(directory: string): number {
  let bytes = 0;
  let isOurs = false;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) isOurs = line.includes(directory);
    else if (isOurs && line.startsWith("Rss:")) bytes += Number(/\d+/.exec(line)?.[0]) * 1024;
  }
  return bytes;
}

const hasSmaps = isLinux && readFileSync("/proc/self/smaps", "utf8").includes("VmFlags");

describe("the policy of a mapping", () => {
  const calls: string[] = [];
  const policyOf = () => {
    calls.length = 0;
    return accessPolicy({
      buffer: new ArrayBuffer(0),
      advise: (pattern) => void calls.push(pattern),
      prefetch: () => undefined,
      release: () => undefined,
      dispose: () => undefined,
    });
  };

  it("advises read-ahead once while scans run, and none for windows between them", () => {
    const policy = policyOf();
    policy.window(512);
    policy.window(512);
    const [one, other] = [policy.scan(), policy.scan()];
    policy.window(512);
    one();
    one();
    policy.window(512);
    other();
    policy.window(512);
    expect(calls).toEqual(["random", "sequential", "normal", "random"]);
  });

  it("never advises random reads after a large window, which a caller may scan", () => {
    const policy = policyOf();
    policy.window(512);
    policy.window(2 * mebibyte);
    policy.window(512);
    policy.scan()();
    policy.window(512);
    expect(calls).toEqual(["random", "normal", "sequential", "normal"]);
  });
});

it("a trail releases all segments that scans have read every 64 MiB", () => {
  const released: string[] = [];
  const readerOf = (name: string) => ({ release: () => void released.push(name) });
  const [a, b] = [readerOf("a"), readerOf("b")];
  const trail = scanTrail();
  for (let i = 0; i < 63; i++) trail.passed(i < 32 ? a : b, mebibyte);
  expect(released).toEqual([]);
  trail.passed(b, mebibyte);
  expect(released).toEqual(["a", "b"]);
  for (let i = 0; i < 64; i++) trail.passed(b, mebibyte);
  expect(released).toEqual(["a", "b", "b"]);
});

describe.skipIf(!hasSmaps)(`the kernel${hasSmaps ? "" : " (needs Linux and /proc/self/smaps)"}`, () => {
  it("is advised of scans and windows", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, backend: "mmap" });
    await publishBars(store, "d", { A: 300_000 });
    const dataset = await store.open("d");
    const series = dataset.series("A");
    series.window("close", 5, 10);
    expect(flagsOf(directory)).toEqual(["rr"]);
    for (const block of series.blocks({ columns: ["close"] })) {
      expect(block.length).toBeGreaterThan(0);
      expect(flagsOf(directory)).toEqual(["sr"]);
      series.window("close", 5, 10);
      expect(flagsOf(directory)).toEqual(["sr"]);
      break;
    }
    expect(flagsOf(directory)).toEqual([""]);
    series.window("close", 5, 10);
    expect(flagsOf(directory)).toEqual(["rr"]);
    series.window("close", 0, 300_000);
    series.window("close", 5, 10);
    expect(flagsOf(directory)).toEqual([""]);
    dataset[Symbol.dispose]();
  });

  it("keeps at most 64 MiB and one block of a long scan resident", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, backend: "mmap" });
    const rows = 6_000_000;
    const columns = [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
      { name: "open", type: "float64" },
    ] as const;
    const lock = await store.lock("d");
    const writer = await store.create(lock, {
      schema: { kind: "bars", columns },
      fingerprint: "",
      series: [{ symbol: "A", rows }],
    });
    const ones = new Float64Array(500_000).fill(1);
    for (let row = 0; row < rows; row += ones.length)
      await writer.write("A", row, {
        timestamp: new BigInt64Array(ones.length).fill(BigInt(row)),
        close: ones,
        open: ones,
      });
    await writer.publish();
    await lock[Symbol.asyncDispose]();
    const dataset = await store.open("d");
    let most = 0;
    let sum = 0;
    for (const block of dataset.series("A").blocks({ columns: ["timestamp", "close", "open"], blockLength: 500_000 })) {
      const times = block.timeWords();
      for (let i = 0; i < block.length; i++) {
        sum +=
          (block.values("close")[i] as number) + (block.values("open")[i] as number) + ((times[2 * i] as number) & 0);
      }
      most = Math.max(most, residentBytes(directory));
    }
    expect(sum).toBe(2 * rows);
    expect(most).toBeGreaterThan(mebibyte);
    expect(most).toBeLessThan(96 * mebibyte);
    dataset[Symbol.dispose]();
  });
});

/** How many descriptors of files in a directory this process has, deleted files included. */
function descriptorsIn(directory: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(join("/proc/self/fd", fd)).startsWith(directory);
    } catch {
      return false;
    }
  }).length;
}

describe.skipIf(!isLinux)(`a dataset of 300 segments${isLinux ? "" : " (needs Linux)"}`, () => {
  const rows = 300 * 600;
  const open = async (
    backend: "mmap" | "read",
  ): Promise<{ directory: string; dataset: Dataset; replace: () => Promise<void> }> => {
    const directory = newDirectory();
    const store = mmapStore({ directory, backend, segmentBytes: 16_384, keepGenerations: 0 });
    const lock = await store.lock("d");
    const writer = await store.create(lock, { schema: barSchema, fingerprint: "", series: [{ symbol: "A", rows }] });
    await writer.write("A", 0, barsOf(rows, 0));
    await writer.publish();
    await lock[Symbol.asyncDispose]();
    const dataset = await store.open("d");
    return { directory, dataset, replace: async () => void (await publishBars(store, "d", { A: 1 })) };
  };

  it.each(["mmap", "read"] as const)("stays readable with backend %s after it is replaced", async (backend) => {
    const { directory, dataset, replace } = await open(backend);
    const segments = readdirSync(join(directory, "d")).length - 1;
    expect(segments).toBeGreaterThan(300);
    expect(descriptorsIn(directory)).toBe(backend === "mmap" ? 256 : segments);
    expect(dataset.series("A").window("close", rows - 1, 1)[0]).toBe((rows - 1) / 8);
    await replace();
    expect(readdirSync(join(directory, "d"))).toHaveLength(2);
    expect(closesOf(dataset, "A")).toEqual(Array.from(barsOf(rows, 0)["close"] as Float64Array));
    dataset[Symbol.dispose]();
    expect(descriptorsIn(directory)).toBe(0);
  });

  it("finds a segment that is truncated between two blocks even if it keeps no descriptor", async () => {
    const { directory, dataset } = await open("mmap");
    const path = join(directory, "d", "seg-1-290.arrow");
    chmodSync(path, 0o644);
    truncateSync(path, 100);
    expect(() => closesOf(dataset, "A")).toThrow(expect.objectContaining({ code: "ATC_CORRUPT_DATA" }));
    dataset[Symbol.dispose]();
  });
});

describe("a scan", () => {
  /**
   * The prefetches of a scan in blocks of 4 rows, as `offset+length`, of a series of 10 rows whose columns
   * start at 0 and 1000.
   */
  function fetchedAhead(columns: readonly string[]): string[] {
    const fetched: string[] = [];
    const reader: SegmentReader = {
      isMapped: () => true,
      checkSize: () => undefined,
      values: (_dtype, _offset, length) => new Float64Array(length),
      prefetch: (offset, length) => void fetched.push(`${offset}+${length}`),
      scan: () => () => undefined,
      window: () => undefined,
      release: () => undefined,
      dispose: () => undefined,
    };
    const source: SeriesSource = {
      dataset: "d",
      columns: [
        { name: "open", type: "float64" },
        { name: "close", type: "float64" },
      ],
      segments: [{ file: "0", rows: 10, bytes: 2000, crc32: "00000000", offsets: { open: 0, close: 1000 } }],
      trail: scanTrail(),
      readers: () => [reader],
    };
    const series = seriesOf(source, "A", [{ segment: 0, row: 0, rows: 10, firstTime: "0", lastTime: "9" }]);
    for (const block of series.blocks({ columns, blockLength: 4 })) block.values("close");
    return fetched;
  }

  it("of several columns prefetches the next block of each, if there is one", () => {
    expect(fetchedAhead(["open", "close"])).toEqual(["32+32", "1032+32", "64+16", "1064+16"]);
  });

  it("of one column leaves read-ahead to the system", () => {
    expect(fetchedAhead(["close"])).toEqual([]);
  });
});
