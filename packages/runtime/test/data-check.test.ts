import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkMarketData, type DataCheck, type DataCheckOptions } from "../src/checks.ts";
import { openRuntime } from "../src/index.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-data-check-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const day = (i: number): string => new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10);

interface MadeBar {
  close: number;
  volume: number;
}

/** Daily bars that rise and fall a little, as `change` leaves them. */
function bars(count: number, change: (bar: MadeBar, i: number) => void = () => undefined): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const bar = { close: 100 + 3 * Math.sin(i / 5) + (i % 3) / 10, volume: 1_000 + i };
    change(bar, i);
    const { close, volume } = bar;
    const spread = close * 0.002;
    return `${day(i)},${close.toFixed(4)},${(close + spread).toFixed(4)},${(close - spread).toFixed(4)},${close.toFixed(4)},${volume}`;
  });
}

async function check(rows: readonly string[], options: DataCheckOptions = {}, header?: string): Promise<DataCheck> {
  const columns = header ?? "timestamp,open,high,low,close,volume";
  await writeFile(join(cwd, "bars.csv"), `${columns}\n${rows.join("\n")}\n`);
  await using runtime = await openRuntime({ cwd, env: {}, onWarning: () => undefined });
  return await checkMarketData(runtime, "bars.csv", options);
}

/** The findings by kind: count and text. */
function byKind({ findings }: DataCheck): Record<string, readonly [number, string]> {
  return Object.fromEntries(findings.map(({ kind, count, text }) => [kind, [count, text]]));
}

describe("checkMarketData", () => {
  it("finds nothing in sound bars", async () => {
    const { findings, ...rest } = await check(bars(300));
    expect(findings).toEqual([]);
    expect(rest).toMatchObject({ path: "bars.csv", rows: 300, symbols: 1 });
  });

  it("names splits, with the way to adjust them, once", async () => {
    const found = await check(
      bars(300, (bar, i) => {
        if (i >= 150) bar.close /= 4;
      }),
    );
    expect(found.findings.map(({ kind }) => kind)).toEqual(["splits"]);
    expect(byKind(found)["splits"]).toEqual([1, expect.stringMatching(/bars 2022-05-31 4:1, from .*--adjust/)]);
  });

  it("counts stale prices from ten equal closes on, over the ends of blocks", async () => {
    const stale = (count: number): readonly string[] =>
      bars(300, (bar, i) => {
        if (i >= 100 && i < 100 + count) bar.close = 99;
      });
    expect(byKind(await check(stale(9)))).toEqual({});
    expect(byKind(await check(stale(10)))["stalePrices"]).toEqual([
      10,
      "10 bars are in runs of 10 or more equal closes, as stale prices are; the longest: bars from 2022-04-11, 10 bars",
    ]);
    const long = Array.from({ length: 70_000 }, (_, i) => {
      const time = new Date(Date.UTC(2022, 0, 1) + i * 60_000).toISOString();
      return `${time},${i >= 65_530 && i < 65_545 ? 7 : 100 + (i % 7) / 10}`;
    });
    expect(byKind(await check(long, {}, "timestamp,close"))["stalePrices"]?.[0]).toBe(15);
  });

  it("counts bars without volume, but not those of data that has none", async () => {
    const some = await check(
      bars(300, (bar, i) => {
        if (i >= 50 && i < 53) bar.volume = 0;
      }),
    );
    expect(byKind(some)).toEqual({
      zeroVolumes: [3, "3 bars without volume, at whose prices nobody traded: 1 % of all, the first at 2022-02-20"],
    });
    const none = await check(
      bars(300, (bar) => {
        bar.volume = 0;
      }),
    );
    expect(none.findings).toEqual([]);
  });

  it("finds crossed quotes", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => {
      const time = new Date(Date.UTC(2022, 0, 1, 0, 0, i)).toISOString();
      const bid = 1.1 + (i % 5) / 1_000;
      return `${time},${bid},${i === 20 || i === 30 ? bid - 0.01 : bid + 0.01}`;
    });
    const found = byKind(await check(rows, {}, "timestamp,bid,ask"));
    expect(found).toEqual({
      crossedQuotes: [2, "2 rows have a bid above the ask, the first: bars 2022-01-01T00:00:20Z, bid 1.1, ask 1.09"],
    });
  });

  it("names gaps and bad prints in the words of the notes", async () => {
    const rows = bars(300, (bar, i) => {
      if (i === 100) bar.close = 30;
    });
    const found = byKind(await check(rows.filter((_, i) => i < 200 || i > 205)));
    expect(found["gaps"]).toEqual([
      1,
      expect.stringMatching(/gap at times that usually have bars \(holidays count.*: /),
    ]);
    const two = [
      ...rows.filter((_, i) => i < 200 || i > 205).map((row) => `A,${row}`),
      ...rows.map((row) => `B,${row}`),
    ];
    const beside = byKind(await check(two, {}, "symbol,timestamp,open,high,low,close,volume"));
    expect(beside["gaps"]).toEqual([1, expect.stringMatching(/usually have bars: A after/)]);
    expect(found["revertingJumps"]?.[1]).toContain("as bad prints do");
  });

  it("warns of survivorship if no symbol of many ends before the last day", async () => {
    const universe = (symbols: number, days: number, ended: number): readonly string[] =>
      Array.from({ length: symbols }, (_, s) =>
        bars(s === 3 ? days - ended : days).map((row) => `S${String(s).padStart(2, "0")},${row}`),
      ).flat();
    const header = "symbol,timestamp,open,high,low,close,volume";
    const all = await check(universe(20, 400, 0), {}, header);
    expect(byKind(all)["survivorship"]).toEqual([20, expect.stringContaining("not one of 20 symbols ends before")]);
    expect(byKind(await check(universe(20, 400, 7), {}, header))["survivorship"]).toBeDefined();
    expect(byKind(await check(universe(20, 400, 8), {}, header))["survivorship"]).toBeUndefined();
    expect(byKind(await check(universe(19, 400, 0), {}, header))["survivorship"]).toBeUndefined();
    expect(byKind(await check(universe(20, 300, 0), {}, header))["survivorship"]).toBeUndefined();
  });

  it("looks at the given symbols only", async () => {
    const rows = ["AAA", "BBB"].flatMap((symbol) =>
      bars(300, (bar, i) => {
        if (symbol === "AAA" && i === 50) bar.volume = 0;
      }).map((row) => `${symbol},${row}`),
    );
    const header = "symbol,timestamp,open,high,low,close,volume";
    expect((await check(rows, {}, header)).findings).toHaveLength(1);
    expect(await check(rows, { symbols: ["BBB"] }, header)).toMatchObject({ rows: 300, symbols: 1, findings: [] });
    await expect(check(rows, { symbols: ["CCC"] }, header)).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
  });
});
