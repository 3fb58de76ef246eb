import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AtcError, defineStrategy, isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRuntime } from "../src/index.ts";
import { openSweep } from "../src/sweep/sweep-setup.ts";
import { winnerJudge } from "../src/sweep/winner-judge.ts";
import {
  type SweepFileOptions,
  type SweepOutcome,
  type SweepValidation,
  sweepFile,
  type ValidateTableOptions,
  validateTable,
} from "../src/sweeps.ts";

let cwd: string;

/** Bars of some symbols: a seeded walk, or a wave that a cross of averages follows. */
function barsOf(symbols: readonly string[], bars: number, wave = 0): string {
  let state = 4711;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const rows = symbols.flatMap((symbol, s) => {
    let price = 100;
    return Array.from({ length: bars }, (_, i) => {
      const open = price;
      price *= 1 + (next() - 0.5) * 0.04 + wave * Math.sign(Math.sin(i / 25));
      const time = new Date(Date.UTC(2010, 0, 1 + i + 3 * s)).toISOString().slice(0, 10);
      return `${symbol},${time},${open},${Math.max(open, price)},${Math.min(open, price)},${price}`;
    });
  });
  return `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`;
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-luck-"));
  await writeFile(join(cwd, "bars.csv"), barsOf(["AAA", "BBB"], 400));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

type Given = Partial<Omit<SweepFileOptions, "cwd" | "env">>;

const grid = { "parameters.fast": "2..8:2", "parameters.slow": "10..40:10" };

async function run(given: Given = {}): Promise<SweepOutcome> {
  const config = { strategy: "cross", ...given.config };
  return await sweepFile("bars.csv", {
    cwd,
    env: {},
    onWarning: () => undefined,
    definition: { grid },
    ...given,
    config,
  });
}

/** What does not depend on the time. */
function figuresOf(validation: SweepValidation | undefined): object {
  if (validation === undefined) throw new Error("the winner was not judged");
  const { seconds: _, ...figures } = validation;
  return figures;
}

describe("the judgement of a sweep's winner", () => {
  it("is the same on threads, from the cache, and whatever is evaluated first", async () => {
    const here = figuresOf((await run({ config: { executor: "inline" } })).validation);
    const again = await run({ config: { executor: "inline" } });
    expect(again.cached).toBe(16);
    expect(figuresOf(again.validation)).toEqual(here);
    const there = await run({ cache: false, config: { executor: "worker" }, threads: 2 });
    expect(figuresOf(there.validation)).toEqual(here);
  });

  it("calls a walk luck, and lets a planted trend survive", async () => {
    const walk = (await run()).validation;
    expect(walk?.verdict).toBe("luck");
    expect(walk?.sentence).toMatch(
      /^luck: the best of 16 tries without skill can look as good \(deflated Sharpe ratio/,
    );
    await writeFile(join(cwd, "bars.csv"), barsOf(["AAA", "BBB"], 2000, 0.006));
    const trend = (await run()).validation;
    expect(trend?.verdict).toBe("survives");
    expect(trend?.sentence).toContain("the winner survives: it is better than the best of 16 tries without skill");
    expect(trend?.rule).toContain("at least 0.95");
  });

  it("says of a winner that loses that it loses, and its test of superior ability finds nothing", async () => {
    const { validation, best } = await run({ config: { feeBps: 200 } });
    expect(best[0]?.score).toBeLessThan(0);
    expect(validation?.verdict).toBe("luck");
    expect(validation?.sentence).toMatch(/^luck: .*, and the winner itself loses on average$/);
    expect(validation?.superiorAbility).toMatchObject({ statistic: 0, pConsistent: 1 });
  });

  it("has the Sharpe ratios of the returns, with a risk-free rate too", async () => {
    const config = { riskFreeRate: 0.03 };
    const { validation, best, axes } = await run({ config, top: 100, cache: false });
    // The same by the returns themselves: a strategy of which a table has no volatility.
    await run({ config, table: "table.arrow", definition: { grid, metrics: ["sharpe"] }, cache: false });
    await using runtime = await openRuntime({ cwd, env: {}, config: {}, onWarning: () => undefined });
    const table = await validateTable(runtime, "table.arrow");
    expect(axes).toHaveLength(2);
    expect(best).toHaveLength(16);
    const [one, other] = [validation?.deflated, table.validation?.deflated];
    expect(one?.ratios).toBe(16);
    expect(other?.ratios).toBe(16);
    expect(Math.abs((one?.variance ?? 0) / (other?.variance ?? 1) - 1)).toBeLessThan(1e-9);
  });

  it("counts every evaluation as a trial, also those on a part of the bars, and failed ones", async () => {
    const sample = { method: "halving", count: 12 } as const;
    const { validation, evaluations } = await run({ definition: { grid, sample } });
    expect(evaluations).toBeGreaterThan(12);
    expect(validation?.trials).toBe(evaluations);
    expect(validation?.deflated?.trials).toBe(evaluations);
    expect(validation?.sample.of).toBeLessThan(12);
    const failing = await run({ definition: { grid: { "parameters.fast": "5,30", "parameters.slow": "20,40" } } });
    expect(failing.failed).toHaveLength(1);
    expect(failing.validation).toMatchObject({ trials: 4, sample: { configurations: 3, of: 3 } });
  });

  it("is of the best by the objective, whose neighbours are those of the grid", async () => {
    const { validation, best } = await run({ definition: { grid, objective: "-maxDrawdown" }, top: 100 });
    expect(validation?.configuration).toBe(best[0]?.configuration);
    const [fast = 0, slow = 0] = (best[0]?.values ?? []).map(Number);
    const near = best.filter(
      ({ values: [f, s] }) => Math.abs(Number(f) - fast) <= 2 && Math.abs(Number(s) - slow) <= 10,
    );
    const scores = near.map(({ score }) => score);
    expect(validation?.neighbourhood?.count).toBe(near.length);
    expect(validation?.neighbourhood?.min).toBe(Math.min(...scores));
    expect(validation?.neighbourhood?.mean).toBeCloseTo(scores.reduce((sum, one) => sum + one, 0) / near.length, 12);
  });

  it("is there for strategies of one's own, on guarded threads and in code", async () => {
    await writeFile(
      join(cwd, "own.mjs"),
      `export default { name: "own", parameters: { length: { kind: "integer", minimum: 1, maximum: 100, default: 5 } },
        start: (_symbol, { length }) => {
          let bar = 0;
          return { decide({ close }, directions) { for (let i = 0; i < close.length; i++, bar++) directions[i] = bar % (2 * length) < length ? 1 : -1; } };
        } };`,
    );
    const definition = { grid: { "parameters.length": "3..12" } };
    const guarded = await run({ definition, config: { strategy: "./own.mjs" } });
    const strategy = defineStrategy({
      name: "own",
      parameters: { length: { kind: "integer", minimum: 1, maximum: 100, default: 5, description: "Bars" } },
      start(_symbol, { length }) {
        let bar = 0;
        return {
          decide({ close }, directions) {
            for (let i = 0; i < close.length; i++, bar++) directions[i] = bar % (2 * length) < length ? 1 : -1;
          },
        };
      },
    });
    const inCode = await sweepFile("bars.csv", { cwd, env: {}, onWarning: () => undefined, definition, strategy });
    expect(guarded.validation?.sample.configurations).toBe(10);
    expect(figuresOf(inCode.validation)).toEqual(figuresOf(guarded.validation));
  });

  it("is there for accounts that lanes do not cover", async () => {
    const { validation } = await run({ definition: { grid: { ...grid, account: "shared" }, metrics: ["sharpe"] } });
    expect(validation?.sample).toMatchObject({ configurations: 16, of: 16 });
    const stops = await run({ definition: { grid: { ...grid, stopLoss: "0,0.03" } } });
    expect(stops.validation?.sample).toMatchObject({ configurations: 32, returns: 402 });
  });

  it("does not tell with too little data", async () => {
    const one = (await run({ definition: { grid: { "parameters.fast": "5" } } })).validation;
    expect(one).toMatchObject({ verdict: "unknown", overfitting: undefined });
    expect(one?.sentence).toContain("fewer than two configurations have returns to compare");
    const few = (
      await run({ config: { limit: 20 }, definition: { grid: { "parameters.fast": "2,3,4", "parameters.slow": "5" } } })
    ).validation;
    expect(few?.verdict).toBe("unknown");
    expect(few?.sentence).toMatch(/\d+ bar returns are too few, 32 are required/);
    const flat = await run({ definition: { grid: { "parameters.slow": "1000,2000" }, objective: "totalReturn" } });
    expect(flat.validation).toMatchObject({ verdict: "unknown", winner: { sharpePerBar: 0 } });
    expect(flat.validation?.sentence).toContain("the returns of the winner do not vary");
  });

  it("can be left out, and does not judge what has no winner", async () => {
    expect((await run({ validate: false })).validation).toBeUndefined();
    const none = await run({ definition: { grid, require: "trades > 100000" } });
    expect(none).toMatchObject({ validation: undefined, ranked: 0 });
  });

  it("is left out with a word after an abort, and the table is there", async () => {
    const controller = new AbortController();
    const outcome = await run({
      table: "table.csv",
      keepsAborted: true,
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === "validating") controller.abort();
      },
    });
    expect(outcome).toMatchObject({ isComplete: true, validation: undefined });
    expect(outcome.notes).toEqual([
      "the winner is not judged, because the sweep was stopped; the same command judges it",
    ]);
    const again = new AbortController();
    const failing = run({
      signal: again.signal,
      onProgress: ({ phase }) => {
        if (phase === "validating") again.abort();
      },
    });
    await expect(failing).rejects.toThrow("aborted");
  });

  it("is left out with a word if the disk refuses, and another error is thrown", async () => {
    const definition = { grid };
    await using runtime = await openRuntime({
      cwd,
      env: {},
      config: { strategy: "cross" },
      onWarning: () => undefined,
    });
    await using sweep = await openSweep(runtime, "bars.csv", { definition });
    const base = sweep.space.configuration([2, 10]);
    const winner = { index: 0, configuration: 0, values: [2, 10], score: 1, metrics: new Float64Array(0) };
    const judgeWith = async (code: "ATC_NO_SPACE" | "ATC_CORRUPT_DATA"): Promise<readonly string[]> => {
      const notes: string[] = [];
      const failing = { concurrency: 1, run: () => Promise.reject(new AtcError(code, "the disk is full")) };
      const judge = winnerJudge(runtime, { ...sweep, returns: failing }, { base, options: {} });
      await judge?.finish({ winner, trials: 1, note: (text) => notes.push(text) });
      return notes;
    };
    expect(await judgeWith("ATC_NO_SPACE")).toEqual(["the winner is not judged: the disk is full"]);
    await expect(judgeWith("ATC_CORRUPT_DATA")).rejects.toThrow("the disk is full");
  });
});

describe("the judgement of a sweep's table", () => {
  async function judged(options: ValidateTableOptions = {}, table = "table.arrow") {
    await using runtime = await openRuntime({ cwd, env: {}, config: {}, onWarning: () => undefined });
    return await validateTable(runtime, table, options);
  }

  async function faultOf(options: ValidateTableOptions): Promise<unknown> {
    try {
      await judged(options);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it("is that of the sweep", async () => {
    const outcome = await run({ table: "table.arrow" });
    const table = await judged();
    expect(figuresOf(table.validation)).toEqual(figuresOf(outcome.validation));
    expect(table.best).toMatchObject({ values: outcome.best[0]?.values, score: outcome.best[0]?.score });
    expect(table).toMatchObject({ folds: undefined, paths: undefined });
  });

  it("counts the trials of halving, and ranks by the symbols as the sweep did", async () => {
    const definition = { grid, over: "median", sample: { method: "halving", count: 12 } } as const;
    const outcome = await run({ table: "table.arrow", bySymbol: true, definition });
    const table = await judged();
    expect(figuresOf(table.validation)).toEqual(figuresOf(outcome.validation));
    await run({ table: "table.arrow", definition });
    expect(await faultOf({})).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("has folds and paths out of sample", async () => {
    await run({ table: "table.arrow" });
    const { folds, paths, sample, barsPerYear } = await judged({ folds: 5, paths: { groups: 6, tests: 2 }, purge: 2 });
    expect(folds?.folds.map(({ test: [from, to] }) => to - from)).toEqual([81, 81, 80, 80, 80]);
    expect(folds?.folds.every(({ chosen }) => sample[chosen] !== undefined)).toBe(true);
    expect(paths?.paths).toHaveLength(5);
    expect(paths?.chosen).toHaveLength(15);
    expect(barsPerYear).toBeCloseTo(365.25, 5);
  });

  it("refuses what is out of range before it computes", async () => {
    await run({ table: "table.arrow" });
    await rm(join(cwd, "table.arrow"));
    const wrong: readonly [ValidateTableOptions, string][] = [
      [{ folds: 1 }, "folds is 1; give an integer of 2 or more"],
      [{ paths: { groups: 4, tests: 4 } }, "tests is 4"],
      [{ folds: 3, purge: -1 }, "purge is -1"],
      [{ seed: -1 }, "seed is -1; give an integer from 0 to 2^53 - 1"],
      [{ seed: 2 ** 53 }, "seed is 9007199254740992"],
    ];
    for (const [options, what] of wrong) {
      const error = await faultOf(options);
      expect(isAtcError(error, "ATC_INVALID_CONFIG"), what).toBe(true);
      expect((error as Error).message).toContain(what);
    }
  });

  it("refuses folds that the bars do not fill", async () => {
    await run({ table: "table.arrow", config: { limit: 60 } });
    expect(await faultOf({ folds: 200 })).toMatchObject({ code: "ATC_INVALID_CONFIG" });
    expect(((await faultOf({ folds: 200 })) as Error).message).toContain("too few for 200 folds");
    expect(((await faultOf({ folds: 2, purge: 40 })) as Error).message).toContain("purge and embargo leave fewer");
  });

  it("refuses a table of other rows", async () => {
    await run({ table: "table.arrow" });
    await writeFile(join(cwd, "bars.csv"), barsOf(["AAA", "BBB"], 400, 0.001));
    await run({ table: "other.arrow" });
    expect(await faultOf({})).toMatchObject({ code: "ATC_INVALID_DATA" });
    expect(((await faultOf({})) as Error).message).toContain("the rows of the data are not those of the table");
  });

  it("refuses a table of another version", async () => {
    await run({ table: "table.csv" });
    expect((await judged({}, "table.csv")).validation?.trials).toBe(16);
    const file = join(cwd, "table.csv.json");
    const beside = JSON.parse(await readFile(file, "utf8")) as { readonly sweep: object };
    await writeFile(file, JSON.stringify({ ...beside, sweep: { ...beside.sweep, atc: "another" } }));
    await expect(judged({}, "table.csv")).rejects.toThrow("another version of atc wrote it");
  });
});
