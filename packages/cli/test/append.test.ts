import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv, sharedFile } from "./atc.ts";
import { errorOf, leftovers, rowsOf, shop, startAtc } from "./shop.ts";

/** ATC_KILLS=200 makes more of them. */
const kills = Number(process.env["ATC_KILLS"] ?? 6);
const header = "symbol,timestamp,open,high,low,close,volume\n";
const bar = (symbol: string, day: number, close: number): string =>
  `${symbol},2024-01-${String(day).padStart(2, "0")},1,3,0.5,${close},10\n`;

interface Appended {
  readonly changed: boolean;
  readonly generation: number;
  readonly rows: number;
  readonly droppedColumns: readonly string[];
  readonly symbols: readonly Record<string, unknown>[];
}

describe("atc data append", () => {
  beforeEach(async () => {
    const old = header + bar("A", 2, 1) + bar("A", 3, 1.5) + bar("A", 5, 2) + bar("B", 2, 1);
    await shop.file("old.csv", old);
    await shop.atc("ingest", "old.csv", "--name", "d");
    // One bar again, one restated, one into a gap, one before all, one after, one of a new symbol; not in order.
    const fresh = [bar("A", 6, 9), bar("A", 3, 1.5), bar("A", 5, 2.5), bar("A", 4, 7), bar("A", 1, 8), bar("C", 9, 2)];
    await shop.file("new.csv", header + fresh.join(""));
  });

  it("replaces restated bars and inserts new bars at their times", async () => {
    const run = await shop.atc("data", "append", "d", "new.csv", "--json");
    const result = run.json<Appended>();
    expect(result).toMatchObject({ changed: true, generation: 2, rows: 8 });
    expect(result.symbols).toEqual([
      { symbol: "A", isNew: false, added: 3, restated: 1, unchanged: 1, ignored: 0 },
      { symbol: "C", isNew: true, added: 1, restated: 0, unchanged: 0, ignored: 0 },
    ]);
    const all = [bar("A", 1, 8), bar("A", 2, 1), bar("A", 3, 1.5), bar("A", 4, 7), bar("A", 5, 2.5), bar("A", 6, 9)];
    await shop.file("all.csv", [header, ...all, bar("B", 2, 1), bar("C", 9, 2)].join(""));
    await shop.atc("ingest", "all.csv", "--name", "all");
    expect(await rowsOf("d")).toEqual(await rowsOf("all"));
    expect((await shop.atc("data", "verify", "d")).code).toBe(0);
  });

  it("leaves the stored bars under keep", async () => {
    const run = await shop.atc("data", "append", "d", "new.csv", "--overlap", "keep", "--json");
    expect(run.json<Appended>().symbols[0]).toMatchObject({ added: 3, restated: 0, unchanged: 1, ignored: 1 });
    expect((await rowsOf("d")).find((row) => row.startsWith(`A,${Date.UTC(2024, 0, 5)}`))).toMatch(/,2,10$/);
  });

  it("stops at a bar with other values under error, and changes nothing", async () => {
    const before = await rowsOf("d");
    const run = await shop.atc("data", "append", "d", "new.csv", "--overlap", "error", "--json");
    expect(errorOf(run).code).toBe("ATC_INVALID_DATA");
    expect(run.stderr).toContain("2024-01-05");
    expect(await rowsOf("d")).toEqual(before);
    expect(await shop.cached()).toHaveLength(2);
  });

  it.each(["restate", "keep"])("changes nothing the second time (%s)", async (overlap) => {
    await shop.atc("data", "append", "d", "new.csv", "--overlap", overlap);
    const manifest = join(shop.path, ".cache/mmap/d/manifest.json");
    const before = await readFile(manifest, "utf8");
    const again = await shop.atc("data", "append", "d", "new.csv", "--overlap", overlap, "--json");
    expect(again.json<Appended>()).toMatchObject({ changed: false, generation: 2 });
    expect(await readFile(manifest, "utf8")).toBe(before);
    expect((await shop.atc("data", "append", "d", "new.csv", "--overlap", overlap)).stdout).toContain("already");
  });

  it("takes several files at once, the later one for restated", async () => {
    await shop.file("later.csv", header + bar("A", 5, 99) + bar("D", 1, 1));
    const run = await shop.atc("data", "append", "d", "new.csv", "later.csv", "--json");
    expect(run.json<Appended>()).toMatchObject({ generation: 2, rows: 9 });
    expect((await rowsOf("d")).find((row) => row.startsWith(`A,${Date.UTC(2024, 0, 5)}`))).toMatch(/,99,10$/);
  });

  it("does not disturb a reader of the old generation", async () => {
    await using runtime = await openRuntime({ cwd: shop.path, env: {} });
    using dataset = await runtime.store.open("d");
    await shop.atc("data", "append", "d", "new.csv");
    await shop.atc("data", "compact", "d");
    expect([...dataset.series("A").window("close", 0, 3)]).toEqual([1, 1.5, 2]);
  });

  it("keeps the rows of ticks at one time together", async () => {
    const ticks = (...rows: string[]): string => `timestamp,price,size\n${rows.join("\n")}\n`;
    const at = "2024-01-02T09:30:00.001Z";
    await shop.file("T.csv", ticks(`${at},1,10`, `${at},2,20`, "2024-01-02T09:30:01Z,3,1"));
    await shop.atc("ingest", "T.csv", "--name", "t");
    await shop.file("more.csv", ticks(`${at},1,10`, `${at},5,20`, `${at},5,20`, "2024-01-02T09:30:02Z,4,1"));
    const run = await shop.atc("data", "append", "t", "more.csv", "--csv-symbol", "T", "--json");
    expect(run.json<Appended>().symbols[0]).toMatchObject({ added: 1, restated: 3 });
    expect((await rowsOf("t")).map((row) => row.split(",")[2])).toEqual(["1", "5", "5", "3", "4"]);
  });

  it("is part of the history, and of what identifies results", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("more.csv", barsCsv(["A"], 320));
    await shop.atc("ingest", "bars.csv", "--name", "b");
    const before = (await shop.atc("backtest", "b", "--json")).json<{ data: { rows: number } }>();
    await shop.atc("data", "append", "b", "more.csv");
    const after = (await shop.atc("backtest", "b", "--json")).json<{ data: { rows: number }; portfolio: object }>();
    expect([before.data.rows, after.data.rows]).toEqual([300, 320]);
    const whole = (await shop.atc("backtest", "more.csv", "--json")).json<{ portfolio: object }>();
    expect(after.portfolio).toEqual(whole.portfolio);
    const list = (await shop.atc("data", "list", "--json")).json<{ name: string; end: string }[]>();
    expect(list.find(({ name }) => name === "b")?.end).toBe("2020-01-14T07:00:00.000Z");
  });

  it("is not undone by reading the first file again, unless the rows are given up", async () => {
    await shop.atc("data", "append", "d", "new.csv");
    expect(errorOf(await shop.atc("ingest", "old.csv", "--name", "d", "--json")).code).toBe("ATC_INVALID_ARGUMENT");
    const reread = await shop.atc("ingest", "old.csv", "--name", "d", "--reread", "--json");
    expect([reread.code, errorOf(reread).message]).toEqual([2, expect.stringContaining("--drop-appended")]);
    for (const command of ["backtest", "signals"])
      expect((await shop.atc(command, "old.csv", "--name", "d", "--reread")).code).toBe(2);
    expect((await shop.atc("ingest", "old.csv", "--name", "d", "--drop-appended", "--json")).json()["rows"]).toBe(4);
    expect((await shop.atc("ingest", "old.csv", "--name", "d", "--reread", "--json")).json()["rows"]).toBe(4);
  });

  it("is not undone by resampling again, or by removing the dataset, unless the rows are given up", async () => {
    const resample = ["data", "resample", "d", "--to", "2d", "--name", "two"];
    expect((await shop.atc(...resample)).code).toBe(0);
    await shop.file("bars.csv", "symbol,timestamp,open,high,low,close,volume,count\nA,2024-02-01,1,1,1,1,10,2\n");
    const append = async (): Promise<unknown> => (await shop.atc("data", "append", "two", "bars.csv")).code;
    expect(await append()).toBe(0);
    for (const more of [[], ["--reread"]])
      expect(errorOf(await shop.atc(...resample, ...more, "--json")).message).toContain("--drop-appended");
    const removed = await shop.atc("data", "rm", "two", "--json");
    expect([removed.code, errorOf(removed).message]).toEqual([2, expect.stringContaining("--drop-appended")]);
    expect((await shop.atc(...resample, "--drop-appended")).code).toBe(0);
    expect(await append()).toBe(0);
    expect((await shop.atc("data", "rm", "two", "--drop-appended")).code).toBe(0);
  });

  it.each([
    ["a dataset that is not there", ["data", "append", "e", "new.csv"], "ATC_NOT_FOUND"],
    ["a file that is not there", ["data", "append", "d", "no.csv"], "ATC_NOT_FOUND"],
    ["no file", ["data", "append", "d"], "ATC_INVALID_ARGUMENT"],
    ["an unknown policy", ["data", "append", "d", "new.csv", "--overlap", "merge"], "ATC_INVALID_ARGUMENT"],
    ["ticks for bars", ["data", "append", "d", "ticks.csv"], "ATC_INVALID_DATA"],
    ["a column too few", ["data", "append", "d", "short.csv"], "ATC_INVALID_DATA"],
    ["a bad row", ["data", "append", "d", "bad.csv"], "ATC_INVALID_DATA"],
  ])("refuses %s and leaves all as it was", async (_, args, code) => {
    await shop.file("ticks.csv", "symbol,timestamp,price,size\nA,2024-02-01T00:00:00Z,1,1\n");
    await shop.file("short.csv", "symbol,timestamp,open,high,low,close\nA,2024-02-01,1,2,0.5,1\n");
    await shop.file("bad.csv", `${header}${bar("A", 9, 1)}A,2024-01-10,1,2,0.5,soon,1\n`);
    const before = await rowsOf("d");
    expect(errorOf(await shop.atc(...args, "--json")).code).toBe(code);
    expect(await rowsOf("d")).toEqual(before);
    expect(await shop.cached()).toHaveLength(2);
  });

  it("leaves out columns that the dataset does not have, and says so", async () => {
    await shop.file("wide.csv", `${header.trim()},oi\n${bar("A", 9, 1).trim()},5\n`);
    const run = await shop.atc("data", "append", "d", "wide.csv", "--json");
    expect(run.json<Appended>()).toMatchObject({ changed: true, droppedColumns: ["oi"] });
  });
});

const data = sharedFile("data");

describe.skipIf(!data.present)("append of real data (needs ../shared)", () => {
  it.each([
    ["us_stocks_1d_50sym.csv", 12_800, "bars"],
    ["ibm_trades_tick.csv", 16_000, "ticks"],
  ])("%s in two parts equals all at once", async (name, cut, kind) => {
    const lines = readFileSync(sharedFile(`data/${name}`).path, "utf8")
      .trimEnd()
      .split("\n");
    // Ticks of one time stay together.
    let at = cut;
    while (kind === "ticks" && lines[at]?.split(",")[1] === lines[at - 1]?.split(",")[1]) at++;
    const [head = ""] = lines;
    await shop.file("first.csv", `${lines.slice(0, at).join("\n")}\n`);
    await shop.file("second.csv", `${[head, ...lines.slice(at)].join("\n")}\n`);
    await shop.file("all.csv", `${lines.join("\n")}\n`);
    await shop.atc("ingest", "first.csv", "--name", "parts");
    const run = await shop.atc("data", "append", "parts", "second.csv", "--json");
    expect(run.json<Appended>().rows).toBe(lines.length - 1);
    await shop.atc("ingest", "all.csv", "--name", "all");
    const all = await rowsOf("all");
    expect(await rowsOf("parts")).toEqual(all);
    await shop.atc("data", "compact", "parts");
    expect(await rowsOf("parts")).toEqual(all);
  });
});

describe("an append that is ended", () => {
  /** Runs `atc data append` and kills it at a random moment; returns whether it was killed. */
  async function endedAppend(signal: NodeJS.Signals, ms: number): Promise<number | null> {
    const { child, exited } = startAtc("data", "append", "d", "new.csv", "--memory", "1MB");
    const timer = setTimeout(() => child.kill(signal), ms);
    const [code] = (await exited) as [number | null];
    clearTimeout(timer);
    return code;
  }

  beforeEach(async () => {
    const lines = barsCsv(["A", "B", "C"], 20_000).trimEnd().split("\n");
    const [head = ""] = lines;
    await shop.file("old.csv", lines.slice(0, 40_001).join("\n"));
    await shop.file("new.csv", [head, ...lines.slice(39_001)].join("\n"));
    await shop.file("all.csv", lines.join("\n"));
    await shop.atc("ingest", "old.csv", "--name", "d");
    await shop.atc("ingest", "all.csv", "--name", "all");
  });

  it(`leaves the old or the new dataset after each of ${kills} kills, and nothing else after the next start`, {
    timeout: 60_000 + 8000 * kills,
  }, async () => {
    const old = await rowsOf("d");
    const whole = await rowsOf("all");
    // How long one takes here and now, so that the kills fall within it.
    const start = performance.now();
    await endedAppend("SIGKILL", 60_000);
    const span = Math.ceil(performance.now() - start);
    expect(await rowsOf("d")).toEqual(whole);
    await shop.atc("ingest", "old.csv", "--name", "d", "--drop-appended");
    for (let kill = 0; kill < kills; kill++) {
      await endedAppend("SIGKILL", randomInt(Math.floor(span / 4), span));
      const rows = await rowsOf("d");
      expect(rows).toEqual(rows.length === old.length ? old : whole);
      // The next lock is the next start.
      await using runtime = await openRuntime({ cwd: shop.path, env: {} });
      await (await runtime.store.lock("d"))[Symbol.asyncDispose]();
      expect(await leftovers()).toEqual([]);
      if (rows.length > old.length) await shop.atc("ingest", "old.csv", "--name", "d", "--drop-appended");
    }
    const again = await shop.atc("data", "append", "d", "new.csv", "--json");
    expect(again.json<Appended>().rows).toBe(whole.length);
    expect(await rowsOf("d")).toEqual(whole);
  });

  it("by Ctrl-C leaves the old dataset and no file", async () => {
    const before = (await stat(join(shop.path, ".cache/mmap/d/manifest.json"))).mtimeMs;
    const { child, exited } = startAtc("data", "append", "d", "new.csv", "--memory", "1MB");
    // The intermediate rows appear in the lock's scratch directory.
    while ((await leftovers()).length === 0) await new Promise(setImmediate);
    child.kill("SIGINT");
    expect(await exited).toEqual([130, null]);
    expect((await stat(join(shop.path, ".cache/mmap/d/manifest.json"))).mtimeMs).toBe(before);
    expect(await leftovers()).toEqual([]);
  });
});
