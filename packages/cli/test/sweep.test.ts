import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, type Run, type Workshop, workshop } from "./atc.ts";

let shop: Workshop;

beforeEach(async () => {
  shop = await workshop();
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400));
});
afterEach(() => shop[Symbol.asyncDispose]());

const grid = ["--grid", "parameters.fast=5..8", "--grid", "parameters.slow=20,30,40", "--strategy", "cross"];

interface SweepReport {
  readonly evaluations: number;
  readonly computed: number;
  readonly cached: number;
  readonly ranked: number;
  readonly excluded: readonly { readonly reason: string; readonly configurations: number }[];
  readonly best: readonly {
    readonly configuration: number;
    readonly keys: Readonly<Record<string, unknown>>;
    readonly objective: number;
    readonly metrics: Readonly<Record<string, number | null>>;
  }[];
}

async function sweep(...args: string[]): Promise<Run> {
  return await shop.atc("sweep", "bars.csv", ...args);
}

/** Standard error of a command that fails with an exit code. */
async function refused(code: number, ...args: string[]): Promise<string> {
  const run = await sweep(...args);
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code, stdout: "" });
  return run.stderr;
}

describe("atc sweep", () => {
  it("prints the best configurations, a map, and a warning of many tries", async () => {
    const { code, stdout } = await sweep(...grid, "--top", "3");
    expect(code).toBe(0);
    expect(stdout).toContain("12 evaluations; maximises sharpe");
    expect(stdout).toMatch(/#\s+parameters\.fast\s+parameters\.slow\s+totalReturn\s+sharpe\s+sortino\s+maxDrawdown/);
    expect(stdout).toContain("sharpe by parameters.fast (down) and parameters.slow (across)");
    expect(stdout).toContain("The best of 12 tries looks better than it is");
    expect(stdout).toContain("12 computed, 0 from the cache");
  });

  it("replaces control characters of symbols that are left out", async () => {
    const good = barsCsv(["AAA"], 400);
    await shop.file("hostile.csv", `${good.trimEnd()}\nZ\u001b[2JZ,2030-01-01T00:00:00Z,-1,-1,-1,-1,5\n`);
    const { code, stdout } = await shop.atc("sweep", "hostile.csv", ...grid, "--no-validate");
    expect(code).toBe(0);
    expect(stdout).toContain("  Z?[2JZ, by 12 configurations: ");
    expect(stdout).not.toContain("\u001b");
  });

  it("prints JSON whose best is that of the backtest", async () => {
    const report = (await sweep(...grid, "--json")).json<SweepReport>();
    const [best] = report.best;
    const fast = String(best?.keys["parameters.fast"]);
    const slow = String(best?.keys["parameters.slow"]);
    const parameters = ["--parameter", `fast=${fast}`, "--parameter", `slow=${slow}`];
    const run = await shop.atc("backtest", "bars.csv", "--strategy", "cross", ...parameters, "--json");
    const { portfolio } = run.json<{ readonly portfolio: Record<string, number> }>();
    expect(best?.metrics).toMatchObject({ sharpe: portfolio["sharpe"], totalReturn: portfolio["totalReturn"] });
    expect(report.best.map(({ objective }) => objective)).toEqual(
      report.best.map(({ objective }) => objective).toSorted((a, b) => b - a),
    );
  });

  it("continues where an earlier sweep ended, unless told not to", async () => {
    await sweep(...grid);
    expect((await sweep(...grid, "--json")).json<SweepReport>()).toMatchObject({ computed: 0, cached: 12 });
    expect((await sweep(...grid, "--json", "--no-resume")).json<SweepReport>()).toMatchObject({ computed: 12 });
    expect((await sweep(...grid, "--json", "--no-cache")).json<SweepReport>()).toMatchObject({ computed: 12 });
  });

  it("writes the table as Arrow and CSV, which other programs read", async () => {
    await sweep(...grid, "-o", "table.arrow", "--by-symbol");
    const arrow = tableFromIPC(await readFile(join(shop.path, "table.arrow")));
    expect(arrow.numRows).toBe(36);
    expect(arrow.schema.fields.map(({ name }) => name)).toEqual([
      "configuration",
      "symbol",
      "parameters.fast",
      "parameters.slow",
      "totalReturn",
      "sharpe",
      "sortino",
      "maxDrawdown",
      "trades",
      "fees",
      "error",
    ]);
    expect([...(arrow.getChild("symbol") ?? [])].slice(0, 3)).toEqual(["", "AAA", "BBB"]);
    await sweep(...grid, "-o", "table.csv");
    const lines = (await readFile(join(shop.path, "table.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe(
      "configuration,parameters.fast,parameters.slow,totalReturn,sharpe,sortino,maxDrawdown,trades,fees,error",
    );
    expect(lines.slice(1).map((line) => line.split(",").slice(0, 3).join())).toEqual(
      [5, 6, 7, 8].flatMap((fast, i) => [20, 30, 40].map((slow, k) => `${3 * i + k},${fast},${slow}`)),
    );
  });

  it("varies a key without which the other options are not a valid configuration", async () => {
    const run = await sweep("--sizing", "fixedNotional", "--grid", "size=500,1000", "--json");
    expect([run.code, run.json<{ readonly ranked: number }>().ranked]).toEqual([0, 2]);
  });

  it("writes the same table from the cache and on threads", async () => {
    await sweep(...grid, "-o", "one.arrow", "--executor", "worker", "--threads", "2");
    await sweep(...grid, "-o", "two.arrow");
    const [one, two] = await Promise.all(["one", "two"].map((name) => readFile(join(shop.path, `${name}.arrow`))));
    expect(one?.equals(two as Buffer)).toBe(true);
  });

  it("ranks a table again", async () => {
    await sweep(...grid, "-o", "table.arrow", "--by-symbol");
    const shown = await shop.atc("sweep", "show", "table.arrow", "--json", "--objective", "-maxDrawdown", "--top", "2");
    const direct = await sweep(...grid, "--json", "--objective", "-maxDrawdown", "--top", "2");
    const [one, two] = [shown.json<SweepReport>(), direct.json<SweepReport>()];
    expect(one.best).toEqual(two.best);
    expect((await shop.atc("sweep", "show", "table.arrow", "--over", "min")).code).toBe(0);
  });

  it("reads a space from a file, to which options add", async () => {
    await shop.file(
      "sweep.yaml",
      "grid:\n  parameters.fast: 5..8\n  parameters.slow: [20, 30]\nobjective: totalReturn\nrequire: trades >= 1\n",
    );
    const args = ["--space", "sweep.yaml", "--strategy", "cross", "--grid", "feeBps=0,10", "--where", "feeBps > 5"];
    const report = (await sweep(...args, "--json")).json<SweepReport>();
    expect(report.evaluations).toBe(8);
    expect(new Set(report.best.map(({ keys }) => keys["feeBps"]))).toEqual(new Set([10]));
  });

  it("counts without computing under --dry-run", async () => {
    const args = ["--grid", "emaLength=10..40:10", "--grid", "stopLoss=0,0.02", "--dry-run"];
    const { stdout } = await sweep(...args);
    expect(stdout).toMatch(/a space of 8 configurations, 8 evaluations/);
    expect(stdout).toMatch(/moving averages\s+\d+\s+432/);
    expect(stdout).toContain("4 configurations need the general simulator, because of stopLoss (4)");
    expect(stdout).toMatch(
      /time: (?:about \d|less).* for all evaluations, with \d+ threads?; .*ms per evaluation on one thread,\s+measured\s+on\s+units/s,
    );
    expect(stdout).toMatch(/memory: about [\d.]+ MB/);
    const report = (await sweep(...args, "--json")).json<{ plan: object }>();
    expect(report.plan).toMatchObject({ configurations: 8, lanes: 4, general: 4 });
    expect((await sweep(...grid, "--json")).json<SweepReport>().cached).toBe(0);
  });

  it("colours the map on a terminal, at most 80 columns wide", async () => {
    const wide = ["--grid", "parameters.fast=2..40", "--grid", "parameters.slow=41..90", "--strategy", "cross"];
    const { stdout } = await sweep(...wide, "--random", "30");
    const map = stdout.slice(stdout.indexOf("sharpe by"), stdout.indexOf("Was the best one luck?"));
    for (const line of map.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(map).toMatch(/[·░▒▓█]/);
  });
});

describe("bad input of atc sweep", () => {
  it.each([
    ["no axis", [], 2, /the space has no axes; give one or more, such as --grid emaLength=10\.\.60:5/],
    [
      "an unknown key",
      ["--grid", "emaLenght=1..5"],
      2,
      /there is no key "emaLenght" to sweep; did you mean "emaLength"\?/,
    ],
    ["an empty range", ["--grid", "emaLength=60..10"], 2, /emaLength/],
    ["an axis that is given twice", ["--grid", "lambda=0.1", "--grid", "lambda=0.2"], 2, /lambda has an axis already/],
    ["a value out of range", ["--grid", "side=up,down"], 2, /"up" is not a value of side/],
    [
      "too many configurations",
      ["--grid", "emaLength=1..10000", "--grid", "hmaLength=1..10000", "--grid", "wmaLength=1..10000"],
      2,
      /the space has 1,000,000,000,000 configurations, and at most 10,000,000 .*--random N/,
    ],
    ["an expression that does not parse", ["--grid", "lambda=0.1,0.2", "--where", "lambda < "], 2, /\^/],
    [
      "an expression that reaches for more than keys",
      ["--grid", "lambda=0.1,0.2", "--where", "process.exit(1)"],
      2,
      /process/,
    ],
    ["a constraint that excludes everything", ["--grid", "lambda=0.1,0.2", "--where", "lambda > 1"], 2, /where/],
    ["an unknown metric", ["--grid", "lambda=0.1", "--objective", "sharp"], 2, /did you mean "sharpe"\?/],
    [
      "a bare metric that should be small",
      ["--grid", "lambda=0.1", "--objective", "maxDrawdown"],
      2,
      /write -maxDrawdown/,
    ],
    ["two ways to draw", ["--grid", "lambda=0.1,0.2", "--random", "2", "--tpe", "2"], 2, /--random and --tpe/],
    ["a count that is not one", ["--grid", "lambda=0.1,0.2", "--top", "none"], 2, /--top is "none"/],
    [
      "a map of an unknown axis",
      ["--grid", "lambda=0.1,0.2", "--map", "lambda,decay"],
      2,
      /the map needs an axis "decay"/,
    ],
    [
      "rows of symbols without a table",
      ["--grid", "lambda=0.1,0.2", "--by-symbol"],
      2,
      /--by-symbol adds rows to the table/,
    ],
    [
      "a table of another form",
      ["--grid", "lambda=0.1,0.2", "-o", "t.txt"],
      2,
      /must end in \.csv, \.arrow or \.parquet/,
    ],
    [
      "a file of a space that does not exist",
      ["--space", "none.yaml"],
      4,
      /cannot read "none\.yaml", which --space names/,
    ],
    ["an unknown symbol", ["--grid", "lambda=0.1,0.2", "--symbols", "ZZZ"], 4, /ZZZ/],
    [
      "a sizing without the size that it needs",
      ["--grid", "lambda=0.1,0.2", "--sizing", "fixedNotional"],
      2,
      /no axis varies it: sizing is fixedNotional: it needs an amount of money per position; set size/,
    ],
  ] as const)("refuses %s", async (_, args, code, message) => {
    expect(await refused(code, ...args)).toMatch(message);
    expect((await shop.cached()).filter((file) => file.includes("sweep"))).toEqual([]);
  });

  it("says that the objective is null everywhere, and that a requirement excludes all", async () => {
    const none = await sweep("--grid", "lambda=0.01,0.02", "--objective", "winRate", "--to", "2020-01-01T03:00");
    expect(none.code).toBe(3);
    expect(none.stdout).toContain("no configuration could be ranked");
    expect(none.stdout).toMatch(/2: the objective "winRate" is null: winRate is null/);
    const excluded = await sweep(...grid, "--require", "trades > 100000");
    expect(excluded.code).toBe(3);
    expect(excluded.stdout).toMatch(/Excluded \(12\):\n {2}12: "trades > 100000" is false/);
  });

  it("refuses an existing file, and a parameter with the name of a key", async () => {
    await sweep(...grid, "-o", "table.csv");
    expect(await refused(2, ...grid, "-o", "table.csv")).toMatch(/table\.csv", which exists/);
    await shop.file(
      "mine.js",
      'export default { name: "mine", parameters: { lambda: { kind: "number", default: 1, description: "x" } }, start: () => ({ decide() {} }) };',
    );
    expect(await refused(2, "--grid", "parameters.lambda=1,2", "--strategy", "./mine.js")).toMatch(
      /the parameter "lambda" of the strategy "mine" has the name of a key/,
    );
  });

  it("lists the errors of a strategy that fails for some parameters, in the table too", async () => {
    await shop.file(
      "mine.js",
      `export default { name: "mine", parameters: { n: { kind: "integer", default: 1, description: "x" } },
        start: (_symbol, { n }) => ({ decide(_bars, directions) { if (n === 2) throw new Error("no two"); directions.fill(1); } }) };`,
    );
    const { code, stdout } = await sweep("--grid", "parameters.n=1..3", "--strategy", "./mine.js", "-o", "t.csv");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Failed \(1\):\n {2}1: .*no two/);
    const lines = (await readFile(join(shop.path, "t.csv"), "utf8")).trim().split("\n");
    expect(lines[2]).toMatch(/^1,2,NaN,.*no two/);
    expect(lines[3]).not.toContain("no two");
  });

  it("refuses files of decisions and of members, which it would ignore", async () => {
    await shop.file("members.csv", "symbol,from\nAAA,2020-01-01\n");
    expect(await refused(2, ...grid, "--universe", "members.csv")).toMatch(
      /universe is "members\.csv", but a sweep cannot use such a file/,
    );
  });

  it("refuses to show what is not a table of a sweep", async () => {
    await shop.atc("data", "export", "bars.csv", "-o", "bars.arrow");
    const show = async (...args: string[]): Promise<string> => {
      const run = await shop.atc("sweep", "show", ...args);
      expect(run.code).not.toBe(0);
      return run.stderr;
    };
    expect(await show("bars.csv")).toMatch(/is not the table of a sweep: it has no column "configuration"/);
    expect(await show("bars.txt")).toMatch(
      /is not the table of a sweep: such a table is a \.csv, \.arrow or \.parquet/,
    );
    expect(await show("none.arrow")).toMatch(/none\.arrow/);
    expect(existsSync(join(shop.path, "bars.arrow"))).toBe(true);
    expect(await show("bars.arrow")).toMatch(/is not the table of a sweep/);
    await sweep(...grid, "-o", "table.arrow");
    expect(await show("table.arrow", "--objective", "calmar")).toMatch(
      /has no metric "calmar", only totalReturn, .*; sweep again with --metrics calmar/,
    );
    expect(await show("table.arrow", "--over", "mean")).toMatch(/sweep again with --by-symbol/);
  });
});
