import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindStrategy, strategyOf } from "@atc/backtest";
import { defineStrategy, isAtcError } from "@atc/contract";
import { createRankCorrelation, walkForwardWindows } from "@atc/sweep";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backtestFile } from "../src/index.ts";
import { sweepFile, type WalkForwardFileOptions, type WalkForwardOutcome, walkForwardFile } from "../src/sweeps.ts";

let cwd: string;

const dayMs = 86_400_000;
const firstDay = Date.UTC(2020, 0, 1);
const day = (i: number): string => new Date(firstDay + i * dayMs).toISOString().slice(0, 10);

/** A walk with gaps, and other first days per symbol. */
function rowsOf(symbol: string, seed: number, bars: number): readonly string[] {
  let state = 97 + 1009 * seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let price = 100;
  return Array.from({ length: bars }, (_, i) => {
    const open = price;
    price = Math.max(1, price * (1 + (next() - 0.49) * 0.05));
    const [high, low] = [Math.max(open, price) * 1.01, Math.min(open, price) * 0.99];
    const isGap = next() < 0.1;
    return isGap
      ? ""
      : `${symbol},${day(i + 7 * seed)},${[open, high, low, price].map((one) => one.toFixed(4)).join(",")}`;
  }).filter((row) => row !== "");
}

async function writeBars(name: string, rows: readonly string[]): Promise<void> {
  await writeFile(join(cwd, name), `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`);
}

let rows: readonly string[];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-walk-forward-"));
  rows = ["AAA", "BBB", "CCC"].flatMap((symbol, i) => rowsOf(symbol, i, 400));
  await writeBars("bars.csv", rows);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

type Given = Omit<WalkForwardFileOptions, "cwd" | "env">;

const base = { env: {}, onWarning: () => undefined };

async function run(given: Given, data = "bars.csv"): Promise<WalkForwardOutcome> {
  return await walkForwardFile(data, { ...base, cwd, ...given });
}

async function faultOf(given: Given, data?: string): Promise<unknown> {
  try {
    await run(given, data);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The configuration with the chosen values. */
function configOf(
  { axes }: Pick<WalkForwardOutcome, "axes">,
  values: readonly unknown[],
  config: object = {},
): Record<string, unknown> {
  const keys = Object.fromEntries(
    axes.flatMap(({ keys: names }, i) => names.map((name) => [name, values[i]] as const)),
  );
  const parameters = Object.entries(keys).flatMap(([name, value]) =>
    name.startsWith("parameters.") ? [[name.slice(11), value] as const] : [],
  );
  const table = Object.fromEntries(Object.entries(keys).filter(([name]) => !name.startsWith("parameters.")));
  return { ...config, ...table, ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) } : {}) };
}

/** The times of all bars, in ms. */
function unionOf(lines: readonly string[]): readonly number[] {
  return [...new Set(lines.map((row) => Date.parse(`${row.split(",")[1]}T00:00:00Z`)))].sort((a, b) => a - b);
}

/** A backtest with the chosen values over a period. */
async function backtestOf(
  outcome: WalkForwardOutcome,
  values: readonly unknown[],
  { period, config, data = "bars.csv" }: { period: object; config?: object | undefined; data?: string },
) {
  return await backtestFile(data, {
    ...base,
    cwd,
    period,
    metrics: outcome.metrics,
    config: configOf(outcome, values, config),
  });
}

function figuresOf(portfolio: unknown, names: readonly string[]): readonly number[] {
  const figures = portfolio as Readonly<Record<string, number | null>>;
  return names.map((name) => figures[name] ?? Number.NaN);
}

function periodOf(union: readonly number[], [from, to]: readonly [number, number]): { from: number; to?: number } {
  const [start = 0, end] = [union[from], union[to]];
  return { from: start, ...(end === undefined ? {} : { to: end }) };
}

/** Compares choices with sweeps over each training, and figures with backtests over each training and test. */
async function expectSeparateRuns(outcome: WalkForwardOutcome, given: Given): Promise<void> {
  const union = unionOf(rows);
  const windows = walkForwardWindows({ bars: union.length, ...outcome.lengths });
  expect(outcome.windows.length).toBe(windows.length);
  for (const [place, { train, test }] of windows.entries()) {
    const step = outcome.windows[place];
    if (step === undefined) throw new Error("a window is missing");
    const { definition, config } = given;
    const period = periodOf(union, train);
    const sweep = await sweepFile("bars.csv", {
      ...base,
      cwd,
      definition,
      top: 1,
      validate: false,
      cache: false,
      period,
      ...(config === undefined ? {} : { config }),
    });
    expect([step.choice?.values, step.choice?.inSample]).toEqual([sweep.best[0]?.values, sweep.best[0]?.score]);
    if (step.choice === undefined) continue;
    for (const [span, metrics] of [
      [train, step.inSample],
      [test, step.outOfSample],
    ] as const) {
      const { report } = await backtestOf(outcome, step.choice.values, { period: periodOf(union, span), config });
      expect([place, [...metrics]]).toEqual([place, figuresOf(report.portfolio, outcome.metrics)]);
    }
  }
}

/** Bar returns of the portfolio of a backtest. */
async function returnsOf(outcome: WalkForwardOutcome, values: readonly unknown[], period: object): Promise<number[]> {
  const { result } = await backtestOf(outcome, values, { period });
  const equity = result?.portfolio?.equity ?? new Float64Array();
  return Array.from(equity.subarray(1), (value, bar) => value / (equity[bar] ?? 0) - 1);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const definition = { grid: { emaLength: "10..30:5", kamaLength: "10,20", longThreshold: "0.1,0.2" } };
const windows = { train: 150, test: 50 };

describe("the windows of a walk-forward", () => {
  it("choose like sweeps, and have the figures of backtests", async () => {
    const given: Given = { definition, windows: { ...windows, step: 60, gap: 5 }, config: { feeBps: 3 } };
    await expectSeparateRuns(await run(given), given);
  });

  it("are right if they are anchored, and if the last one is partial", async () => {
    const given: Given = { definition, windows: { ...windows, anchored: true, partial: true } };
    const outcome = await run(given);
    expect(outcome.windows.at(-1)?.test.bars).toBeLessThan(50);
    await expectSeparateRuns(outcome, given);
  });

  it("are right if accounts need a simulation of their own, with requirements", async () => {
    const given: Given = {
      definition: {
        grid: { emaLength: "10,20", stopLoss: "0,0.03" },
        objective: "-ulcerIndex",
        require: "totalReturn > 0.1",
      },
      windows,
    };
    const outcome = await run(given);
    await expectSeparateRuns(outcome, given);
    expect(outcome.windows.some(({ choice }) => choice === undefined)).toBe(true);
  });

  it("are right with a built-in strategy", async () => {
    const grid = { "parameters.fast": "3,5,8", "parameters.slow": "15,20" };
    const builtIn: Given = { definition: { grid }, windows, config: { strategy: "cross" } };
    await expectSeparateRuns(await run(builtIn), builtIn);
  });

  it("are right with a strategy of the user's on threads", async () => {
    await writeFile(
      join(cwd, "mine.js"),
      `export default {
        name: "mine",
        parameters: { length: { kind: "integer", minimum: 1, maximum: 50, default: 5, description: "Bars" } },
        start(_symbol, { length }) {
          let bar = 0;
          let last = 0;
          return { decide({ close }, directions) {
            for (let i = 0; i < close.length; i++) {
              directions[i] = close[i] > last ? 1 : -1;
              if (bar++ % length === 0) last = close[i];
            }
          } };
        },
      };`,
    );
    const mine: Given = {
      definition: { grid: { "parameters.length": "2..6" } },
      windows: { train: 200, test: 100 },
      config: { strategy: "./mine.js" },
    };
    const outcome = await run(mine);
    await expectSeparateRuns(outcome, mine);
    expect(outcome.stitched).toBeDefined();
  });

  it("compute signals from their warm-up on if that is a number of bars", async () => {
    const warmup = 60;
    const outcome = await run({ definition, windows: { ...windows, warmup } });
    const union = unionOf(rows);
    const spans = walkForwardWindows({ bars: union.length, ...windows, warmup });
    expect(outcome.windows.length).toBe(spans.length);
    for (const [place, { trainWarmup, train, testWarmup, test }] of spans.entries()) {
      const { choice, inSample, outOfSample } = outcome.windows[place] ?? {};
      for (const [warm, span, metrics] of [
        [trainWarmup, train, inSample],
        [testWarmup, test, outOfSample],
      ] as const) {
        const from = union[warm[0]] ?? 0;
        const data = `later-${place}-${span[0]}.csv`;
        await writeBars(
          data,
          rows.filter((row) => Date.parse(`${row.split(",")[1]}T00:00:00Z`) >= from),
        );
        const { report } = await backtestOf(outcome, choice?.values ?? [], { period: periodOf(union, span), data });
        expect([...(metrics ?? [])]).toEqual(figuresOf(report.portfolio, outcome.metrics));
      }
    }
  });

  it("leave out symbols that end before the warm-up of a window", async () => {
    const ending = rows.filter((row) => !row.startsWith("CCC") || (row.split(",")[1] as string) < day(150));
    await writeBars("ending.csv", ending);
    for (const config of [{}, { stopLoss: 0.03 }]) {
      const given = { config: { strategy: "cross", ...config }, windows: { train: 100, test: 50, warmup: 30 } };
      const { windows, leftOut } = await run(
        { ...given, definition: { grid: { "parameters.fast": "3,8", "parameters.slow": "15" } } },
        "ending.csv",
      );
      expect(windows).toHaveLength(5);
      expect(windows.every(({ choice }) => choice !== undefined)).toBe(true);
      const [left] = leftOut.filter(({ symbol }) => symbol === "CCC");
      expect(left?.reason).toMatch(/^symbol "CCC" has no bar from /);
    }
  });

  it("are within a period, with signals that see all bars before it", async () => {
    const union = unionOf(rows);
    const period = { from: union[100] ?? 0, to: union[360] ?? 0 };
    const outcome = await run({ definition, windows, period });
    expect(outcome.bars).toBe(260);
    const [first] = outcome.windows;
    expect(first?.train).toEqual({ from: union[100], to: union[249], bars: 150 });
    const { report } = await backtestOf(outcome, first?.choice?.values ?? [], { period: periodOf(union, [250, 300]) });
    expect([...(first?.outOfSample ?? [])]).toEqual(figuresOf(report.portfolio, outcome.metrics));
  });

  it("have the lengths of a number of windows", async () => {
    const outcome = await run({ definition: { grid: { emaLength: "10,20" } }, windows: { count: 6 } });
    const { train, test } = outcome.lengths;
    // The last test ends at the last bar: training takes what is left over.
    expect([outcome.windows.length, train + 6 * test]).toEqual([6, outcome.bars]);
    expect(train).toBeGreaterThanOrEqual(4 * test);
    expect(train).toBeLessThan(4 * test + 10);
  });

  it("are as many as asked for, also if more short tests would fit", async () => {
    const definition = { grid: { emaLength: "10,20" } };
    const most = await run({ definition, windows: { count: 80 } });
    expect([most.windows.length, most.lengths.train + 80 * most.lengths.test]).toEqual([80, most.bars]);
    const trained = await run({ definition, windows: { count: 80, train: 200 } });
    expect([trained.windows.length, trained.lengths.train]).toEqual([80, 200]);
  });
});

describe("figures of all windows", () => {
  it("are efficiency, consistency, rank correlation and drift", async () => {
    const grid = { emaLength: "10..30:5" };
    const outcome = await run({ definition: { grid }, windows });
    const correlations: number[] = [];
    const union = unionOf(rows);
    const spans = walkForwardWindows({ bars: union.length, ...windows });
    const [all, tested]: [number[], number[]] = [[], []];
    for (const [place, { train, test }] of spans.entries()) {
      const step = outcome.windows[place];
      const inReturns = await returnsOf(outcome, step?.choice?.values ?? [], periodOf(union, train));
      const outReturns = await returnsOf(outcome, step?.choice?.values ?? [], periodOf(union, test));
      expect(outReturns.length).toBe(50);
      all.push(...inReturns);
      tested.push(...outReturns);
      if (mean(inReturns) > 0) expect(step?.efficiency).toBeCloseTo(mean(outReturns) / mean(inReturns), 9);
      else expect(step?.efficiency).toBeUndefined();
      const sharpes = async (span: readonly [number, number]): Promise<Float64Array> => {
        const period = periodOf(union, span);
        const search = { definition: { grid }, period, cache: false, validate: false };
        const { best } = await sweepFile("bars.csv", { ...base, cwd, ...search });
        return Float64Array.from([0, 1, 2, 3, 4], (index) => best.find((one) => one.index === index)?.score ?? 0);
      };
      const correlation = createRankCorrelation(5)(await sharpes(train), await sharpes(test));
      expect(step?.rankCorrelation).toBe(correlation);
      correlations.push(correlation ?? 0);
    }
    expect(outcome.efficiency).toBeCloseTo(mean(tested) / mean(all), 9);
    expect([outcome.rankCorrelation, outcome.compared]).toEqual([mean(correlations), 5]);
    const place = outcome.metrics.indexOf("totalReturn");
    const gains = outcome.windows.map(({ outOfSample }) => outOfSample[place] ?? 0);
    expect(outcome.consistency).toBe(gains.filter((gain) => gain > 0).length / gains.length);
    expect(outcome.compoundedReturn).toBeCloseTo(gains.reduce((growth, gain) => growth * (1 + gain), 1) - 1, 12);
    const chosen = outcome.windows.map(({ choice }) => choice?.values[0]);
    expect(outcome.drift[0]).toMatchObject({
      name: "emaLength",
      values: new Set(chosen).size,
      changes: chosen.filter((value, i) => i > 0 && value !== chosen[i - 1]).length,
    });
  });
});

describe("the account over all tests", () => {
  const sides = { grid: { feeBps: "0,400" } };

  it("is that of a backtest if all windows choose the same, so positions are held across windows", async () => {
    for (const config of [{ slippageBps: 2 }, { slippageBps: 2, stopLoss: 0.05 }, { account: "shared" }] as const) {
      const outcome = await run({ definition: sides, windows, config });
      expect(outcome.windows.map(({ choice }) => choice?.values[0])).toEqual([0, 0, 0, 0, 0]);
      const union = unionOf(rows);
      const period = periodOf(union, [150, 400]);
      const { result, report } = await backtestOf(outcome, [0], { period, config });
      expect(outcome.unstitched).toBeUndefined();
      const figures = report.portfolio as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(outcome.stitched?.metrics ?? {}))
        expect([name, value]).toEqual([name, figures[name]]);
      if (config.account !== "shared") expect(outcome.stitched?.equity).toEqual(result?.portfolio?.equity);
      // Accounts that begin in cash pay for what this one holds.
      expect(outcome.stitched?.metrics.totalReturn).not.toBe(outcome.compoundedReturn);
    }
  });

  it("follows the choice of the window that holds the next bar", async () => {
    const outcome = await run({ definition, windows });
    const general = await run({ definition, windows, config: { stopLoss: 0.99 } });
    const strategy = strategyOf("replay", (symbol) => {
      let row = 0;
      return (_bars, into) => {
        for (let i = 0; i < into.length; i++) into[i] = directions.get(symbol)?.[row++] ?? 0;
      };
    });
    const union = unionOf(rows);
    const spans = walkForwardWindows({ bars: union.length, ...windows });
    const directions = new Map<string, number[]>();
    const times = new Map<string, readonly number[]>();
    for (const symbol of ["AAA", "BBB", "CCC"]) {
      const own = unionOf(rows.filter((row) => row.startsWith(symbol)));
      times.set(symbol, own);
      directions.set(
        symbol,
        own.map(() => 0),
      );
    }
    for (const [place, { test }] of spans.entries()) {
      const { result } = await backtestOf(outcome, outcome.windows[place]?.choice?.values ?? [], { period: {} });
      for (const { symbol, directions: decided } of result?.symbols ?? []) {
        const own = times.get(symbol) ?? [];
        for (let bar = 0; bar + 1 < own.length; bar++) {
          const next = own[bar + 1] ?? 0;
          const isInTest = next >= (union[test[0]] ?? 0) && next <= (union[test[1] - 1] ?? 0);
          if (isInTest) (directions.get(symbol) as number[])[bar] = decided[bar] ?? 0;
        }
      }
    }
    const { result } = await backtestFile("bars.csv", { ...base, cwd, strategy, period: periodOf(union, [150, 400]) });
    expect(new Set(outcome.windows.map(({ choice }) => choice?.configuration)).size).toBeGreaterThan(1);
    expect(outcome.stitched?.equity).toEqual(result?.portfolio?.equity);
    expect(outcome.stitched?.times).toEqual(result?.portfolio?.times);
    // The same without lanes: a stop that is never reached needs the general simulator.
    expect(general.windows.map(({ choice }) => choice?.configuration)).toEqual(
      outcome.windows.map(({ choice }) => choice?.configuration),
    );
    expect(general.stitched?.metrics.totalReturn).toBeCloseTo(outcome.stitched?.metrics.totalReturn ?? 0, 12);
    expect(general.efficiency).toBeCloseTo(outcome.efficiency ?? 0, 12);
  });

  it("is missing, with the reason, if choices differ in the account", async () => {
    const outcome = await run({ definition: { grid: { maxHoldingBars: "1,2,3,5,8,13,21" } }, windows });
    expect(new Set(outcome.windows.map(({ choice }) => choice?.configuration)).size).toBeGreaterThan(1);
    expect(outcome.stitched).toBeUndefined();
    expect(outcome.unstitched).toContain("maxHoldingBars");
    expect(outcome.compoundedReturn).toBeDefined();
  });

  it("follows a strategy that sees all symbols", async () => {
    const strategy = defineStrategy({
      name: "turns",
      scope: "universe",
      parameters: { share: { kind: "number", minimum: 0, maximum: 1, default: 1, description: "Weight" } },
      start(symbols, { share }) {
        let time = 0;
        return {
          decide({ present }, weights) {
            // Most of the time a weight repeats the one before.
            if (time++ % 7 === 0)
              for (const place of present) weights[place] = (share * (1 - (time % 3))) / symbols.length;
          },
        };
      },
    });
    const union = unionOf(rows);
    const search = { grid: { "parameters.share": "0,1" }, objective: "exposure - totalReturn" };
    const outcome = await run({ strategy, definition: search, windows });
    expect(outcome.windows.map(({ choice }) => choice?.values[0])).toEqual([1, 1, 1, 1, 1]);
    expect(outcome.unstitched).toBeUndefined();
    const period = periodOf(union, [150, 400]);
    const { result } = await backtestFile("bars.csv", {
      ...base,
      cwd,
      strategy: bindStrategy(strategy, { share: 1 }),
      period,
    });
    expect(outcome.stitched?.metrics.trades).toBeGreaterThan(20);
    expect(outcome.stitched?.metrics.totalReturn).toBe(result?.portfolio?.metrics.totalReturn);
  });
});

describe("an earlier walk-forward", () => {
  it("leaves nothing to compute, and gives the same on threads", async () => {
    const given: Given = { definition, windows: { ...windows, step: 70 } };
    const first = await run(given);
    const second = await run({ ...given, config: { executor: "worker" }, threads: 2 });
    expect([first.computed, second.computed, second.cached]).toEqual([20, 0, 20]);
    const alone = await run({ ...given, cache: false, config: { executor: "worker" }, threads: 2 });
    const plain = ({ windows: steps, stitched, efficiency, rankCorrelation }: WalkForwardOutcome) => ({
      steps,
      stitched,
      efficiency,
      rankCorrelation,
    });
    expect(plain(second)).toEqual(plain(first));
    expect(plain(alone)).toEqual(plain(first));
  });

  it("is continued after an abort", async () => {
    const given: Given = {
      definition: { grid: { emaLength: "10..19", stopLoss: "0.02,0.03" } },
      windows,
      config: { executor: "inline" },
    };
    const controller = new AbortController();
    const first = await run({
      ...given,
      signal: controller.signal,
      keepsAborted: true,
      onSweep: ({ done }) => {
        if (done >= 3) controller.abort();
      },
    });
    expect([first.isComplete, first.windows]).toEqual([false, []]);
    expect(first.evaluations).toBeGreaterThanOrEqual(3);
    expect(first.evaluations).toBeLessThan(20);
    const second = await run(given);
    expect([second.cached, second.evaluations]).toEqual([first.evaluations, 20]);
  });

  it("is not used for other windows", async () => {
    const small = { grid: { emaLength: "11,13" } };
    await run({ definition: small, windows });
    expect((await run({ definition: small, windows: { ...windows, test: 40 } })).computed).toBe(2);
  });
});

describe("the table of a walk-forward", () => {
  it("has a row per window", async () => {
    const outcome = await run({ definition, windows, table: "windows.csv" });
    const [header = "", ...lines] = (await readFile(join(cwd, "windows.csv"), "utf8")).trim().split("\n");
    expect(header.split(",").slice(0, 9)).toEqual([
      "window",
      "train.from",
      "train.to",
      "test.from",
      "test.to",
      "configuration",
      "emaLength",
      "kamaLength",
      "longThreshold",
    ]);
    expect(lines.length).toBe(outcome.windows.length);
    const [first] = outcome.windows;
    const cells = lines[0]?.split(",") ?? [];
    expect(cells.slice(5, 9).map(Number)).toEqual([first?.choice?.configuration, ...(first?.choice?.values ?? [])]);
    expect(Number(cells[header.split(",").indexOf("test.objective")])).toBe(first?.choice?.outOfSample);
  });
});

describe("a walk-forward that cannot be", () => {
  it.each([
    [{ train: 1000, test: 50 }, "there are 411 bars, and the first window needs 1050"],
    [{ train: 150, test: 50, warmup: 1000 }, "there are 411 bars, and the first window needs 1200"],
    [{ train: 100, test: 50, step: 20 }, "make step at least test"],
    [{ train: 0, test: 50 }, "train is 0"],
    [{}, "give the lengths of training and test, or the number of windows"],
    [{ count: 1000 }, "there are 411 bars, and 1000 windows need 1004 or more"],
    [{ count: 3, test: 10 }, 'the number of windows and "test" are given'],
  ])("because of its windows %j says so", async (lengths, message) => {
    const fault = await faultOf({ definition, windows: lengths });
    expect([isAtcError(fault, "ATC_INVALID_CONFIG"), String(fault)]).toEqual([true, expect.stringContaining(message)]);
  });

  it("because of its search says so", async () => {
    const cases: readonly (readonly [Given["definition"], string])[] = [
      [{ grid: { emaLength: "10" } }, "one configuration"],
      [{ grid: { emaLength: "10..12" }, where: "emaLength > 11" }, "one configuration"],
      [{ grid: { emaLength: "10..40" }, sample: { count: 3, seed: -1 } }, "seed is -1"],
      [{ grid: { emaLength: "10..40" }, sample: { method: "tpe", count: 30 } }, "tpe chooses configurations"],
      [{ grid: { emaLength: "10..40" }, sample: { method: "halving", count: 30 } }, "halving chooses configurations"],
    ];
    for (const [search, message] of cases) {
      const fault = await faultOf({ definition: search, windows });
      expect([isAtcError(fault, "ATC_INVALID_CONFIG"), String(fault)]).toEqual([
        true,
        expect.stringContaining(message),
      ]);
    }
  });
});
