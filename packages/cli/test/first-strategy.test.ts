import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bin, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

/** Bars of some symbols, and a strategy of the user's with a body of `decide`. */
async function writeProject(body: string, symbols: readonly string[] = ["AAA"]): Promise<void> {
  const rows = symbols.flatMap((symbol) =>
    Array.from({ length: 60 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
      return `${symbol},${day},${(100 + 9 * Math.sin(i / 7)).toFixed(3)}`;
    }),
  );
  await shop.file("bars.csv", `symbol,date,close\n${rows.join("\n")}\n`);
  await shop.file(
    "mine.js",
    `export default { name: "mine", start() { return { decide({ close }, directions) { ${body} } }; } };\n`,
  );
}

const own = ["backtest", "bars.csv", "--strategy", "./mine.js"] as const;

it("what a strategy prints goes to standard error, so that --json stays JSON", async () => {
  await writeProject('console.log("seen", close.length); process.stdout.write("straight\\n"); directions.fill(1);');
  const run = spawnSync(process.execPath, [bin, ...own, "--json"], { cwd: shop.path, encoding: "utf8" });
  expect(run.status).toBe(0);
  expect(JSON.parse(run.stdout).portfolio.bars).toBe(60);
  expect(run.stderr).toMatch(/^seen 60$/m);
  expect(run.stderr).toMatch(/^straight$/m);
});

it.each(["backtest", "check lookahead", "check warmup"])(
  "atc %s --help lists what chooses a strategy",
  async (name) => {
    const { stdout } = await shop.atc(...name.split(" "), "--help");
    const section = /^Strategy:\n(.*?)\n\n/ms.exec(stdout)?.[1] ?? "";
    for (const flag of ["--strategy <", "--parameter <", "--signals <", "--universe <"])
      expect(section).toContain(flag);
    expect(section).not.toContain("[]");
  },
);

describe("an unknown option", () => {
  it("may be a parameter of the strategy that the line chooses", async () => {
    const unknown = async (...args: readonly string[]): Promise<string> =>
      errorOf(await shop.atc("backtest", "bars.csv", "--json", ...args)).message;
    expect(await unknown("--strategy", "cross", "--fast", "10")).toMatch(/did you mean --parameter fast=VALUE/);
    expect(await unknown("--fast=10", "--strategy", "cross")).toMatch(/did you mean --parameter fast=VALUE/);
    expect(await unknown("--strategy", "cross", "--bars", "10")).toMatch(
      /--max-holding-bars or .*--parameter bars=VALUE/,
    );
    expect(await unknown("--fast", "10")).not.toContain("--parameter");
    expect(await unknown("--strategy", "cross", "--fee-bp", "10")).toMatch(/did you mean --fee-bps\?$/);
    expect(await unknown("--params", "fast=10")).toMatch(/its name is --parameter$/);
  });
});

it("a parameter without its option is not taken for a file", async () => {
  const run = await shop.atc("backtest", "bars.csv", "--json", "--parameter", "fast=1", "slow=2");
  expect(run.code).toBe(2);
  expect(errorOf(run).message).toMatch(/write --parameter slow=2$/);
  expect(errorOf(await shop.atc("backtest", "slow=2", "--json")).message).not.toContain("--parameter");
});

it("symbols that a strategy fails on for the same reason share a line", async () => {
  await writeProject("directions[0] = 2;", ["AAA", "BBB", "CCC", "DDD", "EEE"]);
  const run = await shop.atc(...own);
  expect(run.code).toBe(3);
  expect(run.stdout).toMatch(/Skipped \(5\):\n +AAA, BBB, CCC and 2 more: .*symbol "AAA" at bar 0.*\n*$/);
});

it("the checks of decisions fit the terminal", async () => {
  await writeProject("for (let i = 0; i < close.length; i++) directions[i] = close[i + 1] > close[i] ? 1 : -1;");
  const lookahead = await runAtc(shop.path, ["check", "lookahead", ...own.slice(1)], { COLUMNS: "70" });
  expect(lookahead.stdout).toContain("ahead: the decision reads");
  const shifts = await runAtc(shop.path, ["check", "warmup", ...own.slice(1), "--shifts", "20"], { COLUMNS: "70" });
  expect(shifts.stdout).toContain("bars are counted");
  const none = await runAtc(shop.path, ["check", "warmup", ...own.slice(1)], { COLUMNS: "70" });
  expect(none.stdout).toContain("--shifts 20,100");
  for (const { stdout } of [lookahead, shifts, none])
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(70);
});

describe("atc doctor", () => {
  it("looks for the strategy and the files that the configuration names", async () => {
    await writeProject("directions.fill(1);");
    await shop.file("members.csv", "symbol,from,to\nAAA,2024-01-01,\n");
    await shop.file("atc.yaml", "strategy: ./mine.js\nuniverse: members.csv\n");
    const fine = await shop.atc("doctor");
    expect(fine.code).toBe(0);
    expect(fine.stdout).toMatch(/^ok +strategy +\.\/mine\.js$/m);
    expect(fine.stdout).toMatch(/^ok +universe +members\.csv$/m);
    await shop.file("atc.yaml", "strategy: ./mien.js\nsignals: none.csv\n");
    const faulty = await shop.atc("doctor");
    expect(faulty.code).toBe(4);
    expect(faulty.stdout).toMatch(/^FAULT +strategy .*did you mean "mine\.js"/m);
    expect(faulty.stdout).toMatch(/^FAULT +signals .*none\.csv/m);
  });
});

it("atc init strategy says that a name is not that of a strategy", async () => {
  const run = await shop.atc("init", "strategy", "My Trend", "--json");
  expect(errorOf(run).message).toMatch(/"My Trend" cannot name a strategy; give lower-case/);
});

it("faults below a table of signals or a check fit the terminal", async () => {
  await writeProject("throw new Error('a text that is much longer than the terminal of this test is wide');");
  const check = await runAtc(shop.path, ["check", "lookahead", ...own.slice(1)], { COLUMNS: "70" });
  expect(check.stderr).toContain("Skipped (1):\n  AAA: ");
  await shop.file("bad.csv", "symbol,date,close\nBAD,2024-01-01,1\nBAD,2024-01-02,-1\nBAD,2024-01-03,1\n");
  const signals = await runAtc(shop.path, ["signals", "bad.csv"], { COLUMNS: "70" });
  expect(signals.stdout).toContain("Skipped (1):\n  BAD: ");
  for (const text of [check.stderr, signals.stdout])
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(70);
});

it("a result has the value of every parameter, those that nobody set included", async () => {
  await writeProject("directions.fill(1);");
  const args = ["backtest", "bars.csv", "--strategy", "cross", "--parameter", "fast=3"] as const;
  for (const _ of ["computed", "cached"]) {
    const { config } = (await shop.atc(...args, "--json")).json<{ config: { parameters: object } }>();
    expect(config.parameters).toEqual({ fast: 3, slow: 100 });
  }
  expect((await shop.atc(...args)).stdout).toMatch(/strategy cross; parameters fast=3,slow=100$/m);
  expect((await shop.atc(...own)).stdout).not.toContain("parameters");
});
