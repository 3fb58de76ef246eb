import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineStrategy, isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backtestFile } from "../src/index.ts";
import { type SweepFileOptions, type SweepOutcome, sweepFile } from "../src/sweeps.ts";

let cwd: string;

const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);

/** A walk with gaps, and other first and last days per symbol. */
function rowsOf(symbol: string, seed: number): readonly string[] {
  let state = 97 + 1009 * seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let price = 100;
  return Array.from({ length: 260 + 20 * seed }, (_, i) => {
    const open = price;
    price = Math.max(1, price * (1 + (next() - 0.49) * 0.05));
    const [high, low] = [Math.max(open, price) * 1.01, Math.min(open, price) * 0.99];
    const isGap = next() < 0.1;
    return isGap
      ? ""
      : `${symbol},${day(i + 7 * seed)},${[open, high, low, price].map((one) => one.toFixed(4)).join(",")}`;
  }).filter((row) => row !== "");
}

async function writeBars(symbols: readonly string[], name = "bars.csv"): Promise<void> {
  const rows = symbols.flatMap((symbol, i) => rowsOf(symbol, i));
  await writeFile(join(cwd, name), `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`);
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-sweep-"));
  await writeBars(["AAA", "BBB", "CCC"]);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

type Given = Omit<SweepFileOptions, "cwd" | "env">;

async function run(given: Given, data = "bars.csv"): Promise<SweepOutcome> {
  return await sweepFile(data, { cwd, env: {}, onWarning: () => undefined, top: 10_000, ...given });
}

async function faultOf(given: Given): Promise<unknown> {
  try {
    await run(given);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The keys of a configuration. */
function keysOf({ axes }: SweepOutcome, values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(axes.flatMap(({ keys }, i) => keys.map((key) => [key, values[i]] as const)));
}

/** Metrics by index, as plain data. */
function rowsByIndex({ best }: SweepOutcome): Record<number, readonly number[]> {
  return Object.fromEntries(best.map(({ index, metrics }) => [index, [...metrics]] as const));
}

/** Compares every ranked configuration with a backtest of its own, bit for bit. */
async function expectBacktests(outcome: SweepOutcome, given: Given, every = 1): Promise<void> {
  expect(outcome.best.length).toBeGreaterThan(0);
  for (const { index, values, metrics } of outcome.best) {
    if (index % every !== 0) continue;
    const { config, ...others } = given;
    const keys = keysOf(outcome, values);
    const parameters = Object.entries(keys).flatMap(([name, value]) =>
      name.startsWith("parameters.") ? [[name.slice(11), value] as const] : [],
    );
    const table = Object.fromEntries(Object.entries(keys).filter(([name]) => !name.startsWith("parameters.")));
    const { report } = await backtestFile("bars.csv", {
      cwd,
      env: {},
      onWarning: () => undefined,
      curves: false,
      metrics: outcome.metrics,
      ...(others.period === undefined ? {} : { period: others.period }),
      config: { ...config, ...table, ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) } : {}) },
    });
    const figures = report.portfolio as unknown as Record<string, number | null>;
    const expected = outcome.metrics.map((name) => figures[name] ?? Number.NaN);
    expect({ index, metrics: [...metrics] }).toEqual({ index, metrics: expected });
  }
}

describe("the figures of a sweep", () => {
  it("are those of a backtest with each configuration", async () => {
    const grid = { emaLength: "10..30:10", lambda: "0.01,0.05", feeBps: "0,10", side: "both,long" };
    const given: Given = { definition: { grid }, config: { slippageBps: 2 } };
    const outcome = await run(given);
    expect(outcome.evaluations).toBe(24);
    await expectBacktests(outcome, given, 3);
  });

  it("are those of a backtest if accounts need a simulation of their own", async () => {
    const grid = {
      sizing: "fixedFraction,signalProportional,fixedQuantity",
      size: "0.5,1",
      stopLoss: "0,0.03",
      account: "separate,shared",
    };
    const given: Given = {
      definition: { grid, metrics: ["sharpe", "ulcerIndex", "winRate"] },
      config: { feePerTrade: 1 },
    };
    const outcome = await run(given);
    expect(outcome.failed).toEqual([]);
    await expectBacktests(outcome, given);
  });

  it("are those of a backtest in a period", async () => {
    const period = { from: Date.UTC(2020, 4, 1), to: Date.UTC(2020, 9, 1) };
    const given: Given = { definition: { grid: { kamaLength: "10,20", decay: "0.01,0.03" } }, period };
    await expectBacktests(await run(given), given);
  });

  it("are those of a backtest with a built-in strategy", async () => {
    const grid = { "parameters.fast": "5..9:2", "parameters.slow": "20,30" };
    const given: Given = { definition: { grid }, config: { strategy: "cross" } };
    const outcome = await run(given);
    expect(outcome.evaluations).toBe(6);
    await expectBacktests(outcome, given);
  });

  it("are the same on threads", async () => {
    const definition = { grid: { emaLength: "10..40:5", feeBps: "0,5" } };
    const here = await run({ definition, cache: false, config: { executor: "inline" } });
    const there = await run({ definition, cache: false, config: { executor: "worker" }, threads: 2 });
    expect(rowsByIndex(there)).toEqual(rowsByIndex(here));
    expect(there.best.map(({ index }) => index)).toEqual(here.best.map(({ index }) => index));
  });
});

describe("an earlier sweep", () => {
  const definition = { grid: { emaLength: "10,20,30", lambda: "0.01,0.02" } };

  it("leaves nothing to compute", async () => {
    const first = await run({ definition });
    const second = await run({ definition });
    expect([first.computed, first.cached]).toEqual([6, 0]);
    expect([second.computed, second.cached]).toEqual([0, 6]);
    expect(rowsByIndex(second)).toEqual(rowsByIndex(first));
  });

  it("is extended by what is new", async () => {
    await run({ definition });
    const more = { grid: { emaLength: "10,15,20,30", lambda: "0.01,0.015,0.02" } };
    const second = await run({ definition: more });
    expect([second.computed, second.cached]).toEqual([6, 6]);
    const alone = await run({ definition: more, cache: false });
    expect(rowsByIndex(second)).toEqual(rowsByIndex(alone));
  });

  it("is found by a sweep over other keys, and with another objective", async () => {
    await run({ definition });
    const grid = { lambda: "0.02", hmaLength: "28", emaLength: "20" };
    const second = await run({ definition: { grid, objective: "-maxDrawdown", require: "calmar > -100" } });
    expect([second.computed, second.cached]).toEqual([0, 1]);
  });

  it("is extended by more draws", async () => {
    const grid = { emaLength: "10..60", lambda: "0.001..0.1:log" };
    const few = await run({ definition: { grid, sample: { count: 5, seed: 3 } } });
    const many = await run({ definition: { grid, sample: { count: 9, seed: 3 } } });
    expect([many.computed, many.cached]).toEqual([4, 5]);
    for (const [index, metrics] of Object.entries(rowsByIndex(few)))
      expect(rowsByIndex(many)[Number(index)]).toEqual(metrics);
  });

  it("is not used without resume, or after a change of the rows, which it says", async () => {
    await run({ definition });
    expect((await run({ definition, resume: false })).computed).toBe(6);
    await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,open,high,low,close\n${rowsOf("AAA", 5).join("\n")}\n`);
    const changed = await run({ definition, reread: true });
    expect(changed.computed).toBe(6);
    expect(changed.notes).toEqual([expect.stringContaining("the rows of the data have changed")]);
  });
});

describe("searches", () => {
  const grid = { "parameters.fast": "3..20", "parameters.slow": "21..60" };
  const config = { strategy: "cross" };

  it.each(["halving", "tpe"] as const)("by %s do not depend on threads or on the cache", async (method) => {
    const definition = { grid, sample: { method, count: 40, seed: 5 } };
    const here = await run({ definition, config: { ...config, executor: "inline" }, cache: false });
    const there = await run({ definition, config: { ...config, executor: "worker" }, threads: 2 });
    const again = await run({ definition, config: { ...config, executor: "worker" }, threads: 2 });
    expect(rowsByIndex(there)).toEqual(rowsByIndex(here));
    expect(rowsByIndex(again)).toEqual(rowsByIndex(here));
    expect(again.computed).toBe(0);
  });

  it("by halving rank only what was evaluated on all bars", async () => {
    const given: Given = { definition: { grid, sample: { method: "halving", count: 40 } }, config };
    const outcome = await run(given);
    expect(outcome.evaluations).toBeGreaterThan(40);
    expect(outcome.ranked).toBeLessThan(10);
    await expectBacktests(outcome, given);
  });
});

describe("strategies of one's own", () => {
  const failing = (what: string): string => `export default {
    name: "mine",
    parameters: { length: { kind: "integer", minimum: 1, maximum: 50, default: 5, description: "Bars" } },
    start(_symbol, { length }) {
      let last = 0;
      return { decide({ close }, directions) {
        if (length === 3) { ${what} }
        for (let i = 0; i < close.length; i++) { directions[i] = close[i] > last ? 1 : -1; if (i % length === 0) last = close[i]; }
      } };
    },
  };`;
  const definition = { grid: { "parameters.length": "2..6" } };

  it("are swept over their parameters", async () => {
    await writeFile(join(cwd, "mine.js"), failing(""));
    const given: Given = { definition, config: { strategy: "./mine.js" } };
    const outcome = await run(given);
    expect([outcome.computed, outcome.ranked]).toEqual([5, 5]);
    await expectBacktests(outcome, given);
  });

  it("that fail for a parameter fail there only", async () => {
    await writeFile(join(cwd, "mine.js"), failing('throw new Error("no three");'));
    const outcome = await run({ definition, config: { strategy: "./mine.js" } });
    expect(outcome.ranked).toBe(4);
    expect(outcome.failed).toEqual([{ reason: expect.stringContaining("no three"), configurations: 1 }]);
  });

  it("that do not return for a parameter are ended there only", async () => {
    await writeFile(join(cwd, "mine.js"), failing("for (;;);"));
    const outcome = await run({ definition, config: { strategy: "./mine.js", strategyDeadline: 1 }, threads: 1 });
    expect(outcome.ranked).toBe(4);
    expect(outcome.failed).toEqual([
      { reason: expect.stringContaining("did not return within 1 s"), configurations: 1 },
    ]);
  });

  it("are computed again if their code changes, which the sweep says", async () => {
    await writeFile(join(cwd, "mine.js"), failing(""));
    await run({ definition, config: { strategy: "./mine.js" } });
    await writeFile(join(cwd, "mine.js"), failing("directions.fill(0);"));
    const outcome = await run({ definition, config: { strategy: "./mine.js" } });
    expect(outcome.computed).toBe(5);
    expect(outcome.notes).toEqual([expect.stringContaining("the code of the strategy has changed")]);
  });

  it("run in code", async () => {
    const strategy = defineStrategy({
      name: "steps",
      parameters: { every: { kind: "integer", minimum: 1, default: 5, description: "Bars" } },
      start(_symbol, { every }) {
        let bar = 0;
        return {
          decide({ close }, directions) {
            for (let i = 0; i < close.length; i++) directions[i] = Math.floor(bar++ / every) % 2;
          },
        };
      },
    });
    const outcome = await run({ strategy, definition: { grid: { "parameters.every": "2..4" } } });
    expect(outcome.ranked).toBe(3);
  });
});

describe("objectives over symbols", () => {
  it("rank the least, the mean or the median of the symbols", async () => {
    const grid = { emaLength: "10..40:10" };
    const outcome = await run({ definition: { grid, objective: "totalReturn", over: "min" } });
    for (const { score, values } of outcome.best) {
      const config = keysOf(outcome, values);
      const { report } = await backtestFile("bars.csv", { cwd, env: {}, curves: false, config });
      const returns = report.symbols.map(({ totalReturn }) => totalReturn as number);
      expect(score).toBe(Math.min(...returns));
    }
  });
});

describe("the progress of a sweep", () => {
  it("ends at the number of configurations, also if conditions leave some out", async () => {
    const reports: (readonly [number, number | undefined])[] = [];
    const definition = { grid: { emaLength: "10..12", kamaLength: "10..12" }, where: "emaLength < kamaLength" };
    const onSweep = ({ done, total }: { readonly done: number; readonly total?: number | undefined }): void => {
      reports.push([done, total]);
    };
    await run({ definition, config: { executor: "inline" }, onSweep });
    expect(reports.at(-1)).toEqual([3, 3]);
  });
});

describe("an abort", () => {
  it("keeps the finished configurations", async () => {
    const controller = new AbortController();
    // Too few to share work, so that units are small.
    const definition = { grid: { emaLength: "10..34", stopLoss: "0.02,0.03" } };
    const onSweep = ({ done }: { readonly done: number }): void => {
      if (done >= 5) controller.abort();
    };
    const config = { executor: "inline" };
    const first = await run({ definition, config, signal: controller.signal, onSweep, keepsAborted: true });
    expect(first.isComplete).toBe(false);
    expect(first.evaluations).toBeGreaterThanOrEqual(5);
    expect(first.evaluations).toBeLessThan(50);
    const second = await run({ definition, config });
    expect(second.cached).toBe(first.evaluations);
    expect(second.evaluations).toBe(50);
  });

  it("throws unless the caller keeps what is finished", async () => {
    const fault = await faultOf({ definition: { grid: { emaLength: "10..59" } }, signal: AbortSignal.abort() });
    expect(isAtcError(fault, "ATC_ABORTED")).toBe(true);
  });
});
