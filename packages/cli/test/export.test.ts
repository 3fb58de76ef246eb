import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv, sharedFile } from "./atc.ts";
import { errorOf, rowsOf, shop, startAtc } from "./shop.ts";

const text = (name: string): Promise<string> => readFile(join(shop.path, name), "utf8");
const files = async (): Promise<readonly string[]> =>
  (await readdir(shop.path)).filter((name) => !/^(\.cache|node_modules|package\.json|in\.csv)$/.test(name)).sort();

/** Doubles whose text is easily got wrong, beside usual ones. */
const hardNumbers = [
  ...[0.1 + 0.2, 1 / 3, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 9_007_199_254_740_992, 1e21, 1e-7],
  ...[123_456_789.123_456_79, 4.35, 0.000_001, 100],
];

describe("atc data export", () => {
  beforeEach(async () => {
    const rows = hardNumbers.map((n, i) => `"A,B",2024-01-${String(i + 1).padStart(2, "0")},${n},${n},${n},${n},`);
    await shop.file(
      "in.csv",
      `symbol,timestamp,open,high,low,close,volume\n${rows.join("\n")}\nZ,2024-02-01,1,1,1,1,7\n`,
    );
    await shop.atc("ingest", "in.csv", "--name", "d");
  });

  it("writes CSV that reads back bit for bit", async () => {
    expect((await shop.atc("data", "export", "d", "-o", "out.csv")).code).toBe(0);
    await shop.atc("ingest", "out.csv", "--name", "again");
    expect(await rowsOf("again")).toEqual(await rowsOf("d"));
    expect((await text("out.csv")).split("\n").slice(0, 2)).toEqual([
      "symbol,timestamp,open,high,low,close,volume",
      `"A,B",2024-01-01,${Array(4).fill("0.30000000000000004").join(",")},`,
    ]);
    expect(await files()).toEqual(["out.csv"]);
  });

  it("writes CSV to standard output", async () => {
    await shop.atc("data", "export", "d", "-o", "out.csv");
    const run = await shop.atc("data", "export", "d", "-o", "-");
    expect(run.stdout).toBe(await text("out.csv"));
  });

  it("writes Arrow files that others read", async () => {
    expect((await shop.atc("data", "export", "d", "-o", "out.arrow")).code).toBe(0);
    const table = tableFromIPC(await readFile(join(shop.path, "out.arrow")));
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      ...["symbol", "timestamp", "open", "high", "low", "close", "volume"],
    ]);
    expect([...(table.getChild("close") ?? [])]).toEqual([...hardNumbers, 1]);
    expect(table.getChild("symbol")?.get(0)).toBe("A,B");
    expect(await files()).toEqual(["out.arrow"]);
    await writeFile(join(shop.path, "out.arrow"), "");
    expect(await text("out.arrow")).toBe("");
  });

  it("writes Parquet that reads back bit for bit, if its package is installed", async () => {
    const without = await shop.atc("data", "export", "d", "-o", "out.parquet", "--json");
    expect(errorOf(without).code).toBe("ATC_MISSING_PLUGIN");
    expect(without.stderr).toContain("npm i @atc/source-duckdb");
    expect(await files()).toEqual([]);
    await shop.install("source-duckdb");
    expect((await shop.atc("data", "export", "d", "-o", "out.parquet")).stderr).not.toContain("error");
    await shop.atc("ingest", "out.parquet", "--name", "again");
    expect(await rowsOf("again")).toEqual(await rowsOf("d"));
    expect(await files()).toEqual(["out.parquet"]);
  });

  it("writes the symbols and the time that are asked for, half-open", async () => {
    const args = ["-o", "-", "--symbols", "A,B", "--from", "2024-01-03", "--to", "2024-01-05T00:00Z"];
    // A comma parts symbols; one with a comma is exported with all or by its own file.
    expect(errorOf(await shop.atc("data", "export", "d", ...args, "--json")).code).toBe("ATC_NOT_FOUND");
    const run = await shop.atc("data", "export", "d", "-o", "-", "--from", "2024-01-03", "--to", "2024-01-05");
    expect(run.stdout.trimEnd().split("\n")).toHaveLength(3);
    const one = await shop.atc("data", "export", "d", "-o", "-", "--symbols", "Z");
    expect(one.stdout).toContain("Z,2024-02-01,1,1,1,1,7");
  });

  it("replaces nothing unless forced", async () => {
    await shop.file("out.csv", "mine");
    expect(errorOf(await shop.atc("data", "export", "d", "-o", "out.csv", "--json")).code).toBe("ATC_INVALID_ARGUMENT");
    expect(await text("out.csv")).toBe("mine");
    expect((await shop.atc("data", "export", "d", "-o", "out.csv", "--force")).code).toBe(0);
    expect(await text("out.csv")).toContain("symbol");
  });

  it.each([
    ["an unknown ending", ["-o", "out.xlsx"], "ATC_INVALID_ARGUMENT"],
    ["an unknown format", ["-o", "out.csv", "--format", "xml"], "ATC_MISSING_PLUGIN"],
    ["Arrow on standard output", ["-o", "-", "--format", "arrow"], "ATC_INVALID_ARGUMENT"],
    ["a directory", ["-o", ".", "--format", "csv"], "ATC_INVALID_ARGUMENT"],
    ["a time without rows", ["-o", "out.csv", "--from", "2030-01-01"], "ATC_INVALID_DATA"],
    ["a time that is none", ["-o", "out.csv", "--from", "soon"], "ATC_INVALID_ARGUMENT"],
    ["an unknown symbol", ["-o", "out.csv", "--symbols", "Y"], "ATC_NOT_FOUND"],
  ])("refuses %s and leaves no file", async (_, args, code) => {
    expect(errorOf(await shop.atc("data", "export", "d", ...args, "--json")).code).toBe(code);
    expect(await files()).toEqual([]);
  });
});

describe("one file per symbol", () => {
  const names = [
    "AAPL",
    "aapl",
    "BRK/B",
    "../up",
    "..",
    ".hidden",
    "a b",
    "CON",
    "日経",
    "🚀",
    "x".repeat(300),
    "nul.l",
    "-",
  ];

  it("has a name that is safe anywhere, each its own", async () => {
    const rows = names.map((symbol) => `"${symbol}",2024-01-01,1,1,1,1,1`);
    await shop.file("in.csv", `symbol,timestamp,open,high,low,close,volume\n${rows.join("\n")}\n`);
    await shop.atc("ingest", "in.csv", "--name", "d");
    const run = await shop.atc("data", "export", "d", "-o", "out/{symbol}.csv", "--json");
    expect(run.json()["files"]).toHaveLength(names.length);
    const written = await readdir(join(shop.path, "out"));
    expect(new Set(written.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of written) expect(name).toMatch(/^[A-Za-z0-9%_~-][A-Za-z0-9%._~-]{0,130}$/);
    expect(written).toEqual(expect.arrayContaining(["AAPL.csv", "BRK%2FB.csv", "%2Ehidden.csv", "a%20b.csv"]));
    expect(await files()).toEqual(["out"]);
    // All files together hold all rows.
    await shop.atc("ingest", "out", "--name", "again");
    expect(await rowsOf("again")).toEqual(await rowsOf("d"));
  });
});

describe.skipIf(!sharedFile("data").present)("real data (needs ../shared)", () => {
  it.each(["us_stocks_1d_50sym.csv", "ibm_trades_tick.csv", "btcperp_1m_epochms.csv"])(
    "%s goes through CSV and Parquet and comes back bit for bit",
    async (name) => {
      await shop.install("source-duckdb");
      await shop.atc("ingest", sharedFile(`data/${name}`).path, "--name", "d");
      const rows = await rowsOf("d");
      for (const file of ["out.csv", "out.parquet"]) {
        expect((await shop.atc("data", "export", "d", "-o", file)).code).toBe(0);
        const kind = name.includes("tick") ? ["--source-option", "kind=ticks"] : [];
        await shop.atc("ingest", file, "--name", "again", ...kind);
        expect(await rowsOf("again")).toEqual(rows);
      }
    },
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("an export that is ended", () => {
  it("by a kill leaves what the next one to the file removes", async () => {
    await shop.file("in.csv", barsCsv(["A"], 10));
    const { pid } = spawn(process.execPath, ["--version"]);
    await mkdir(join(shop.path, `.out.csv.${pid}.tmp.store`));
    await shop.file(`.out.csv.${pid}.tmp`, "half");
    await shop.file(".other.csv.1.tmp", "of another");
    while (isAlive(pid ?? 0)) await new Promise(setImmediate);
    await shop.atc("data", "export", "in.csv", "-o", "out.csv");
    expect(await files()).toEqual([".other.csv.1.tmp", "out.csv"]);
  });

  it.each(["out.csv", "out.arrow", "out.parquet", "out/{symbol}.csv"])(
    "by Ctrl-C leaves no file (%s)",
    async (file) => {
      await shop.install("source-duckdb");
      await shop.file("in.csv", barsCsv(["A", "B", "C"], 40_000));
      await shop.atc("ingest", "in.csv", "--name", "d");
      const { child, exited } = startAtc("data", "export", "d", "-o", file);
      const folder = join(shop.path, file.includes("/") ? "out" : ".");
      const begun = async (): Promise<boolean> =>
        existsSync(folder) && (await readdir(folder)).some((name) => name.includes(".tmp"));
      // Parquet appears when all rows are gathered; it is ended once the others would have begun.
      if (file.endsWith(".parquet")) for (let turn = 0; turn < 20_000; turn++) await new Promise(setImmediate);
      else while (!(await begun())) await new Promise(setImmediate);
      child.kill("SIGINT");
      const [code] = (await exited) as [number | null];
      expect([0, 130, null]).toContain(code);
      if (code === 130) expect((await files()).filter((name) => name !== "out")).toEqual([]);
      if (code === 130 && existsSync(join(shop.path, "out"))) expect(await readdir(join(shop.path, "out"))).toEqual([]);
    },
  );
});
