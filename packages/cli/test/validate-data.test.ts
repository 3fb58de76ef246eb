import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { main } from "../src/index.ts";
import { barsCsv, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const cross = ["--strategy", "cross", "--parameter", "fast=3", "--parameter", "slow=9"];

interface Judged {
  readonly samples: number;
  readonly seed: number;
  readonly portfolio: Record<string, unknown> | null;
  readonly tests: Record<string, Record<string, unknown> | null>;
  readonly verdict: { readonly survives: boolean; readonly failed: readonly string[]; readonly sentence: string };
}

describe("atc validate DATA", () => {
  it("prints each test with its question and its answer, and the verdict with its rule, in 80 columns", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const run = await runAtc(shop.path, ["validate", "bars.csv", "--samples", "50", ...cross], { COLUMNS: "80" });
    expect(run.code).toBe(0);
    for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const questions = [
      "Random entries: would the same trades, entered at random, have done as well?",
      "Bootstrap of bar returns: could returns without a gain look like these?",
      "Costs: what is left if trading costs more?",
      "Monte Carlo of trades: how else could these trades have gone?",
    ];
    for (const question of questions) expect(run.stdout).toContain(question);
    expect(run.stdout).toMatch(/p [\d.e-]+ \(at most 0\.025\): (passes|fails)/);
    expect(run.stdout).toMatch(/^(Survives|Luck is not excluded):/m);
    expect(run.stdout).toMatch(/^Rule: a backtest survives if/m);
    expect(run.stderr).toMatch(/computed in [\d.]+ s/);
  });

  it("leaves out quantiles on a screen that is narrow, and says which", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const run = await runAtc(shop.path, ["validate", "bars.csv", "--samples", "50", ...cross], { COLUMNS: "40" });
    expect(run.code).toBe(0);
    for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
    expect(run.stdout.replaceAll(/\s+/g, " ")).toContain("not shown at this width: ");
    expect(run.stdout).toMatch(/of the samples +5 % +(50 % +)?95 %/);
  });

  it("has the figures of the backtest with the same options, and those of the seed", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const options = [...cross, "--symbols", "AAA", "--from", "2020-01-05", "--fee-bps", "3", "--json"];
    const judged = (...more: string[]): Promise<Judged> =>
      shop.atc("validate", "bars.csv", "--samples", "40", ...options, ...more).then((run) => run.json<Judged>());
    const one = await judged("--seed", "8");
    const backtest = (await shop.atc("backtest", "bars.csv", ...options)).json<Judged>();
    expect(one.portfolio?.["totalReturn"]).toBe(backtest.portfolio?.["totalReturn"]);
    expect([one.samples, one.seed]).toEqual([40, 8]);
    expect(one.tests["costs"]?.["totalReturn"]).toContain(one.portfolio?.["totalReturn"]);
    expect(one.tests["randomEntry"]).toMatchObject({ samples: 40, seed: 8 });
    expect((await judged("--seed", "8", "--threads", "1")).tests).toEqual(one.tests);
    expect((await judged("--seed", "9")).tests).not.toEqual(one.tests);
    expect(one.verdict.sentence.length).toBeGreaterThan(10);
  });

  it("has null for a test without a result, which the verdict names", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 60));
    const { tests, verdict } = (
      await shop.atc("validate", "bars.csv", "--strategy", "hold", "--samples", "20", "--json")
    ).json<Judged>();
    expect([tests["randomEntry"], tests["bootstrapTrades"], tests["permutedTrades"]]).toEqual([null, null, null]);
    expect(verdict.failed).toContain("randomEntry");
    const { stdout } = await shop.atc("validate", "bars.csv", "--strategy", "hold", "--samples", "20");
    expect(stdout).toContain("no result: no trade is closed");
  });

  it.each([
    ["--seed", "9007199254740992"],
    ["--seed", "one"],
    ["--samples", "0"],
    ["--samples", "1e9"],
    ["--samples", ""],
    ["--block", "10000"],
    ["--ruin", "2"],
  ])("refuses %s %s", async (flag, value) => {
    await shop.file("bars.csv", barsCsv(["AAA"], 60));
    const run = await shop.atc("validate", "bars.csv", ...cross, flag, value, "--json");
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(errorOf(run).message).toContain(flag.slice(2));
  });

  it("lists the reasons if every symbol is skipped, and ends with the exit code of data", async () => {
    await shop.file("bars.csv", "time,open,high,low,close\n2024-01-01,1,1,1,1\n2024-01-02,1,1,1,0\n");
    const run = await shop.atc("validate", "bars.csv", ...cross);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("no symbol could be computed");
    expect(run.stdout).toContain("Skipped (1):");
    expect(run.stdout).toContain("Luck is not excluded");
  });

  it("reads several files as one dataset", async () => {
    await shop.file("a.csv", barsCsv(["AAA"], 120));
    await shop.file("b.csv", barsCsv(["BBB"], 120));
    const run = await shop.atc("validate", "a.csv", "b.csv", ...cross, "--samples", "10", "--json");
    expect(run.json<{ data: { symbols: number } }>().data.symbols).toBe(2);
  });

  it("ends with the exit code of Ctrl-C, and prints no result", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const args = ["validate", "bars.csv", ...cross, "--samples", "1000000", "--json"];
    const signal = AbortSignal.timeout(400);
    expect(await main(args, { stdout, stderr, cwd: shop.path, env: {}, signal })).toBe(130);
    expect(stdout.read()).toBeNull();
  });
});
