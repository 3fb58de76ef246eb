import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, type Workshop, workshop } from "./atc.ts";

let shop: Workshop;

beforeEach(async () => {
  shop = await workshop();
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
  await shop.install("source-duckdb");
});
afterEach(() => shop[Symbol.asyncDispose]());

const grid = [
  ...["--grid", "emaLength=10,20", "--grid", "strategyMode=true,false", "--grid", "size=none,0.5"],
  ...["--grid", "robustness=Narrow,Medium"],
];

interface Shown {
  readonly table: string;
  readonly sweep: Readonly<Record<string, unknown>> | null;
  readonly best: readonly object[];
  readonly evaluations: number;
}

async function swept(file: string, ...args: string[]): Promise<Shown> {
  const run = await shop.atc("sweep", "bars.csv", ...grid, "-o", file, "--json", "--top", "100", ...args);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  return run.json<Shown>();
}

async function shown(...args: string[]): Promise<Shown> {
  const run = await shop.atc("sweep", "show", "--json", "--top", "100", ...args);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  return run.json<Shown>();
}

async function refusal(...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stderr } = await shop.atc("sweep", "show", ...args);
  return { code, text: stderr };
}

describe("atc sweep show", () => {
  it.each(["arrow", "parquet", "csv"])(
    "ranks a table in %s as its sweep did, and says what that was",
    async (format) => {
      const file = `table.${format}`;
      const ranking = ["--objective", "totalReturn", "--require", "trades >= 1", "--over", "min"];
      const direct = await swept(file, ...ranking, "--by-symbol", "--fee-bps", "3");
      const table = await shown(file);
      expect(table.best).toEqual(direct.best);
      expect(table).toMatchObject({
        evaluations: 16,
        objective: "totalReturn",
        require: "trades >= 1",
        over: "min",
        sweep: {
          format: "atc-sweep",
          path: "bars.csv",
          symbols: ["AAA", "BBB"],
          strategy: { name: "atc" },
          backtest: { feeBps: 3 },
          definition: { grid: { emaLength: "10,20" }, over: "min" },
        },
      });
      const { stdout } = await shop.atc("sweep", "show", file);
      expect(stdout).toMatch(/16 evaluations; maximises totalReturn, the min of the symbols with trades >= 1/);
      expect(stdout).toMatch(/data: bars\.csv, dataset bars-[0-9a-f]+, 2 symbols with rows of their own/);
      expect(stdout).toMatch(/space: emaLength=10,20 strategyMode=true,false size=none,0\.5 robustness=Narrow,Medium/);
      expect(stdout).toMatch(/searched: all of the grid/);
    },
  );

  it.each(["arrow", "parquet", "csv"])("ranks a table in %s by another objective", async (format) => {
    const file = `table.${format}`;
    await swept(file);
    const other = ["--objective", "-maxDrawdown", "--require", "trades > 2"];
    const direct = await swept("other.csv", ...other);
    expect((await shown(file, ...other)).best).toEqual(direct.best);
  });

  it("keeps a CSV plain, and reads it without the file beside it", async () => {
    const direct = await swept("table.csv");
    const lines = (await readFile(join(shop.path, "table.csv"), "utf8")).split("\n");
    expect(lines[0]).toMatch(/^configuration,emaLength,/);
    await rm(join(shop.path, "table.csv.json"));
    const { sweep, best } = await shown("table.csv");
    expect(sweep).toBeNull();
    expect(best).toHaveLength(direct.best.length);
  });

  it("reads errors with commas, quotes and line breaks", async () => {
    await shop.file(
      "mine.js",
      `export default { name: "mine", parameters: { n: { kind: "integer", default: 1, description: "x" } },
        start: (_s, { n }) => ({ decide(_b, directions) { if (n === 2) throw new Error('a, "b"\\nc'); directions.fill(1); } }) };`,
    );
    const args = ["--grid", "parameters.n=1..3", "--strategy", "./mine.js"];
    const failed: unknown[] = [];
    for (const format of ["csv", "arrow", "parquet"]) {
      await shop.atc("sweep", "bars.csv", ...args, "-o", `t.${format}`);
      const run = await shop.atc("sweep", "show", `t.${format}`, "--json");
      failed.push(run.json()["failed"]);
    }
    expect(failed[0]).toEqual([{ reason: expect.stringContaining('a, "b"'), configurations: 1 }]);
    expect([failed[1], failed[2]]).toEqual([failed[0], failed[0]]);
  });

  it("does not replace a file beside a CSV without --force", async () => {
    await shop.file("table.csv.json", '{"mine":1}');
    const run = await shop.atc("sweep", "bars.csv", ...grid, "-o", "table.csv");
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/table\.csv\.json", which exists/)]);
    expect(await readdir(shop.path)).not.toContain("table.csv");
  });
});

describe("bad tables of atc sweep show", () => {
  it("are refused if they are truncated", async () => {
    for (const format of ["arrow", "parquet", "csv"]) {
      const file = `table.${format}`;
      await swept(file, "--by-symbol");
      const path = join(shop.path, file);
      const { length } = await readFile(path);
      for (const part of [0.3, 0.7, 0.95]) {
        await truncate(path, Math.floor(part * length));
        const { code, text } = await refusal(file);
        expect({ format, part, code }).toEqual({ format, part, code: 3 });
        expect(text).toContain(`table.${format}"`);
        await swept(file, "--by-symbol", "--force");
      }
    }
  });

  it("are refused if another file was put in the place of a CSV", async () => {
    await swept("table.csv");
    const path = join(shop.path, "table.csv");
    await writeFile(path, (await readFile(path, "utf8")).replace("\n0,10,", "\n0,100,"));
    expect(await refusal("table.csv")).toEqual({
      code: 3,
      text: expect.stringMatching(
        /is not the file that ".*table\.csv\.json" describes; .*remove that file if you have/,
      ),
    });
  });

  it("are refused with the row and the column of a field that is not a number", async () => {
    await shop.file("t.csv", "configuration,emaLength,sharpe,error\n0,10,1.5,\n1,20,high,\n");
    expect(await refusal("t.csv")).toEqual({
      code: 3,
      text: expect.stringContaining('"sharpe" in row 3 is "high" instead of a number'),
    });
    await shop.file("t.csv", "configuration,emaLength,sharpe,error\n0,10,1.5,\n1,20,\n");
    expect((await refusal("t.csv")).text).toContain("row 3 has 3 fields instead of 4");
    await shop.file("t.csv", 'configuration,emaLength,sharpe,error\n0,10,1.5,"open\n');
    expect((await refusal("t.csv")).text).toContain("it ends in the middle of a quoted field");
    await shop.file("t.csv", "");
    expect(await refusal("t.csv")).toEqual({ code: 2, text: expect.stringContaining("it is empty") });
  });

  it("are refused if rows of symbols are missing or sorted", async () => {
    await swept("table.csv", "--by-symbol");
    await rm(join(shop.path, "table.csv.json"));
    const path = join(shop.path, "table.csv");
    const [header = "", ...rows] = (await readFile(path, "utf8")).trim().split("\n");
    await writeFile(path, [header, ...rows.filter((_, i) => i !== 4)].join("\n"));
    expect((await refusal("table.csv")).text).toMatch(/row 5 is of symbol "BBB" instead of "AAA"/);
    await writeFile(path, [header, ...rows.slice(0, -1)].join("\n"));
    expect((await refusal("table.csv")).text).toMatch(/its last evaluation has 2 of 3 rows/);
  });

  it("are refused if a newer atc wrote them, or if their description is damaged", async () => {
    await swept("table.csv");
    const beside = join(shop.path, "table.csv.json");
    const described = JSON.parse(await readFile(beside, "utf8")) as { readonly bytes: number; readonly sweep: object };
    const changed = async (sweep: object): Promise<{ readonly code: number; readonly text: string }> => {
      await writeFile(beside, JSON.stringify({ ...described, sweep: { ...described.sweep, ...sweep } }));
      return await refusal("table.csv");
    };
    expect(await changed({ version: 2 })).toEqual({
      code: 2,
      text: expect.stringMatching(/has version 2, and this atc reads version 1; update atc/),
    });
    for (const [field, value] of Object.entries({
      format: "other",
      symbols: [1],
      strategy: { name: 5 },
      definition: { grid: { emaLength: null } },
      period: { from: "x" },
      limit: -1,
      isComplete: false,
    }))
      expect(await changed({ [field]: value })).toEqual({
        code: 3,
        text: expect.stringContaining(`"${field}" is missing or has another form`),
      });
    expect((await changed({ metrics: ["sharpe"] })).text).toContain("its metrics are not those of its description");
    expect((await changed({ evaluations: 5 })).text).toContain("it has 16 of 5 evaluations");
    await writeFile(beside, "[1,2]");
    expect((await refusal("table.csv")).text).toMatch(/it does not describe a sweep; rename it/);
  });

  it("prints no control characters of a description", async () => {
    await swept("table.csv");
    const beside = join(shop.path, "table.csv.json");
    const text = await readFile(beside, "utf8");
    await writeFile(beside, text.replace('"path": "bars.csv"', '"path": "\\u001b[31mbars\\u0007.csv"'));
    const { stdout } = await shop.atc("sweep", "show", "table.csv");
    expect([stdout.includes("\u0007"), stdout.includes("\u001b")]).toEqual([false, false]);
  });

  it("are refused if they hold bars, or do not exist", async () => {
    await shop.atc("data", "export", "bars.csv", "-o", "bars.parquet");
    expect((await refusal("bars.parquet")).text).toMatch(
      /is not the table of a sweep: it has no column "configuration"/,
    );
    expect((await refusal("none.parquet")).code).toBe(4);
  });
});
