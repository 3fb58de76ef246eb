import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, type Run, runAtc, type Workshop, workshop } from "./atc.ts";

let shop: Workshop;

beforeEach(async () => {
  shop = await workshop();
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400));
});
afterEach(() => shop[Symbol.asyncDispose]());

const grid = ["--grid", "parameters.fast=5..8", "--grid", "parameters.slow=20,30,40", "--strategy", "cross"];

async function sweep(...args: string[]): Promise<Run> {
  return await shop.atc("sweep", "bars.csv", ...grid, ...args);
}

interface Judged {
  readonly best: readonly { readonly configuration: number }[];
  readonly validation: Readonly<Record<string, unknown>> | null;
}

/** What does not depend on the time. */
function figuresOf({ validation }: Judged): object {
  const { seconds: _, ...figures } = validation ?? {};
  return figures;
}

describe("atc sweep", () => {
  it("says beside the winner whether it is luck, at most 80 columns wide, with the rule", async () => {
    const { stdout, code } = await runAtc(shop.path, ["sweep", "bars.csv", ...grid], { COLUMNS: "80" });
    expect(code).toBe(0);
    const from = stdout.indexOf("Was the best one luck?");
    const lines = stdout.slice(from).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const text = lines.join(" ");
    expect(text).toMatch(/deflated Sharpe ratio +[\d.e-]+ +by 12 tries; 0\.95 or more/);
    expect(text).toMatch(/overfitting \(PBO\) +[\d.]+ +0\.4 or less/);
    for (const name of ["SPA test, p", "rank correlation", "effective trials", "Sharpe ratio haircut", "neighbours"])
      expect(text).toContain(name);
    expect(text).toMatch(/neighbours \/ winner +[\d.-]+ +mean objective of it and \d+ around it/);
    expect(text).toMatch(/Luck: the best of 12 tries without skill can look as good/);
    expect(text).toContain("Rule: a winner survives if its deflated Sharpe ratio is at least 0.95 and");
    expect(text).toMatch(/s of it for the judgement/);
  });

  it("shows the metric that orders the ranking on a screen of any width", async () => {
    const { stdout } = await runAtc(shop.path, ["sweep", "bars.csv", ...grid], { COLUMNS: "40" });
    expect(stdout).toMatch(/^ *# +parameters\.fast +parameters\.slow +sharpe$/m);
    expect(stdout).toContain("not shown at this width: configuration");
  });

  it("shows the figure that orders the ranking, if it is not that of the portfolio", async () => {
    const { stdout } = await sweep("--over", "median");
    expect(stdout).toContain("maximises sharpe, the median of the symbols");
    expect(stdout).toMatch(/parameters\.slow +objective +totalReturn +sharpe/);
    expect((await sweep()).stdout).not.toMatch(/ objective +totalReturn/);
  });

  it("says that an option has no effect if its key is an axis", async () => {
    const { stderr } = await sweep("--grid", "feeBps=0,5", "--fee-bps", "3", "--slippage-bps", "1");
    expect(stderr).toContain("--fee-bps has no effect, because feeBps is an axis");
    expect(stderr).not.toContain("--slippage-bps has");
  });

  it("prints the judgement as JSON, without a value that JSON lacks", async () => {
    const report = (await sweep("--json")).json<Judged>();
    expect(report.validation).toMatchObject({
      verdict: "luck",
      configuration: report.best[0]?.configuration,
      trials: 12,
      sample: { configurations: 12, of: 12, returns: 399, seed: 1 },
      deflated: { trials: 12, ratios: 12 },
      overfitting: { combinations: 12_870, returns: 384 },
      superiorAbility: { samples: 1000, seed: 1 },
      haircuts: { bonferroni: {}, holm: {}, bhy: {} },
      neighbourhood: { count: expect.any(Number) },
    });
    const few = (await sweep("--limit", "30", "--json")).json<Judged>();
    expect(few.validation).toMatchObject({ verdict: "unknown", overfitting: null });
  });

  it("has no p-value of the best mean return if no configuration gains", async () => {
    const run = await sweep("--fee-bps", "300");
    expect(run.stdout).toMatch(/SPA test, p +- +no configuration gains/);
    const { validation } = (await sweep("--fee-bps", "300", "--json")).json<Judged>();
    expect(validation).toMatchObject({ superiorAbility: { statistic: 0, pConsistent: null } });
  });

  it("leaves the judgement out with --no-validate", async () => {
    expect((await sweep("--no-validate", "--json")).json<Judged>().validation).toBeNull();
    expect((await sweep("--no-validate")).stdout).not.toContain("luck?");
  });
});

describe("atc validate TABLE", () => {
  it("judges the table as the sweep did, with folds and paths", async () => {
    const swept = (await sweep("-o", "table.arrow", "--json")).json<Judged>();
    const args = ["validate", "table.arrow", "--folds", "4", "--paths", "5,2", "--purge", "3", "--embargo", "2"];
    const judged = (await shop.atc(...args, "--json")).json<Judged & Record<string, unknown>>();
    expect(figuresOf(judged)).toEqual(figuresOf(swept));
    expect(judged).toMatchObject({
      table: "table.arrow",
      objective: "sharpe",
      best: { configuration: swept.best[0]?.configuration },
      folds: { folds: [{}, {}, {}, {}] },
      paths: { paths: [{}, {}, {}, {}], chosen: expect.any(Array) },
    });
    const { code, stdout } = await runAtc(shop.path, args, { COLUMNS: "80" });
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toContain("4 parts: chosen by Sharpe ratio on the others, tested on this one");
    expect(stdout).toMatch(/4 paths out of sample from 10 splits: mean sharpe -?[\d.]+/);
  });

  it("draws with the seed of the sweep, or its own", async () => {
    await sweep("-o", "table.arrow", "--random", "8", "--seed", "5");
    const own = (await shop.atc("validate", "table.arrow", "--json")).json<Judged>();
    expect(own.validation).toMatchObject({ sample: { seed: 5 }, superiorAbility: { seed: 5 } });
    const other = (await shop.atc("validate", "table.arrow", "--seed", "6", "--json")).json<Judged>();
    expect(other.validation).toMatchObject({ sample: { seed: 6 }, superiorAbility: { seed: 6 } });
  });

  it("has the exit code of a sweep if no configuration could be ranked", async () => {
    await sweep("-o", "table.arrow", "--require", "trades > 100000");
    const { code, stdout } = await shop.atc("validate", "table.arrow");
    expect(code).toBe(3);
    expect(stdout).toContain("no configuration could be ranked, so there is nothing to judge");
  });

  it.each([
    [["table.arrow", "--folds", "x"], '--folds is "x"; give a whole number'],
    [["table.arrow", "--folds", "1"], "folds is 1; give an integer of 2 or more"],
    [["table.arrow", "--paths", "10"], '--paths is "10"; give two whole numbers, such as 10,2'],
    [["table.arrow", "--paths", "4,4"], "tests is 4; give an integer from 1 to 3"],
    [["table.arrow", "--purge", "4"], '--purge is "4"; give --folds or --paths with it'],
    [["table.arrow", "--seed", "-1"], "seed"],
    [["table.arrow", "--samples", "10"], "--samples is for a backtest"],
    [["table.arrow", "--fee-bps", "10"], "--fee-bps is fixed by the sweep of the table; remove it"],
    [["table.arrow", "--parameter", "fast=3"], "--parameters is fixed by the sweep of the table; remove it"],
    [["bars.csv", "--folds", "3"], "--folds is for the table of a sweep"],
  ])("refuses %j", async (args, what) => {
    await sweep("-o", "table.arrow");
    const { code, stdout, stderr } = await shop.atc("validate", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(what);
  });

  it("refuses another strategy than that of the table", async () => {
    await sweep("-o", "table.arrow");
    const { code, stderr } = await shop.atc("validate", "table.arrow", "--strategy", "atc");
    expect(code).toBe(3);
    expect(stderr).toContain('its strategy is "cross"; remove --strategy atc');
    expect((await shop.atc("validate", "table.arrow", "--strategy", "cross")).code).toBe(0);
  });

  it("says that a table is missing, also beside options for tables", async () => {
    const { code, stderr } = await shop.atc("validate", "table.arrow", "--folds", "3");
    expect(code).toBe(4);
    expect(stderr).toContain('there is no file "table.arrow"');
  });

  it("refuses a table of rows that have changed", async () => {
    await sweep("-o", "table.arrow");
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 401));
    await sweep("-o", "other.arrow");
    const { code, stderr } = await shop.atc("validate", "table.arrow");
    expect(code).toBe(3);
    expect(stderr).toContain("the rows of the data are not those of the table");
    expect(existsSync(join(shop.path, "table.arrow"))).toBe(true);
  });
});
