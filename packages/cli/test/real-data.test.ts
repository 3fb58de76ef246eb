import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sharedFile } from "./atc.ts";
import { shop } from "./shop.ts";

/** File, rows kept, symbols: what `../shared/data/SOURCES.md` says; one raw file has two rows that another replaces. */
const files: readonly (readonly [string, number, number])[] = [
  ["spy_1d.csv", 5849, 1],
  ["eurusd_1h.csv", 74_439, 1],
  ["btcperp_1m_epochms.csv", 45_031, 1],
  ["us_stocks_1d_50sym.csv", 25_632, 50],
  ["ibm_trades_tick.csv", 33_381, 1],
  ["odd/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", 29_996, 1],
  ["odd/pystock-20160104-prices.csv.gz", 12_195, 6096],
];

const here = sharedFile("data").present && sharedFile("golden").present;

interface Report {
  readonly config: object;
  readonly data: { readonly rows: number; readonly symbols: number };
  readonly portfolio: Record<string, unknown>;
  readonly symbols: readonly Record<string, unknown>[];
  readonly skipped: readonly unknown[];
}

describe.skipIf(!here)("real market data (needs ../shared)", () => {
  it.each(files)("ingests and backtests %s", async (name, rows, symbols) => {
    const run = await shop.atc("backtest", sharedFile(`data/${name}`).path, "--json");
    expect(run.stderr).toBe("");
    const report = run.json<Report>();
    expect(report.data).toMatchObject({ rows, symbols });
    expect(report.symbols.length + report.skipped.length).toBe(symbols);
    expect(report.skipped).toEqual([]);
    for (const metric of ["totalReturn", "grossReturn", "buyAndHold"])
      expect(report.portfolio[metric]).toBeTypeOf("number");
  });

  it("keeps tickers that look like no value", async () => {
    await shop.atc("ingest", sharedFile("data/odd/pystock-20160104-prices.csv.gz").path, "--name", "raw");
    const tickers = (await shop.atc("data", "info", "raw", "--json")).json<{
      report: { series: { symbol: string }[] };
    }>().report.series;
    expect(tickers.map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(["INF", "NAN", "TRUE"]));
  });

  it.each(["true", "false"])("agrees with the golden backtests (mapped: %s)", async (mapped) => {
    for (const name of ["spy_1d", "us_stocks_1d_50sym"]) {
      const golden = JSON.parse(readFileSync(sharedFile(`golden/backtest-${name}.json`).path, "utf8")) as Report;
      await shop.file("atc.yaml", JSON.stringify(golden.config));
      const run = await shop.atc(
        "backtest",
        sharedFile(`data/${name}.csv`).path,
        `--use-memory-mapped=${mapped}`,
        "--no-cache",
        "--json",
      );
      const report = run.json<Report>();
      expectMetrics(report.portfolio, golden.portfolio);
      expect(report.symbols).toHaveLength(golden.symbols.length);
      for (const [i, symbol] of golden.symbols.entries()) expectMetrics(report.symbols[i] ?? {}, symbol);
    }
  });

  const cases = here
    ? (JSON.parse(readFileSync(sharedFile("golden/cases.json").path, "utf8")) as Record<
        string,
        { data: string; symbol: string; rows: number; config: object }
      >)
    : {};
  it.each(Object.entries(cases))(
    "writes signals that agree with the golden case %s",
    async (name, { data, symbol, rows, config }) => {
      await shop.file("atc.yaml", JSON.stringify(config));
      const source = (await readFile(sharedFile(`data/${data}`).path, "utf8")).trimEnd().split("\n");
      const own = source.filter((line, i) => i === 0 || line.startsWith(`${symbol},`)).slice(0, rows + 1);
      await shop.file("bars.csv", `${own.join("\n")}\n`);
      for (const mapped of ["true", "false"]) {
        const run = await shop.atc(
          "signals",
          "bars.csv",
          "-o",
          "out.csv",
          "--force",
          `--use-memory-mapped=${mapped}`,
          "--no-cache",
          "--json",
        );
        expect(run.code).toBe(0);
        expectTables(
          await readFile(join(shop.path, "out.csv"), "utf8"),
          await readFile(sharedFile(`golden/${name}.csv`).path, "utf8"),
        );
      }
    },
  );
});

/** Figures within 1e-9, everything else equal. */
function expectMetrics(actual: Record<string, unknown>, golden: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(golden)) {
    const found = actual[name];
    if (typeof value !== "number" || typeof found !== "number") expect(found, name).toEqual(value);
    else expect(Math.abs(found - value), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
  }
}

/** Tables with the columns of the golden files: signals equal, the rest within the specification's tolerance. */
function expectTables(actual: string, golden: string): void {
  const rowsOf = (text: string): string[][] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
  const [head = [], ...rows] = rowsOf(actual);
  const [goldenHead = [], ...goldenRows] = rowsOf(golden);
  expect(head).toEqual(goldenHead);
  expect(rows).toHaveLength(goldenRows.length);
  let worst = 0;
  let unequal = 0;
  const exact = new Set(
    goldenHead.filter((name) => name.endsWith("_Signal") && name !== "Average_Signal").concat("Direction"),
  );
  goldenRows.forEach((goldenRow, i) => {
    goldenHead.forEach((name, column) => {
      if (name === "timestamp") return;
      const expected = Number(goldenRow[column]);
      const found = Number(rows[i]?.[column]);
      if (Number.isNaN(expected) || Number.isNaN(found) || exact.has(name))
        unequal += Object.is(expected, found) || expected === found ? 0 : 1;
      else worst = Math.max(worst, Math.abs(found - expected) / Math.max(1, Math.abs(expected)));
    });
  });
  expect(unequal).toBe(0);
  expect(worst).toBeLessThanOrEqual(1e-9);
}
