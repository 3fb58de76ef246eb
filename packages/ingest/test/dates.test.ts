import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArrayStore, DataSource, DatasetManifest } from "@atc/contract";
import { inlineExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { describe, expect, it } from "vitest";
import { fingerprintOf, type IngestOptions, ingest } from "../src/index.ts";
import { timesOfDay } from "../src/order/times-of-day.ts";
import { temporaryDirectories } from "./csv-files.ts";
import { memorySource } from "./memory-source.ts";

const newDirectory = temporaryDirectories();
const day = 86_400_000;
const modules = { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href };

async function made(
  source: DataSource,
  options: IngestOptions = {},
): Promise<DatasetManifest & { readonly notes: readonly string[]; readonly road: string }> {
  const store = mmapStore({ directory: newDirectory(), backend: "read" });
  let road = "written";
  const watched: ArrayStore = {
    ...store,
    layOut: async (lock, plan, place) => {
      const layout = await store.layOut(lock, plan, place);
      const publish: typeof layout.publish = async (...given) => {
        road = "placed";
        return await layout.publish(...given);
      };
      return { ...layout, publish };
    },
  };
  const { manifest, report } = await ingest(source, watched, { name: "d", ...options });
  return { ...manifest, notes: report.notes ?? [], road };
}

const dates = [0, 1, 4, -3].map((n) => ({ symbol: "A", time: n * day, close: 1 }));

describe("a source of dates", () => {
  it("makes a dataset of dates", async () => {
    expect(await made({ ...memorySource(dates), timeIs: "date" })).toMatchObject({ timeIs: "date", notes: [] });
  });

  it.each([
    ["bars", 1n],
    ["ticks", 1_000_000n],
  ] as const)("with a time of day makes a dataset of instants, and says so: %s", async (kind, unitsPerMs) => {
    const rows = [...dates.map(({ time }) => BigInt(time) * unitsPerMs), 1n].map((time) => ({
      symbol: "A",
      time,
      close: 1,
    }));
    const manifest = await made({ ...memorySource(rows, { kind }), timeIs: "date" });
    expect(manifest).not.toHaveProperty("timeIs");
    expect(manifest.notes).toEqual([expect.stringMatching(/^1 row is not at a UTC midnight/)]);
  });

  it("is ingested again if it was read as instants before", () => {
    const source = memorySource(dates);
    expect(fingerprintOf({ ...source, timeIs: "date" })).not.toBe(fingerprintOf(source));
    expect(fingerprintOf({ ...source, timeIs: "instant" })).toBe(fingerprintOf(source));
  });
});

it("a source of instants makes no dataset of dates, even at midnights", async () => {
  const manifest = await made(memorySource(dates));
  expect(manifest).not.toHaveProperty("timeIs");
  expect(manifest.notes).toEqual([]);
});

describe("on each road, rows of a file of dates", () => {
  /** Sorted by time and symbol, so that rows of many symbols are placed; of few they are kept in memory. */
  function file(symbols: number, days: number, last: string): string {
    const path = join(newDirectory(), "days.csv");
    const lines = ["symbol,timestamp,close"];
    for (let n = 0; n < days; n++)
      for (let s = 0; s < symbols; s++)
        lines.push(`S${s},${new Date(n * day).toISOString().slice(0, 19)}Z,${1 + ((n * s) % 7)}`);
    lines.push(`S0,${last},1`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  }

  it.each([
    ["written", 500],
    ["placed", 60_000],
  ])("are dates only if all are at midnight: %s", async (road, rows) => {
    const executor = inlineExecutor({ modules });
    const options = { executor, memoryBytes: 1_000_000 };
    for (const [last, expected] of [
      ["2099-01-01T00:00:00Z", "date"],
      ["2099-01-01T00:00:01Z", undefined],
    ] as const) {
      const source: DataSource = { ...(await csv(file(40, rows / 40, last))), timeIs: "date" };
      const manifest = await made(source, options);
      expect(manifest.road).toBe(road);
      expect(manifest.timeIs).toBe(expected);
    }
    await executor[Symbol.asyncDispose]();
  });
});

it("times of day are told from midnights in ms and in ns, also before 1970 and at the ends", () => {
  const ms = [
    0n,
    1n,
    -1n,
    BigInt(day),
    -BigInt(day) * 20_000n,
    86_400_000n * 50_000n + 4_294_967_296n,
    8_640_000_000_000_000n,
    8_639_999_999_999_999n,
    -8_639_999_999_999_999n,
  ];
  const count = (times: readonly bigint[], unitsPerMs: number): number =>
    timesOfDay({ isOfDates: true, unitsPerMs }, new Int32Array(BigInt64Array.from(times).buffer), times.length);
  expect(ms.map((time) => count([time], 1))).toEqual([0, 1, 1, 0, 0, 1, 0, 1, 1]);
  const ns = [
    0n,
    1n,
    -1n,
    86_400_000_000_000n * 25_000n,
    86_400_000_000_000n * -25_000n + 1n,
    86_400_000_000_000n + (1n << 32n),
  ];
  expect(ns.map((time) => count([time], 1_000_000))).toEqual([0, 1, 1, 0, 1, 1]);
  expect(timesOfDay({ isOfDates: false, unitsPerMs: 1 }, new Int32Array([1, 0]), 1)).toBe(0);
});
