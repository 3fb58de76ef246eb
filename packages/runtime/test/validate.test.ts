import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRun } from "../src/backtest/run-backtest.ts";
import { backtestFile, openRuntime } from "../src/index.ts";
import { testEntries } from "../src/validate/entries-test.ts";
import { judgedRun } from "../src/validate/judged-run.ts";
import { luckSettings } from "../src/validate/validation-options.ts";
import { type BacktestValidation, type ValidateFileOptions, validateFile } from "../src/validation.ts";

interface LuckCase {
  readonly name: string;
  readonly symbols: readonly string[];
  readonly config: Record<string, unknown>;
  readonly samples: number;
  readonly seed?: number;
  readonly warmup?: number;
  readonly block?: number;
  readonly bars?: number;
  readonly expected: Record<"randomEntry" | "bootstrap" | "costs" | "verdict", Record<string, unknown> | null>;
}

const folder = new URL("../../sweep/test/fixtures/validation/", import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL("luck.json", folder), "utf8")) as { cases: readonly LuckCase[] };
const [header = "", ...lines] = readFileSync(new URL("luck-bars.csv", folder), "utf8").trim().split("\n");

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-validate-"));
  await write("walks.csv", walks(["AAA", "BBB", "CCC"]));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(cwd, name), text);
}

const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);

/** Walks of daily bars whose drift turns, with other days per symbol. */
function walks(symbols: readonly string[], bars = 400): string {
  const rows = symbols.flatMap((symbol, seed) => {
    let state = 97 + 1009 * seed;
    const next = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    let price = 100;
    return Array.from({ length: bars - 20 * seed }, (_, i) => {
      const open = price;
      price = Math.max(1, price * (1 + (next() - 0.5) * 0.03 + 0.004 * Math.sign(Math.sin(i / 12))));
      const [high, low] = [Math.max(open, price) * 1.004, Math.min(open, price) * 0.996];
      return [symbol, day(i + 7 * seed), ...[open, high, low, price].map((one) => one.toFixed(4))].join(",");
    });
  });
  return `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`;
}

const cross = { strategy: "cross", parameters: { fast: 3, slow: 10 }, feeBps: 4, slippageBps: 1 };

type Given = Omit<ValidateFileOptions, "cwd" | "env">;

async function run(given: Given = {}, data = "walks.csv"): Promise<BacktestValidation> {
  const { config, ...others } = given;
  return await validateFile(data, {
    cwd,
    env: {},
    onWarning: () => undefined,
    samples: 60,
    ...others,
    config: { ...cross, ...config },
  });
}

/** What a judgement says, without the times that it took. */
function figuresOf({ tests, verdict }: BacktestValidation): object {
  return { tests, verdict };
}

/** Expects numbers within 1e-9, undefined for null, and the like for lists and objects. */
function expectClose(actual: unknown, expected: unknown, place: string): void {
  if (expected === null) expect(actual, place).toBeUndefined();
  else if (typeof expected === "number") {
    const allowed = Math.max(1e-12, 1e-9 * Math.abs(expected));
    expect(Math.abs(Number(actual) - expected), `${place} is ${String(actual)}, not ${expected}`).toBeLessThanOrEqual(
      allowed,
    );
  } else if (Array.isArray(expected))
    expected.forEach((value, i) => {
      expectClose((actual as unknown[])[i], value, `${place}[${i}]`);
    });
  else if (typeof expected === "object")
    for (const [key, value] of Object.entries(expected as object))
      expectClose((actual as Record<string, unknown>)[key], value, `${place}.${key}`);
  else expect(actual, place).toBe(expected);
}

describe("a judged backtest", () => {
  it.each(cases)("has the figures of other implementations: $name", async (luck) => {
    const { name, symbols, samples, seed, warmup, block, bars, expected } = luck;
    const rows = symbols.flatMap((symbol) =>
      lines.filter((line) => line.startsWith(`${symbol},`)).slice(0, bars ?? Number.POSITIVE_INFINITY),
    );
    await write(`${name}.csv`, `${header}\n${rows.join("\n")}\n`);
    const config = { feeBps: 10, ...luck.config, strategy: "columns", parameters: {}, slippageBps: 0, ...luck.config };
    const found = await run({ config, samples, seed, warmup, block }, `${name}.csv`);
    const { firstSample: _, warmup: __, free: ___, ...entries } = expected.randomEntry ?? {};
    expectClose(found.tests.randomEntry, expected.randomEntry === null ? null : entries, "randomEntry");
    const { firstSample: ____, ...bootstrap } = expected.bootstrap ?? {};
    expectClose(found.tests.bootstrap, expected.bootstrap === null ? null : bootstrap, "bootstrap");
    expectClose(found.tests.costs, expected.costs, "costs");
    expect(found.verdict).toMatchObject(expected.verdict ?? {});
  });
});

const noStrategy = { strategy: "atc", parameters: {} };
const costNames = ["feeBps", "feePerUnit", "feePerTrade", "minFee", "slippageBps", "spreadBps", "slippageRange"];

/** The total returns of backtests of their own with multiples of the costs. */
async function returnsAlone(given: Given, multipliers: readonly number[], data?: string): Promise<readonly number[]> {
  const returns: number[] = [];
  for (const factor of multipliers) {
    const config: Record<string, unknown> = { ...cross, ...given.config };
    for (const name of costNames) config[name] = Number(config[name] ?? 0) * factor;
    const { report } = await backtestFile(data ?? "walks.csv", {
      ...given,
      cwd,
      env: {},
      onWarning: () => undefined,
      config,
      curves: false,
      cache: false,
    });
    returns.push(report.portfolio?.totalReturn ?? Number.NaN);
  }
  return returns;
}

const module = `export default {
  name: "calm",
  parameters: {},
  start() {
    return { decide({ close }, directions) { for (let i = 0; i < directions.length; i++) directions[i] = close[i] > 100 ? 1 : -1; } };
  },
};
`;
const all = `export default {
  name: "first",
  scope: "universe",
  start() {
    let bar = 0;
    return { decide(bars, weights) { bar++; weights.fill(0); weights[bar % 20 < 10 ? 0 : weights.length - 1] = 0.8; } };
  },
};
`;

describe("costs of a judged backtest", () => {
  const variants: Readonly<Record<string, Given>> = {
    "one account": { symbols: ["AAA"] },
    "many accounts": {},
    "parts of the capital": { config: { feePerTrade: 1, lotSize: 1 } },
    "a shared account": { config: { account: "shared" } },
    "stops and ranges": { config: { stopLoss: 0.02, slippageRange: 0.1, spreadBps: 2, fill: "worst" } },
    "sizes by strength": { config: { strategy: "atc", parameters: {}, sizing: "signalProportional" } },
    "a volatility target": { config: { sizing: "volatilityTarget", size: 0.2 } },
    "a period and a limit": {
      config: { limit: 300 },
      period: { from: Date.UTC(2020, 6, 1), to: Date.UTC(2021, 0, 1) },
    },
    "entries of a file": { config: { ...noStrategy, signals: "entries.csv" } },
    "weights of a file": { config: { ...noStrategy, signals: "weights.csv", account: "shared" } },
    "a strategy of the user's": { config: { strategy: "./calm.js", parameters: {} } },
    "a strategy of all symbols": { config: { strategy: "./first.js", parameters: {} } },
  };

  beforeAll(async () => {
    await write("calm.js", module);
    await write("first.js", all);
    const files = { entries: ["longEntry", "longExit", "shortEntry", "shortExit"], weights: ["weight"] };
    for (const [name, columns] of Object.entries(files)) {
      const rows = ["AAA", "BBB", "CCC"].flatMap((symbol, at) =>
        Array.from({ length: 400 }, (_, i) => {
          const values =
            name === "weights"
              ? [(((i + at) % 30) - 15) / 20]
              : [i % 30 === at, i % 30 === 12, i % 30 === 16, i % 30 === 24].map(Number);
          return [symbol, day(i), ...values].join(",");
        }),
      );
      await write(`${name}.csv`, `symbol,time,${columns.join(",")}\n${rows.join("\n")}\n`);
    }
  });

  it.each(Object.entries(variants))("leave what backtests with them have, bit for bit: %s", async (_name, given) => {
    const { tests, report } = await run(given);
    expect(report.portfolio?.trades).toBeGreaterThan(0);
    const { multipliers = [], totalReturn } = tests.costs ?? {};
    expect(totalReturn?.[2]).toBe(report.portfolio?.totalReturn);
    expect(totalReturn).toEqual(await returnsAlone(given, multipliers));
  });
});

describe("samples", () => {
  it.each([
    ["one symbol", ["AAA"], "separate"],
    ["many symbols", undefined, "separate"],
    ["a shared account", undefined, "shared"],
  ] as const)("are the same on any number of threads: %s", async (_name, symbols, account) => {
    const given = symbols === undefined ? {} : { symbols };
    const figures = async (executor: string, threads: number): Promise<object> =>
      figuresOf(await run({ ...given, threads, seed: 5, samples: 90, config: { account, executor } }));
    const here = await figures("inline", 1);
    for (const threads of [1, 2, 3]) expect(await figures("worker", threads)).toEqual(here);
  });

  it("do not depend on how many states of the generator are in memory", async () => {
    const set = { ...cross, dataDir: join(cwd, "states"), cacheDir: join(cwd, "cache") };
    await using runtime = await openRuntime({ cwd, env: {}, config: set, onWarning: () => undefined });
    const opened = await openRun(runtime, "walks.csv", { curves: true, decisions: true });
    using _data = opened.opened;
    using _curves = opened.backtest;
    const judged = judgedRun(runtime, opened);
    if (judged === undefined) throw new Error("nothing to judge");
    const entries = (mostStates?: number): ReturnType<typeof testEntries> =>
      testEntries({
        run: judged,
        settings: luckSettings({ samples: 50, seed: 4 }),
        runner: undefined,
        control: { signal: undefined, onSamples: () => undefined },
        ...(mostStates === undefined ? {} : { mostStates }),
      });
    const whole = await entries();
    expect(whole?.jointSpread).toBeGreaterThanOrEqual(1);
    for (const states of [1, 20, 60]) expect(await entries(states)).toEqual(whole);
  });

  it("differ from those of another seed", async () => {
    const [one, other] = [await run({ seed: 1 }), await run({ seed: 2 })];
    expect(one.tests.bootstrap?.totalReturn).not.toEqual(other.tests.bootstrap?.totalReturn);
    expect(one.tests.randomEntry?.quantiles).not.toEqual(other.tests.randomEntry?.quantiles);
    expect(one.tests.bootstrapTrades?.finalEquity).not.toEqual(other.tests.bootstrapTrades?.finalEquity);
  });

  it("move the trades of a period without the bars before it", async () => {
    const period = { from: Date.UTC(2020, 6, 1) };
    const { tests, report } = await run({ period, symbols: ["AAA"] });
    const { result } = await backtestFile("walks.csv", {
      cwd,
      env: {},
      period,
      symbols: ["AAA"],
      config: cross,
    });
    expect(tests.randomEntry?.trades).toBe(result.symbols[0]?.trades.length);
    expect(tests.randomEntry?.totalReturn).toBeCloseTo(report.portfolio?.totalReturn ?? Number.NaN, 2);
  });

  it("leave out bars without a price as the backtest does", async () => {
    const [head = "", ...rows] = walks(["AAA"]).trim().split("\n");
    const broken = rows.map((row, i) => (i % 37 === 5 ? row.replace(/,[^,]*$/, ",0") : row));
    await write("holes.csv", `${[head, ...broken].join("\n")}\n`);
    const given = { config: { invalidPrices: "skip" } } as const;
    const { tests, report } = await run(given, "holes.csv");
    expect(tests.costs?.totalReturn[2]).toBe(report.portfolio?.totalReturn);
    await write("whole.csv", `${[head, ...rows.filter((_, i) => i % 37 !== 5)].join("\n")}\n`);
    expect(tests).toEqual((await run(given, "whole.csv")).tests);
  });

  it("read ticks, which fill at the price of the next one", async () => {
    const rows = Array.from({ length: 300 }, (_, i) => {
      const time = new Date(Date.UTC(2024, 0, 2, 9) + Math.floor(i / 2)).toISOString();
      return `${time},${(100 + 5 * Math.sin(i / 9) + (i % 7) / 10).toFixed(2)},1`;
    });
    await write("ticks.csv", `timestamp,price,size\n${rows.join("\n")}\n`);
    const { tests, report } = await run({}, "ticks.csv");
    expect(tests.randomEntry?.trades).toBeGreaterThan(10);
    expect(tests.randomEntry?.totalReturn).toBeCloseTo(report.portfolio?.totalReturn ?? Number.NaN, 2);
  });

  it("add up profits if a position is not the whole equity", async () => {
    expect((await run({ symbols: ["AAA"] })).tests.bootstrapTrades?.compound).toBe(true);
    const half = await run({ symbols: ["AAA"], config: { sizing: "fixedNotional", size: 1000 } });
    expect(half.tests.bootstrapTrades?.compound).toBe(false);
    const three = await run();
    expect(three.tests.permutedTrades?.compound).toBe(false);
    const { report } = three;
    // All closed trades together, in any order, are the profit of the portfolio, apart from open ones.
    const profit = Number(report.portfolio?.totalReturn) * 10_000;
    const [final = 0] = three.tests.permutedTrades?.finalEquity ?? [];
    expect(Math.abs(final - 10_000 - profit)).toBeLessThan(0.2 * Math.abs(profit));
  });
});

describe("a judged backtest of any simulation", () => {
  const simulations = fc.record({
    fill: fc.constantFrom("nextOpen", "nextClose", "worst"),
    account: fc.constantFrom("separate", "shared"),
    side: fc.constantFrom("both", "long", "short"),
    feeBps: fc.constantFrom(0, 3, 100),
    feePerTrade: fc.constantFrom(0, 1),
    slippageRange: fc.constantFrom(0, 0.1),
    stopLoss: fc.constantFrom(0, 0.02),
    takeProfit: fc.constantFrom(0, 0.03),
    reentry: fc.constantFrom("immediately", "nextSignal"),
    maxHoldingBars: fc.constantFrom(0, 4),
    maintenanceMargin: fc.constantFrom(0, 0.3),
    maxLeverage: fc.constantFrom(1, 2),
    rebalance: fc.constantFrom("never", "weekly"),
  });

  it("places its trades, and repeats its own return with its own costs", async () => {
    await fc.assert(
      fc.asyncProperty(simulations, async (config) => {
        const { tests, report } = await run({ config: config as Given["config"] & object, samples: 5 });
        expect(tests.costs?.totalReturn[2]).toBe(report.portfolio?.totalReturn);
        expect(tests.randomEntry?.trades).toBeGreaterThanOrEqual(Number(report.portfolio?.trades));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});

async function faultOf(given: Given, data?: string): Promise<unknown> {
  return await run(given, data).catch((error: unknown) => error);
}

describe("bad input", () => {
  it.each([
    ["seed", 2 ** 53],
    ["seed", -1],
    ["seed", 0.5],
    ["samples", 0],
    ["samples", 1e9],
    ["samples", Number.NaN],
    ["block", 0],
    ["block", 300],
    ["ruin", 0],
    ["ruin", 1.5],
    ["warmup", -1],
  ] as const)("names %s %s and what is allowed", async (name, value) => {
    const error = await faultOf({ [name]: value });
    expect(isAtcError(error, "ATC_INVALID_CONFIG")).toBe(true);
    expect(error).toMatchObject({ details: { faults: [{ path: name }] } });
    expect(String(error)).toContain(String(value));
  });

  it("without a closed trade has no result for trades, and is not called a success", async () => {
    const { tests, verdict } = await run({ config: { strategy: "hold", parameters: {} } });
    expect([tests.bootstrapTrades, tests.permutedTrades, tests.randomEntry]).toEqual([undefined, undefined, undefined]);
    expect(verdict.failed).toContain("randomEntry");
    expect(verdict.sentence).toContain("no trade is closed");
  });

  it("of returns without variance fails the bootstrap", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${day(i)},100,100,100,100`);
    await write("flat.csv", `timestamp,open,high,low,close\n${rows.join("\n")}\n`);
    const { tests, verdict } = await run({}, "flat.csv");
    expect(tests.bootstrap).toMatchObject({ p: 1, probabilityOfLoss: 1 });
    expect(tests.bootstrap?.sharpe).toBeUndefined();
    expect(verdict).toMatchObject({ survives: false, failed: ["randomEntry", "bootstrap", "costs"] });
    expect(verdict.sentence).toContain("gains nothing even without costs");
  });

  it("of too few bars has no bootstrap", async () => {
    await write("two.csv", "timestamp,open,high,low,close\n2020-01-01,1,2,1,2\n2020-01-02,2,3,2,3\n");
    const { tests, verdict } = await run({ block: 9 }, "two.csv");
    expect(tests.bootstrap).toBeUndefined();
    expect(verdict.sentence).toContain("fewer than 3 bar returns");
  });

  it("whose symbols are all skipped is told with the reasons", async () => {
    await write("bad.csv", "timestamp,open,high,low,close\n2020-01-01,1,2,1,2\n2020-01-02,2,3,2,0\n");
    const { report, tests, verdict } = await run({}, "bad.csv");
    expect([report.portfolio, report.skipped.length]).toEqual([null, 1]);
    expect(Object.values(tests)).toEqual(Array.from({ length: 5 }, () => undefined));
    expect(verdict.survives).toBe(false);
  });

  it("of one symbol leaves the others judged", async () => {
    const good = walks(["AAA"]).trim();
    await write("mixed.csv", `${good}\nZZZ,2020-01-01,1,1,1,0\n`);
    const { report, tests } = await run({}, "mixed.csv");
    expect(report.skipped.map(({ symbol }) => symbol)).toEqual(["ZZZ"]);
    await write("good.csv", `${good}\n`);
    expect(tests).toEqual((await run({}, "good.csv")).tests);
  });

  it("of a benchmark that shares no time changes no test", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `ZZZ,2031-01-${String(i + 1).padStart(2, "0")},1,1,1,1`);
    await write("apart.csv", `${walks(["AAA"]).trim()}\n${rows.join("\n")}\n`);
    const given = { symbols: ["AAA"], config: { benchmark: "ZZZ" } };
    expect(figuresOf(await run(given, "apart.csv"))).toEqual(figuresOf(await run({ symbols: ["AAA"] }, "apart.csv")));
  });

  it("ends with ATC_ABORTED if it is stopped while it samples", async () => {
    for (const executor of ["inline", "worker"]) {
      const stop = new AbortController();
      const error = await faultOf({
        signal: stop.signal,
        samples: 1_000_000,
        config: { executor },
        onProgress: ({ phase }) => {
          if (phase === "sampling") stop.abort();
        },
      });
      expect(isAtcError(error, "ATC_ABORTED")).toBe(true);
    }
  });
});

describe("the verdict on a backtest", () => {
  it("names what fails with its figure, and states its rule", async () => {
    const { verdict, tests } = await run({ config: { feeBps: 200 } });
    expect(verdict.survives).toBe(false);
    expect(verdict.failed).toContain("costs");
    expect(verdict.sentence).toMatch(/^luck is not excluded: /);
    expect(verdict.rule).toContain("0.025");
    expect(tests.costs?.breakEven === undefined || tests.costs.breakEven < 2).toBe(true);
  });

  it("without costs says that nothing is known of them", async () => {
    const { verdict } = await run({ config: { feeBps: 0, slippageBps: 0 } });
    expect(verdict.failed).toContain("costs");
    expect(verdict.sentence).toContain("trades without costs");
  });
});
