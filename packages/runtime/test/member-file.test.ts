import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BacktestFileOptions, type BacktestOutcome, backtestFile } from "../src/index.ts";

let cwd: string;

const symbols = ["AAA", "BBB", "CCC"];
const bars = 60;
const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-members-"));
  const rows = symbols.flatMap((symbol, seed) =>
    Array.from({ length: bars }, (_, i) => {
      const close = 100 + 12 * Math.sin((i + 40 * seed) / (5 + seed));
      return `${symbol},${day(i)},${close.toFixed(2)},${i % 10 < 5 ? 1 : -1},${(i % 4) / 4}`;
    }),
  );
  await write("bars.csv", `symbol,timestamp,close,direction,weight\n${rows.join("\n")}\n`);
  await write(
    "members.csv",
    "symbol,from,to\nAAA,2024-01-03,2024-01-12\nAAA,2024-02-01,\nBBB,2023-01-01,2024-01-07\nBBB,2024-01-06,2024-01-20\n",
  );
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(cwd, name), text);
}

async function run(
  config: Readonly<Record<string, unknown>>,
  given: BacktestFileOptions = {},
): Promise<BacktestOutcome> {
  const options = { cwd, env: {}, onWarning: () => undefined, ...given };
  return await backtestFile("bars.csv", { ...options, config });
}

function directionsOf({ result }: BacktestOutcome): readonly (readonly number[])[] {
  return (result?.symbols ?? []).map(({ directions }) => [...directions]);
}

const isMember = (symbol: string, bar: number): boolean => {
  if (symbol === "AAA") return (bar >= 2 && bar <= 11) || bar >= 31;
  return symbol === "BBB" && bar <= 19;
};

/** What members may hold of some directions, bar by bar. */
function restricted(symbol: string, directions: readonly number[]): readonly number[] {
  let held = 0;
  return directions.map((direction, bar) => {
    held = isMember(symbol, bar) || direction === held ? direction : 0;
    return held;
  });
}

describe("a universe by date", () => {
  it.each([
    { strategy: "columns" },
    { strategy: "hold" },
    { strategy: "cross", parameters: { fast: 2, slow: 5 } },
    { strategy: "atc", emaLength: 8, hmaLength: 8, wmaLength: 8, demaLength: 8, lsmaLength: 8, kamaLength: 8 },
  ])("restricts entries to the days of members, both inclusive: $strategy", async (config) => {
    const free = directionsOf(await run(config));
    const expected = free.map((directions, i) => restricted(symbols[i] ?? "", directions));
    expect(expected).not.toEqual(free);
    for (const placement of [
      { executor: "inline" },
      { executor: "worker", batchSize: 1, useMemoryMapped: true },
      { executor: "worker" },
    ])
      expect(directionsOf(await run({ ...config, ...placement, universe: "members.csv" }))).toEqual(expected);
  });

  it("restricts a strategy of one's own, and decisions of a file", async () => {
    await write(
      "mine.js",
      "export default { name: 'mine', start: () => ({ decide({ close }, d) { for (let i = 0; i < close.length; i++) d[i] = close[i] > 100 ? 1 : -1; } }) };",
    );
    const rows = symbols.map((symbol) => `${day(0)},${symbol},1`);
    await write("signals.csv", `time,symbol,direction\n${rows.join("\n")}\n`);
    for (const config of [{ strategy: "./mine.js" }, { signals: "signals.csv" }]) {
      const free = directionsOf(await run(config));
      expect(directionsOf(await run({ ...config, universe: "members.csv" }))).toEqual(
        free.map((directions, i) => restricted(symbols[i] ?? "", directions)),
      );
    }
  });

  it("restricts a strategy that sees all symbols, built in and of one's own, cold and warm", async () => {
    await write(
      "all.js",
      "export default { name: 'all', scope: 'universe', start: () => ({ decide({ present, columns }, w) { for (const s of present) w[s] = (columns.close[s] - 100) / 60; } }) };",
    );
    for (const strategy of ["momentum", "./all.js"]) {
      const config = { strategy, ...(strategy === "momentum" ? { parameters: { bars: 3, hold: 2 } } : {}) };
      const free = await run(config);
      const first = await run({ ...config, universe: "members.csv" });
      expect(first.result?.account?.equity).not.toEqual(free.result?.account?.equity);
      const { trades, tradeSymbols } = first.result?.account ?? {};
      expect(trades?.length).toBeGreaterThan(2);
      for (const [trade, time] of (trades?.entryTime ?? []).entries()) {
        const bar = (Number(time) - Date.UTC(2024, 0, 1)) / 86_400_000 - 1;
        const symbol = symbols[tradeSymbols?.[trade] ?? 0] ?? "";
        expect([strategy, symbol, bar, isMember(symbol, bar)]).toEqual([strategy, symbol, bar, true]);
      }
      const second = await run({ ...config, universe: "members.csv" });
      expect(second.cachedSymbols).toBe(3);
      expect(second.result?.account?.equity).toEqual(first.result?.account?.equity);
      expect(second.report.notes.map(({ kind }) => kind)).toContain("universe");
    }
  });

  it("restricts a shared account, whose fills open positions of members only", async () => {
    const { result } = await run({ strategy: "columns", account: "shared", universe: "members.csv" }, { curves: true });
    const { trades, tradeSymbols } = result?.account ?? {};
    let opened = 0;
    for (const [trade, time] of (trades?.entryTime ?? []).entries()) {
      const symbol = symbols[tradeSymbols?.[trade] ?? 0] ?? "";
      // The decision was made at the bar before.
      const bar = (Number(time) - Date.UTC(2024, 0, 1)) / 86_400_000 - 1;
      expect([symbol, bar, isMember(symbol, bar)]).toEqual([symbol, bar, true]);
      opened++;
    }
    expect(opened).toBeGreaterThan(3);
  });

  it("sees the days before a period", async () => {
    const period = { from: Date.UTC(2024, 0, 25) };
    const { result } = await run({ strategy: "hold", universe: "members.csv" }, { period });
    // A position that BBB opened as a member is held.
    expect(result?.symbols.map(({ directions }) => directions[0])).toEqual([1, 1, 0]);
  });

  it("is part of the cache's keys by its content, for each symbol", async () => {
    const config = { strategy: "hold", universe: "members.csv", batchSize: 1 };
    expect((await run(config)).cachedSymbols).toBe(0);
    expect((await run({ strategy: "hold", batchSize: 1 })).cachedSymbols).toBe(0);
    await rename(join(cwd, "members.csv"), join(cwd, "index.csv"));
    expect((await run({ ...config, universe: "index.csv" })).cachedSymbols).toBe(3);
    await write("index.csv", "symbol,from,to\nAAA,2024-02-01,\nAAA,2024-01-03,2024-01-12\nBBB,2023-01-01,2024-01-19\n");
    expect((await run({ ...config, universe: "index.csv" })).cachedSymbols).toBe(2);
  });

  it("counts and names symbols that the data lacks, and symbols that are never members", async () => {
    await write(
      "members.csv",
      "symbol,from,to\nAAA,2024-01-03,\nBBB,2019-01-01,2019-12-31\nYYY,2024-01-01,\nZZZ,2024-01-01,\n",
    );
    const { report } = await run({ strategy: "hold", universe: "members.csv" });
    const notes = report.notes.filter(({ kind }) => kind === "universe");
    expect(notes.map(({ count }) => count)).toEqual([2, 2]);
    expect(notes[0]?.text).toMatch(/members\.csv.*YYY, ZZZ/);
    expect(notes[1]?.text).toMatch(/2 symbols of the data are never members and open no position: BBB, CCC/);
  });

  it.each([
    ["symbol,from,to\nAAA,2024-01-03,soon\n", /members\.csv" line 2.*"soon".*2024-01-31/],
    ["symbol,from,to\nAAA,2024-01-03,2024-02-30\n", /line 2.*"2024-02-30"/],
    ["symbol,from,to\n\nAAA,2024-01-03,2024-01-02\n", /line 3.*before "from"/],
    ["symbol,from,to\nAAA,,2024-01-02\n", /line 2.*from/],
    ["symbol,from\nAAA,2024-01-02\n", /no column "to"/],
    ["from,to\n2024-01-02,\n", /no column "symbol"/],
    ["symbol,since,to\nAAA,2024-01-02,\n", /no column "from"/],
  ])("is refused if it is not one: %j", async (text, message) => {
    await write("members.csv", text);
    await expect(run({ strategy: "hold", universe: "members.csv" })).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  it("is refused if there is no file", async () => {
    await expect(run({ universe: "none.csv" })).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringMatching(/universe is "none\.csv"/),
    });
  });
});
