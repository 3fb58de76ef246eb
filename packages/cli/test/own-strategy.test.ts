import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { bin } from "./atc.ts";
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

/** The latest decision of each symbol by the rows of `atc backtest --equity`. */
function latestRows(csv: string): readonly object[] {
  const [head = "", ...lines] = csv.trim().split("\n");
  const names = head.split(",");
  const rows = lines.map((line) => Object.fromEntries(line.split(",").map((text, i) => [names[i] ?? "", text])));
  return [...new Set(rows.map(({ symbol }) => symbol))].map((symbol) => {
    const own = rows.filter((row) => row["symbol"] === symbol);
    const last = own.at(-1) ?? {};
    const other = own.findLastIndex(({ direction }) => direction !== last["direction"]);
    return {
      symbol,
      time: last["timestamp"],
      direction: Number(last["direction"]),
      since: own[other + 1]?.["timestamp"],
      isSinceStart: other < 0,
      bars: own.length,
    };
  });
}

it("atc signals shows what a strategy or a file decided at the last bar of each symbol", async () => {
  await writeRotation();
  await shop.file("my-cross.js", cross);
  await shop.file("decided.csv", "symbol,time,direction\nAAA,2024-01-05,1\nAAA,2024-02-01,-1\nBBB,2024-03-01,1\n");
  for (const strategy of [
    ["--strategy", "./my-cross.js"],
    ["--strategy", "cross", "--parameter", "slow=30"],
    ["--signals", "decided.csv"],
  ]) {
    const equity = await shop.atc("backtest", "bars.csv", ...strategy, "--equity", "e.csv", "--force");
    expect(equity.code).toBe(0);
    const wanted = latestRows(await readFile(join(shop.path, "e.csv"), "utf8"));
    expect(wanted.length).toBe(2);
    for (let run = 0; run < 2; run++) {
      const { code, stdout } = await shop.atc("signals", "bars.csv", ...strategy, "--json");
      expect([strategy, code]).toEqual([strategy, 0]);
      expect(JSON.parse(stdout).symbols).toEqual(wanted.map((one) => expect.objectContaining(one)));
    }
  }
  const table = await shop.atc("signals", "bars.csv", "--signals", "decided.csv", "--symbols", "AAA");
  expect(table.stdout).toMatch(/decisions of decided\.csv at the last bar/);
  expect(table.stdout).toMatch(/^AAA +2024-04-29 +\d+\.\d+ +short +-?1 +2024-02-01$/m);
  const universe = await shop.atc("signals", "bars.csv", "--strategy", "./rotation.js", "--json");
  const { symbols } = JSON.parse(universe.stdout);
  expect(symbols.map(({ direction, strength }: Record<string, number>) => [direction, strength]).sort()).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

it.each([
  ["-o", "x.csv"],
  ["--min-signal", "0.5"],
])("atc signals refuses %s for another strategy than ATC, and says what to use", async (...options) => {
  await writeProject();
  const run = await shop.atc("signals", "bars.csv", "--strategy", "./my-cross.js", ...options);
  expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/--equity-columns|leave it out/)]);
});

const rotation = `
/** The whole equity in the symbol that has a bar and the highest close since its first one. */
export default {
  name: "rotation",
  scope: "universe",
  parameters: { weight: { kind: "number", above: 0, default: 1, description: "Weight of the one symbol" } },
  start(symbols, { weight }) {
    const first = new Map();
    return {
      decide({ present, columns: { close } }, weights) {
        for (const symbol of present) if (!first.has(symbol)) first.set(symbol, close[symbol]);
        const growth = [...present].map((symbol) => close[symbol] / first.get(symbol));
        const best = present[growth.indexOf(Math.max(...growth))];
        for (const symbol of present) weights[symbol] = symbol === best ? weight : 0;
      },
    };
  },
};
`;

async function writeRotation(): Promise<void> {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return ["AAA", "BBB"].map((symbol, seed) => `${symbol},${day},${(100 + 9 * Math.sin(i / 7 + seed)).toFixed(3)}`);
  });
  await shop.file("bars.csv", `symbol,date,close\n${rows.flat().join("\n")}\n`);
  await shop.file("rotation.js", rotation);
}

it("a strategy of all symbols trades one account, whose table has what each symbol contributed, and writes its files", async () => {
  await writeRotation();
  const args = ["backtest", "bars.csv", "--strategy", "./rotation.js"];
  const files = [
    "--trades",
    "t.csv",
    "--fills",
    "f.csv",
    "--equity",
    "e.csv",
    "--portfolio",
    "p.csv",
    "--tables",
    "t.json",
  ];
  const run = await shop.atc(...args, ...files);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toMatch(/strategy \.\/rotation\.js; .*account shared/);
  expect(run.stdout).toMatch(/contribution\n[- ]+\nAAA +120 .*\nBBB +120 /);
  const rowsOfFile = async (name: string): Promise<number> =>
    (await readFile(join(shop.path, name), "utf8")).trim().split("\n").length - 1;
  expect(await rowsOfFile("e.csv")).toBe(120);
  expect(await rowsOfFile("t.csv")).toBeGreaterThan(4);
  expect(await rowsOfFile("f.csv")).toBeGreaterThan(await rowsOfFile("t.csv"));
  const again = await shop.atc(...args, "--trades", "t.csv", "--force");
  expect(again.stderr).toContain("computed, 2 of 2 decisions from the cache");
  expect((await shop.atc(...args)).stderr).toContain("results from the cache");
  const half = await portfolioOf("--strategy", "./rotation.js", "--parameter", "weight=0.5");
  expect(half.trades).toBe((await portfolioOf("--strategy", "./rotation.js")).trades);
});

it("momentum runs by name with its parameters, and is not run in separate accounts", async () => {
  await writeRotation();
  const args = ["--strategy", "momentum", "--parameter", "bars=5", "--parameter", "hold=1"];
  expect((await portfolioOf(...args)).trades).toBeGreaterThan(4);
  const refused = await shop.atc("backtest", "bars.csv", "--json", ...args, "--account", "separate");
  expect(refused.code).toBe(2);
  expect(errorOf(refused)).toMatchObject({ code: "ATC_INVALID_CONFIG", details: { faults: [{ path: "account" }] } });
});

it("a strategy of all symbols that fails ends the run with the time", async () => {
  await writeRotation();
  await shop.file("rotation.js", rotation.replace("const growth", "if (first.size > 1) null.x; const growth"));
  const run = await shop.atc("backtest", "bars.csv", "--strategy", "./rotation.js", "--json");
  expect(run.code).toBe(3);
  expect(errorOf(run)).toMatchObject({ code: "ATC_STRATEGY", details: { time: "2024-01-01T00:00:00.000Z" } });
});

it("what a strategy prints is not among the results", async () => {
  await writeProject();
  const prints = 'console.log("from decide"); process.stdout.write("raw\\n");';
  await shop.file(
    "prints.js",
    `console.log("from the module");\n${cross.replace("decide({ close }, directions) {", `$&${prints}`)}`,
  );
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [bin, "backtest", "bars.csv", "--strategy", "./prints.js", "--json"],
    { cwd: shop.path },
  );
  expect(JSON.parse(stdout)).toMatchObject({ symbols: [{ symbol: "bars" }] });
  expect(stderr).toMatch(/from the module[\s\S]*from decide[\s\S]*raw/);
});
