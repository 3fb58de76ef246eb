import { readFileSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, shop } from "./shop.ts";

const fixtures = fileURLToPath(new URL("../../../fixtures/simulation/", import.meta.url));

interface Case {
  readonly name: string;
  readonly bars: string;
  readonly config: object;
}

type Columns = Readonly<Record<string, readonly (number | string | null)[]>>;

interface ExpectedAccount {
  readonly symbol?: string;
  readonly time?: readonly number[];
  readonly equity: readonly number[];
  readonly cash?: readonly number[];
  readonly fills?: Columns;
}

interface Expected {
  readonly symbols?: readonly ExpectedAccount[];
  readonly portfolio: ExpectedAccount;
}

const cases = JSON.parse(readFileSync(join(fixtures, "cases.json"), "utf8")) as readonly Case[];

/** The rows of a CSV file by column. */
async function readCsv(name: string): Promise<Record<string, string[]>> {
  const [header = "", ...lines] = (await readFile(join(shop.path, name), "utf8")).trimEnd().split("\n");
  const rows = lines.map((line) => line.split(","));
  return Object.fromEntries(header.split(",").map((column, i) => [column, rows.map((row) => row[i] ?? "")]));
}

function agree(texts: readonly string[] | undefined, values: readonly (number | string | null)[], where: string): void {
  expect(texts?.length ?? 0, where).toBe(values.length);
  values.forEach((value, i) => {
    const text = texts?.[i] ?? "";
    if (typeof value === "string") expect(text, where).toBe(value);
    else
      expect(Math.abs(Number(text) - Number(value)), where).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value ?? 0)),
      );
  });
}

function agreeFills(found: Readonly<Record<string, string[]>>, expected: readonly Columns[]): void {
  const names = ["symbol", "quantity", "price", "fee", "slippage", "reason"];
  for (const name of names)
    agree(
      found[name],
      expected.flatMap((fills) => fills[name] ?? []),
      name,
    );
  const times = expected.flatMap((fills) => fills["time"] ?? []);
  expect(found["time"]?.map((time) => Date.parse(time))).toEqual(times);
}

beforeEach(async () => {
  for (const name of ["ragged", "intraday", "edges", "steps"])
    await copyFile(join(fixtures, `${name}.csv`), join(shop.path, `${name}.csv`));
});

describe("the cases of the simulation from the command line", () => {
  it.each(["steps-trailing-slippage", "entries-stops", "long-costs", "shared-custom", "shared-stops-worst"])(
    "%s",
    async (wanted) => {
      const { bars, config } = cases.find(({ name }) => name === wanted) as Case;
      const { symbols = [], portfolio } = JSON.parse(
        readFileSync(join(fixtures, "expected", `${wanted}.json`), "utf8"),
      ) as Expected;
      await shop.file("case.json", JSON.stringify(config));
      const files = ["--fills", "fills.csv", "--equity", "equity.csv", "--portfolio", "portfolio.csv"];
      const run = await shop.atc("backtest", bars, "--strategy", "columns", "--config", "case.json", ...files);
      expect(run.stderr).not.toContain("error");
      expect(run.code).toBe(0);
      const accounts = symbols.length > 0 ? symbols : [portfolio];
      agreeFills(
        await readCsv("fills.csv"),
        accounts.map(({ fills = {} }) => fills),
      );
      const equity = await readCsv("equity.csv");
      agree(
        equity["equity"],
        accounts.flatMap((one) => one.equity),
        "equity",
      );
      agree(
        equity["cash"],
        accounts.flatMap(({ cash = [] }) => cash),
        "cash",
      );
      agree((await readCsv("portfolio.csv"))["equity"], portfolio.equity, "portfolio");
    },
  );

  it("takes weights as an option", async () => {
    const options = ["--strategy", "columns", "--account", "shared", "--json"];
    const run = await shop.atc("backtest", "ragged.csv", ...options, "--weights", "AAA=0.5,BBB=0.3");
    const report = run.json() as { contributions: { symbol: string; trades: number }[]; symbols: unknown[] };
    expect(report.symbols).toEqual([]);
    expect(report.contributions.filter(({ trades }) => trades > 0).map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
    const unknown = await shop.atc("backtest", "ragged.csv", ...options, "--weights", "AAA=0.5,ZZZ=0.3");
    expect(errorOf(unknown)).toMatchObject({ code: "ATC_INVALID_CONFIG", message: expect.stringContaining("ZZZ") });
  });
});

describe("the outputs of a backtest", () => {
  const columns = ["--strategy", "columns"];

  it("are CSV, Arrow and Parquet", async () => {
    await shop.install("source-duckdb");
    const files = ["--trades", "t.parquet", "--fills", "f.arrow", "--equity", "e.parquet", "--portfolio", "p.parquet"];
    const run = await shop.atc("backtest", "ragged.csv", ...columns, "--stop-loss", "0.03", ...files);
    expect(run.stderr).not.toContain("error");
    const fills = tableFromIPC(await readFile(join(shop.path, "f.arrow")));
    expect(fills.schema.fields.map(({ name }) => name)).toEqual([
      "symbol",
      "time",
      "quantity",
      "price",
      "fee",
      "slippage",
      "reason",
    ]);
    expect(new Set(fills.getChild("reason")?.toArray())).toContain("stopLoss");
    const magic = async (name: string): Promise<string> =>
      (await readFile(join(shop.path, name))).subarray(0, 4).toString("latin1");
    for (const name of ["t.parquet", "e.parquet", "p.parquet"]) expect(await magic(name)).toBe("PAR1");
  });

  it("refuses other endings before anything is computed", async () => {
    const run = await shop.atc("backtest", "ragged.csv", ...columns, "--fills", "f.xlsx", "--json");
    expect(errorOf(run)).toMatchObject({ code: "ATC_INVALID_ARGUMENT", message: expect.stringContaining("f.xlsx") });
    const tables = await shop.atc("backtest", "ragged.csv", ...columns, "--tables", "t.csv", "--json");
    expect(errorOf(tables).message).toContain("{table}");
  });

  it("chooses the columns of the equity", async () => {
    await shop.atc("backtest", "ragged.csv", ...columns, "--equity", "e.csv", "--equity-columns", "close,strength");
    const equity = await readCsv("e.csv");
    expect(Object.keys(equity)).toEqual(["symbol", "timestamp", "equity", "direction", "strength", "close"]);
    const wrong = await shop.atc("backtest", "ragged.csv", "--equity", "x.csv", "--equity-columns", "price", "--json");
    expect(errorOf(wrong).message).toContain("grossEquity");
    const alone = await shop.atc("backtest", "ragged.csv", "--equity-columns", "close", "--json");
    expect(errorOf(alone).code).toBe("ATC_INVALID_ARGUMENT");
    const points = ["--account", "shared", "--equity", "x.csv", "--equity-columns", "close", "--json"];
    const shared = await shop.atc("backtest", "ragged.csv", ...columns, ...points);
    expect(errorOf(shared)).toMatchObject({ code: "ATC_INVALID_ARGUMENT", details: { column: "close" } });
  });

  it("has all metrics in JSON, and those that are named", async () => {
    const names = async (...options: string[]): Promise<readonly string[]> => {
      const report = (await shop.atc("backtest", "ragged.csv", ...columns, "--json", ...options)).json();
      return Object.keys(report["portfolio"] as object);
    };
    const all = await names();
    expect(all).toEqual(expect.arrayContaining(["omega", "beta", "kelly", "volumeShareP95", "costs", "bankruptAt"]));
    const some = await names("--metrics", "omega,kelly");
    expect(some.filter((name) => ["omega", "beta", "kelly"].includes(name))).toEqual(["omega", "kelly"]);
    const table = await shop.atc("backtest", "ragged.csv", ...columns, "--metrics", "omega,beta");
    expect(table.stdout).toMatch(/^omega +\d/m);
    expect((await shop.atc("backtest", "ragged.csv", ...columns)).stdout).not.toContain("omega");
    const unknown = await shop.atc("backtest", "ragged.csv", "--metrics", "omga", "--json");
    expect(errorOf(unknown).message).toContain('did you mean "omega"');
  });

  it("writes the tables of the portfolio", async () => {
    const run = await shop.atc("backtest", "ragged.csv", ...columns, "--tables", "t.json", "--rolling-window", "20");
    expect(run.code).toBe(0);
    const tables = JSON.parse(await readFile(join(shop.path, "t.json"), "utf8"));
    expect(Object.keys(tables)).toEqual(["monthlyReturns", "drawdowns", "rolling"]);
    expect(tables.monthlyReturns[0].months).toHaveLength(12);
    expect(tables.rolling.window).toBe(20);
    expect(tables.rolling.sharpe.findIndex((value: number | null) => value !== null)).toBe(20);
    expect(tables.drawdowns[0].depth).toBeGreaterThan(tables.drawdowns[1].depth);
    await shop.atc("backtest", "ragged.csv", ...columns, "--tables", "t-{table}.csv", "--rolling-window", "20");
    const drawdowns = await readCsv("t-drawdowns.csv");
    expect(drawdowns["depth"]?.map(Number)).toEqual(tables.drawdowns.map(({ depth }: { depth: number }) => depth));
    expect((await readCsv("t-rolling.csv"))["sharpe"]).toHaveLength(tables.rolling.sharpe.length);
    expect((await readCsv("t-monthlyReturns.csv"))["total"]?.map(Number)).toEqual(
      tables.monthlyReturns.map(({ total }: { total: number }) => total),
    );
  });

  it("lists what each symbol contributed to a shared account", async () => {
    const run = await shop.atc("backtest", "ragged.csv", ...columns, "--account", "shared");
    expect(run.stdout).toMatch(/contribution/);
    expect(run.stdout).toMatch(/^EEE /m);
    const report = (await shop.atc("backtest", "ragged.csv", ...columns, "--account", "shared", "--json")).json();
    const again = (await shop.atc("backtest", "ragged.csv", ...columns, "--account", "shared", "--json")).json();
    expect(again).toEqual(report);
    expect(
      (await shop.atc("backtest", "ragged.csv", ...columns, "--account", "shared", "--json", "--no-cache")).json(),
    ).toEqual(report);
  });
});
