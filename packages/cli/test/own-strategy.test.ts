import { expect, it } from "vitest";
import { errorOf, shop } from "./shop.ts";

const cross = `
/** Long while the average of the last closes is above a longer one. */
export default {
  name: "my-cross",
  parameters: {
    fast: { kind: "integer", minimum: 1, default: 3, description: "Bars of the fast average" },
    slow: { kind: "integer", minimum: 1, default: 10, description: "Bars of the slow average" },
  },
  start(_symbol, { fast, slow }) {
    const closes = [];
    const average = (length) => closes.slice(-length).reduce((sum, one) => sum + one, 0) / length;
    return {
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          closes.push(close[i]);
          if (closes.length >= slow) directions[i] = average(fast) > average(slow) ? 1 : 0;
        }
      },
    };
  },
};
`;

async function writeProject(): Promise<void> {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${(100 + 9 * Math.sin(i / 7)).toFixed(3)}`;
  });
  await shop.file("bars.csv", `date,close\n${rows.join("\n")}\n`);
  await shop.file("my-cross.js", cross);
}

/** The metrics of the portfolio of `atc backtest`. */
async function portfolioOf(...args: string[]): Promise<{ readonly trades: number; readonly totalReturn: number }> {
  const run = await shop.atc("backtest", "bars.csv", "--json", ...args);
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout).portfolio;
}

it("a strategy in one file runs with its parameters from options, from the environment and from atc.yaml", async () => {
  await writeProject();
  const usual = await portfolioOf("--strategy", "./my-cross.js");
  expect(usual.trades).toBeGreaterThan(2);
  const slower = await portfolioOf("--strategy", "my-cross.js", "--parameter", "slow=30", "--parameter", "fast=5");
  expect(slower).not.toEqual(usual);
  expect(await portfolioOf("--strategy", "./my-cross.js", "--parameters", "slow=30,fast=5")).toEqual(slower);
  await shop.file("atc.yaml", "strategy: ./my-cross.js\nparameters: { fast: 5, slow: 10 }\n");
  expect(await portfolioOf("--parameter", "slow=30")).toEqual(slower);
  const shown = await shop.atc("config", "--parameter", "slow=30");
  expect(shown.stdout).toMatch(/^parameters +fast=5,slow=30 +--parameters$/m);
});

it("parameters of another strategy than the chosen one do not count, and that is said", async () => {
  await writeProject();
  await shop.file("atc.yaml", "strategy: ./other.js\nparameters: { length: 5 }\n");
  const run = await shop.atc("backtest", "bars.csv", "--strategy", "./my-cross.js");
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/"parameters" .*has no effect.*another strategy/);
  expect((await shop.atc("config", "--strategy", "./my-cross.js")).stdout).toMatch(/^parameters +none +default$/m);
});

it.each([
  ["without a value", ["--parameter", "fast"], /--parameter is "fast"/],
  ["twice", ["--parameter", "fast=1", "--parameter", "fast=2"], /"fast" twice/],
  ["in two options", ["--parameter", "fast=1", "--parameters", "slow=2"], /both --parameter and --parameters/],
  ["that does not exist", ["--parameter", "fats=1"], /did you mean "fast"/],
  ["out of range", ["--parameter", "fast=0"], /an integer of 1 or more/],
  ["that is not a number", ["--parameter", "fast=many"], /"many".*an integer of 1 or more/],
])("a parameter %s is refused", async (_what, args, message) => {
  await writeProject();
  const run = await shop.atc("backtest", "bars.csv", "--strategy", "./my-cross.js", "--json", ...args);
  expect(run.code).toBe(2);
  expect(errorOf(run).message).toMatch(message);
});

it("a symbol on which a strategy fails is listed, and the exit code is that of data if it is the only one", async () => {
  await writeProject();
  await shop.file("odd.js", "export default { name: 'odd', start() { throw new Error('not today'); } };\n");
  const run = await shop.atc("backtest", "bars.csv", "--strategy", "./odd.js");
  expect(run.code).toBe(3);
  expect(run.stdout).toContain("not today");
});

it("atc signals says that a strategy does not decide there", async () => {
  await writeProject();
  const run = await shop.atc("signals", "bars.csv", "--strategy", "./my-cross.js");
  expect(run.stderr).toMatch(/"\.\/my-cross\.js".*computes the signals of ATC/);
});
