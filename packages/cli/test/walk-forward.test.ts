import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, bin, type Run, type Workshop, workshop } from "./atc.ts";

let shop: Workshop;

beforeEach(async () => {
  shop = await workshop();
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400));
});
afterEach(() => shop[Symbol.asyncDispose]());

const grid = ["--grid", "parameters.fast=5..8", "--grid", "parameters.slow=20,30,40", "--strategy", "cross"];
const lengths = ["--train", "150", "--test", "50"];

interface WalkForwardReport {
  readonly evaluations: number;
  readonly computed: number;
  readonly cached: number;
  readonly windows: readonly {
    readonly test: { readonly from: string; readonly to: string; readonly bars: number };
    readonly choice: {
      readonly keys: Readonly<Record<string, number>>;
      readonly test: Readonly<Record<string, number | null>>;
    } | null;
  }[];
  readonly outOfSample: { readonly account: Readonly<Record<string, number | null>> | null };
  readonly efficiency: number | null;
  readonly consistency: number | null;
  readonly summary: string;
}

async function walk(...args: string[]): Promise<Run> {
  return await shop.atc("walk-forward", "bars.csv", ...args);
}

describe("atc walk-forward", () => {
  it("prints the windows, the account over all tests, and what they mean, within 80 columns", async () => {
    const { code, stdout } = await walk(...grid, ...lengths);
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("2 symbols, 400 bars; 5 windows: 150 bars of training, 50 of test; 12 configurations");
    expect(stdout).toMatch(/#\s+test from.*sharpe in\s+sharpe out\s+return/);
    expect(text).toMatch(/out of sample: .* by one account over 5 tests; sharpe .* buy and hold: /);
    expect(text).toMatch(/consistency: \d of 5 tests gained/);
    expect(text).toMatch(/parameters\.fast: \d values? chosen/);
    expect(text).toMatch(/(lasted|did not last|has merit|nothing to last)/);
    expect(text).toContain("Monte Carlo: the account's bar returns drawn again, 1,000 samples, seed 1");
    expect(text).toMatch(/of the samples 5 % 25 % 50 % 75 % 95 % [- ]+total return [+-][\d.]+ %/);
    expect(text).toMatch(/blocks of \d+ bars on average; [\d.]+ % of the samples gain nothing/);
    expect(text).toContain("12 computed, 0 from the cache");
  });

  it("replaces control characters of symbols, as sweeps, their plans and their judgements do", async () => {
    const [header, ...rows] = barsCsv(["AAA", "BBB"], 400).trim().split("\n");
    const late = rows.filter((row, i) => row.startsWith("AAA") || i >= 500);
    const hostile = late.map((row) => row.replace(/^BBB/, "B\u001b[31m\u202eB"));
    const name = "bars\u001b[31m.csv";
    await shop.file(name, `${[header, ...hostile].join("\n")}\n`);
    const middle = rows[200]?.split(",")[1] as string;
    for (const [command, ...args] of [
      ["walk-forward", name, ...grid, ...lengths],
      ["walk-forward", name, ...grid, ...lengths, "--dry-run"],
      ["sweep", name, ...grid, "--to", middle, "-o", "table.arrow"],
      ["sweep", name, ...grid, "--dry-run"],
      ["validate", "table.arrow"],
    ]) {
      const { code, stdout } = await shop.atc(command as string, ...args);
      expect(code).toBe(0);
      expect([stdout.includes("\u001b"), stdout.includes("\u202e")]).toEqual([false, false]);
      if (!args.includes("--dry-run") && command !== "validate") expect(stdout).toContain("B?[31m?B");
    }
  });

  it("prints JSON whose tests are those of backtests, and continues from the cache", async () => {
    const report = (await walk(...grid, ...lengths, "--json")).json<WalkForwardReport>();
    expect(report).toMatchObject({ evaluations: 12, computed: 12, cached: 0 });
    const [, second, third] = report.windows;
    const keys = second?.choice?.keys ?? {};
    const parameters = ["fast", "slow"].flatMap((name) => ["--parameter", `${name}=${keys[`parameters.${name}`]}`]);
    const span = ["--from", second?.test.from ?? "", "--to", third?.test.from ?? ""];
    const run = await shop.atc("backtest", "bars.csv", "--strategy", "cross", ...parameters, ...span, "--json");
    const { portfolio } = run.json<{ readonly portfolio: Readonly<Record<string, number>> }>();
    expect(second?.choice?.test).toMatchObject({ sharpe: portfolio["sharpe"], totalReturn: portfolio["totalReturn"] });
    expect(report.outOfSample.account).toMatchObject({ start: expect.any(String), buyAndHold: expect.any(Number) });
    expect(report.summary).toMatch(/out of sample/);
    const again = (await walk(...grid, ...lengths, "--json")).json<WalkForwardReport>();
    expect({ ...again, seconds: 0 }).toEqual({ ...report, computed: 0, cached: 12, seconds: 0 });
    expect((await walk(...grid, ...lengths, "--json", "--no-resume")).json<WalkForwardReport>().computed).toBe(12);
  });

  it("writes a row per window", async () => {
    await walk(...grid, ...lengths, "-o", "windows.arrow");
    const table = tableFromIPC(await readFile(join(shop.path, "windows.arrow")));
    expect(table.numRows).toBe(5);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "window",
        "test.from",
        "parameters.fast",
        "train.objective",
        "test.sharpe",
        "efficiency",
      ]),
    );
    expect((await walk(...grid, ...lengths, "-o", "windows.arrow")).code).toBe(2);
    expect((await walk(...grid, ...lengths, "-o", "windows.arrow", "--force")).code).toBe(0);
  });

  it("shows the windows and estimates the time without storing anything", async () => {
    const { code, stdout } = await walk(...grid, "--windows", "6", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("6 windows: 160 bars of training, 40 of test");
    expect(stdout).toContain("one pass over the bars serves all windows");
    const slow = await walk(...grid, ...lengths, "--warmup", "60", "--dry-run");
    expect(slow.stdout).toContain("each window is computed by itself");
    expect((await walk(...grid, ...lengths, "--json")).json<WalkForwardReport>().cached).toBe(0);
  });

  it("says which windows are flat", async () => {
    const { code, stdout } = await walk(...grid, ...lengths, "--require", "trades >= 1000");
    expect(code).toBe(3);
    expect(stdout).toContain('5 windows are flat, because "trades >= 1000" is false');
    expect(stdout).toContain("No configuration could be ranked in any window.");
  });

  it.each([
    [["--train", "1000", "--test", "50"], "there are 400 bars, and the first window needs 1050"],
    [[...lengths, "--warmup", "300"], "the first window needs 500 (warm-up 300, train 150, gap 0, test 50)"],
    [[...lengths, "--step", "20"], "make step at least test"],
    [["--train", "100"], "give --train and --test, or --windows"],
    [["--train", "ten", "--test", "5"], '--train is "ten"'],
    [[...lengths, "--grid", "parameters.fast=5", "--grid", "parameters.slow=20"], "one configuration"],
    [[...lengths, "--random", "3", "--seed", "-1"], "seed"],
  ])("refuses %j", async (args, message) => {
    const axes = args.includes("--grid") ? ["--strategy", "cross"] : grid;
    const { code, stdout, stderr } = await walk(...axes, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(message);
  });
});

describe("a walk-forward that is killed", () => {
  it("continues with what is unfinished, and prints the same", async () => {
    await shop.file("long.csv", barsCsv(["AAA", "BBB"], 1500));
    const axes = ["--grid", "emaLength=10..40:2", "--grid", "stopLoss=0.03,0.04"];
    const common = ["walk-forward", "long.csv", ...axes, "--windows", "5", "--threads", "1", "--json"];
    const entries = async (): Promise<number> => {
      const all = await shop.cached().catch((): readonly string[] => []);
      return all.filter((file) => file.includes(".npz")).length;
    };
    const child = spawn(process.execPath, [bin, ...common], { cwd: shop.path, stdio: "ignore" });
    const closed = once(child, "close");
    let isOpen = true;
    void closed.then(() => {
      isOpen = false;
    });
    while (isOpen && (await entries()) <= 3) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await closed;
    const next = (await shop.atc(...common)).json<WalkForwardReport & { readonly seconds: number }>();
    expect(next.evaluations).toBe(32);
    expect(next.cached).toBeGreaterThan(0);
    const whole = (await shop.atc(...common, "--no-cache")).json<WalkForwardReport>();
    const { computed, cached } = next;
    expect({ ...whole, computed, cached, seconds: 0 }).toEqual({ ...next, seconds: 0 });
  });
});
