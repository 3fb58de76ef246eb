import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineStrategy, type JsonObject, type Strategy } from "@atc/contract";
import { type RunDraft, type RunSymbol, saveRun } from "@atc/runs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRuntime, type Runtime } from "../src/index.ts";
import {
  diffRuns,
  listRuns,
  openRun,
  type SavedRun,
  type StoredRun,
  saveSweep,
  saveTableValidation,
  saveValidation,
  saveWalkForward,
  verifyRun,
} from "../src/runs.ts";
import {
  isSweepTable,
  type RunSweepOptions,
  type RunWalkForwardOptions,
  runSweep,
  runWalkForward,
  showSweepTable,
  type ValidateTableOptions,
  validateTable,
} from "../src/sweeps.ts";
import { openValidation, type ValidateOptions } from "../src/validation.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-stored-searches-"));
  await writeFile(join(cwd, "bars.csv"), barsText());
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** Hourly bars of two symbols; `factor` multiplies the close of one bar. */
function barsText(factor = 1, bars = 400): string {
  let state = 777;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (const symbol of ["AAA", "BBB"]) {
    let price = 100;
    for (let bar = 0; bar < bars; bar++) {
      const open = price;
      price = Math.max(1, open * (1 + (next() - 0.495) * 0.02));
      const close = symbol === "BBB" && bar === 200 ? factor * price : price;
      const time = new Date(Date.UTC(2020, 0, 1) + bar * 3_600_000).toISOString();
      lines.push([symbol, time, open, Math.max(open, close), Math.min(open, close), close, bar].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

interface Shop {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly threads?: number;
  readonly cache?: boolean;
}

async function withRuntime<Result>(
  use: (runtime: Runtime) => Promise<Result>,
  { config = {}, ...more }: Shop = {},
): Promise<Result> {
  await using runtime = await openRuntime({
    cwd,
    env: {},
    config: { strategy: "cross", ...config },
    onWarning: () => undefined,
    defersRules: true,
    ...more,
  });
  return await use(runtime);
}

const grid = { "parameters.fast": [5, 8, 13], "parameters.slow": [21, 34] };
const definition = { grid };
const windows = { train: 150, test: 60 };

const savedSweep = async (options: Partial<RunSweepOptions> = {}, shop?: Shop): Promise<SavedRun> =>
  await withRuntime(async (runtime) => {
    const asked = { definition, ...options };
    const outcome = await runSweep(runtime, "bars.csv", { ...asked, isRecorded: true });
    return await saveSweep(runtime, outcome, asked);
  }, shop);

const savedWalk = async (options: Partial<RunWalkForwardOptions> = {}, shop?: Shop): Promise<SavedRun> =>
  await withRuntime(async (runtime) => {
    const asked = { definition, windows, ...options };
    return await saveWalkForward(runtime, await runWalkForward(runtime, "bars.csv", asked), asked);
  }, shop);

const savedValidation = async (options: ValidateOptions = {}, shop?: Shop): Promise<SavedRun> =>
  await withRuntime(async (runtime) => {
    const asked = { samples: 50, ...options };
    using validation = await openValidation(runtime, "bars.csv", asked);
    return await saveValidation(runtime, validation, asked);
  }, shop);

const savedJudgement = async (options: ValidateTableOptions = {}): Promise<SavedRun> =>
  await withRuntime(async (runtime) => {
    await runSweep(runtime, "bars.csv", { definition, table: "sweep.arrow" });
    return await saveTableValidation(runtime, await validateTable(runtime, "sweep.arrow", options), options);
  });

const directory = (): string => join(cwd, ".atc", "runs");
const verified = async (shop?: Shop) => await withRuntime((runtime) => verifyRun(runtime, "latest"), shop);

const kinds: readonly (readonly [string, () => Promise<SavedRun>])[] = [
  ["sweep", savedSweep],
  ["walk-forward", savedWalk],
  ["validation", savedValidation],
  ["judgement of a table", savedJudgement],
];

/** The best configurations of a sweep. */
function bestOf({ findings }: StoredRun): readonly { readonly configuration: number; readonly metrics: object }[] {
  return (findings?.["best"] ?? []) as unknown as ReturnType<typeof bestOf>;
}

/** A run as its file has it, without what its storage adds. */
function draftOf({ id: _, createdAt: __, inputDigest: ___, ...draft }: StoredRun): RunDraft {
  return draft;
}

/** Stores a run again with other members. */
async function planted(run: StoredRun, changes: Partial<RunDraft>): Promise<StoredRun> {
  const opened = await openRun(run.id, { directory: directory() });
  const symbols: readonly RunSymbol[] = await opened.symbols();
  const files = Object.fromEntries(
    await Promise.all(
      opened.files.filter((name) => name !== "symbols.json").map(async (name) => [name, [await opened.read(name)]]),
    ),
  ) as Record<string, Uint8Array[]>;
  const createdAt = run.createdAt + 60_000;
  return await saveRun({ directory: directory(), createdAt, run: { ...draftOf(run), ...changes }, symbols, files });
}

describe.each(kinds)("a stored %s", (_, saved) => {
  it("is found, is not stored twice, and is the same when it is computed again", async () => {
    const { run, isNew } = await saved();
    expect(isNew).toBe(true);
    expect(await saved()).toMatchObject({ isNew: false, run: { id: run.id } });
    expect((await listRuns({ directory: directory(), kind: run.kind })).map(({ id }) => id)).toEqual([run.id]);
    expect(await listRuns({ directory: directory(), kind: "backtest" })).toEqual([]);
    expect(run.data).toMatchObject({ generation: 1, rows: 800, symbols: 2 });
    expect(run.strategy).toMatchObject({ name: "cross" });
    expect(run.versions).toHaveProperty("@atc/sweep");
    expect(run.config).not.toHaveProperty("runsDir");
    const symbols = await (await openRun(run.id, { directory: directory() })).symbols();
    expect(symbols.map(({ symbol, rows }) => [symbol, rows])).toEqual([
      ["AAA", 400],
      ["BBB", 400],
    ]);
    expect(await verified()).toMatchObject({ isSame: true, mismatches: [] });
  });

  it("names a metric and a finding that differ", async () => {
    const { run } = await saved();
    const name = run.metrics?.["sharpe"] === undefined ? "totalReturn" : "sharpe";
    const metrics = { ...run.metrics, [name]: (run.metrics?.[name] as number) * (1 + 1e-11) };
    await planted(run, { metrics, findings: { ...run.findings, planted: 1 } });
    const { mismatches } = await verified();
    expect(mismatches.map(({ what }) => what)).toEqual([name, "planted"]);
  });

  it("needs its rows, and says so if they are gone", async () => {
    const { run } = await saved();
    await withRuntime((runtime) => runtime.store.delete(run.data.dataset));
    await expect(verified()).rejects.toThrow("does not exist any more");
    expect((await openRun(run.id, { directory: directory() })).run.kind).toBe(run.kind);
  });
});

describe("a stored sweep", () => {
  it("has what was searched, the winner, the verdict and the table", async () => {
    const { run } = await savedSweep({
      definition: { ...definition, sample: { method: "random", count: 4, seed: 7 } },
    });
    expect(run).toMatchObject({
      kind: "sweep",
      seed: 7,
      inputs: { search: { grid, axes: Object.keys(grid), sample: { count: 4 } } },
      table: { rows: 4, isStored: true },
      findings: { evaluations: 4, size: "6", objective: "sharpe" },
    });
    const [winner, ...others] = bestOf(run);
    expect(others).toHaveLength(3);
    expect(run.metrics).toEqual(winner?.metrics);
    expect(run.findings?.["validation"]).toMatchObject({ verdict: expect.any(String), trials: 4 });
    expect(JSON.stringify(run.findings)).not.toContain("seconds");
    expect(Object.keys(run.table?.columns ?? {})).toEqual(
      expect.arrayContaining(["configuration", "parameters.fast", "sharpe", "error"]),
    );
  });

  it("has a table that can be shown and judged like that of a file", async () => {
    const { run } = await savedSweep({ bySymbol: true });
    const table = join(directory(), run.id, "table.arrow");
    await withRuntime(async (runtime) => {
      expect(await isSweepTable(runtime, table)).toBe(true);
      const shown = await showSweepTable(runtime, table, { definition: { objective: "totalReturn" } });
      expect(shown).toMatchObject({ evaluations: 6, ranked: 6, description: { dataset: run.data.dataset } });
      const judged = await validateTable(runtime, table, { folds: 3 });
      expect(judged.best?.configuration).toBe(bestOf(run)[0]?.configuration);
    });
  });

  it.each([
    ["one thread, without the cache", { threads: 1, cache: false, config: { executor: "inline" } }],
    ["two threads, files read", { threads: 2, config: { executor: "worker", useMemoryMapped: false } }],
  ])("has the same bits with %s", async (_, shop) => {
    const { run } = await savedSweep({ bySymbol: true });
    expect(await verified(shop)).toMatchObject({ isSame: true });
    const again = await savedSweep({ bySymbol: true }, shop);
    expect(again).toMatchObject({ isNew: false, run: { id: run.id } });
  });

  it("is another one if the axes are in another order, or if it is not judged", async () => {
    const { run } = await savedSweep();
    const turned = { grid: { "parameters.slow": [21, 34], "parameters.fast": [5, 8, 13] } };
    for (const options of [{ definition: turned }, { validate: false }, { symbols: ["AAA"] }]) {
      const other = await savedSweep(options);
      expect(other.isNew).toBe(true);
      expect(await verified()).toMatchObject({ run: { id: other.run.id }, isSame: true });
    }
    expect(run.findings?.["validation"]).not.toBeNull();
  });

  it("compares the numbers of a table whose digests differ, and names a column that differs", async () => {
    const { run } = await savedSweep();
    const { table } = run;
    if (table === undefined) throw new Error("no table");
    const columns = { ...table.columns, sharpe: "0".repeat(32) };
    await planted(run, { table: { ...table, columns } });
    expect(await verified()).toMatchObject({ isSame: true });
    await planted(run, { table: { ...table, columns: { ...columns, "parameters.fast": "1" } } });
    expect((await verified()).mismatches.map(({ what }) => what)).toEqual(["table.parameters.fast"]);
    await rm(join(directory(), (await verified()).run.id, "table.arrow"));
    await expect(verified()).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
  });

  it("without a winner is stored too", async () => {
    const { run } = await savedSweep({ definition: { ...definition, require: "trades >= 100000" } });
    expect(run).toMatchObject({ metrics: null, findings: { ranked: 0, best: [], validation: null } });
    expect(await verified()).toMatchObject({ isSame: true });
  });

  it("must be recorded and complete", async () => {
    await withRuntime(async (runtime) => {
      const outcome = await runSweep(runtime, "bars.csv", { definition });
      await expect(saveSweep(runtime, outcome, { definition })).rejects.toThrow(TypeError);
    });
  });

  it("of a strategy in code is computed again with the same strategy", async () => {
    const strategy = defineStrategy({
      name: "every",
      parameters: { every: { kind: "integer", default: 2, minimum: 1, description: "Bars between long ones" } },
      start: (_symbol, { every }) => ({
        decide({ close }, directions) {
          for (let i = 0; i < close.length; i++) directions[i] = i % every === 0 ? 1 : 0;
        },
      }),
    }) as unknown as Strategy;
    const own = { grid: { "parameters.every": [2, 3, 5] } };
    const { run } = await savedSweep({ definition: own, strategy });
    expect(run.inputs).toMatchObject({ strategyInCode: true });
    await expect(verified()).rejects.toMatchObject({ code: "ATC_UNSUPPORTED" });
    const again = await withRuntime((runtime) => verifyRun(runtime, run.id, { searched: strategy }));
    expect(again).toMatchObject({ isSame: true });
  });
});

describe("a stored walk-forward", () => {
  it("has the windows, the choices and the digest of the curve over all tests", async () => {
    const { run } = await savedWalk();
    expect(run).toMatchObject({ kind: "walk-forward", inputs: { windows, search: { grid } }, seed: 1 });
    expect(run.digests["curve"]).toMatch(/^[0-9a-f]{32}$/);
    const chosen = run.findings?.["windows"] as unknown as readonly JsonObject[];
    expect(chosen).toHaveLength(4);
    expect(chosen[0]).toMatchObject({ train: { bars: 150 }, test: { bars: 60 }, choice: { keys: expect.anything() } });
    expect(run.metrics).toHaveProperty("sharpe");
    await planted(run, { digests: { curve: "0" } });
    expect((await verified()).mismatches.map(({ what }) => what)).toEqual(["curve"]);
  });
});

describe("a stored validation", () => {
  it("has the tests, the verdict and the digests of the backtest", async () => {
    const { run } = await savedValidation({ seed: 5 });
    expect(run).toMatchObject({
      kind: "validation",
      seed: 5,
      inputs: { luck: { samples: 50, ruin: 0.5 } },
      findings: { samples: 50, verdict: { survives: expect.any(Boolean) }, tests: { randomEntry: { seed: 5 } } },
    });
    const opened = await openRun(run.id, { directory: directory() });
    expect(opened.files).toContain("trades.arrow");
    expect((await opened.symbols())[0]?.digests).toHaveProperty("trades");
    const other = await savedValidation({ seed: 6 });
    expect(other.isNew).toBe(true);
    const diff = await withRuntime((runtime) => diffRuns(runtime, run.id, other.run.id));
    expect(diff).toMatchObject({ first: "configuration", differences: [{ what: "seed", before: 5, after: 6 }] });
  });

  it("of a table names its file, and refuses another table in its place", async () => {
    const { run } = await savedJudgement({ folds: 3, purge: 2 });
    expect(run.inputs).toMatchObject({ table: "./sweep.arrow", folds: { folds: 3, purge: 2 } });
    const bytes = await readFile(join(cwd, "sweep.arrow"));
    await withRuntime((runtime) =>
      runSweep(runtime, "bars.csv", { definition: { ...definition, objective: "totalReturn" }, table: "sweep.arrow" }),
    );
    await expect(verified()).rejects.toMatchObject({ code: "ATC_INVALID_DATA" });
    await rm(join(cwd, "sweep.arrow"));
    await expect(verified()).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    await writeFile(join(cwd, "sweep.arrow"), bytes);
    expect(await verified()).toMatchObject({ isSame: true });
  });
});

describe("diffs of searches", () => {
  const diff = (first: string, second?: string) => withRuntime((runtime) => diffRuns(runtime, first, second));

  it.each(kinds.slice(0, 3))("names the rows of a %s, and what they change", async (_, saved) => {
    const before = await saved();
    await writeFile(join(cwd, "bars.csv"), barsText(1.4));
    const after = await saved();
    expect(after.isNew).toBe(true);
    for (const found of [await diff(before.run.id, after.run.id), await diff(before.run.id)]) {
      expect(found).toMatchObject({
        first: "data",
        differences: [{ layer: "data", what: "BBB" }],
        bars: [{ symbol: "BBB", changed: 1, added: 0, removed: 0 }],
        notes: [],
      });
      const change = found.metrics.find(({ metric }) => metric === "totalReturn");
      expect(change?.due?.data).toBeCloseTo((change?.after ?? 0) - (change?.before ?? 0), 12);
      expect(change?.due).toMatchObject({ configuration: 0, codeAndPlatform: 0 });
    }
  });

  it.each([
    ["a key", savedSweep, () => savedSweep({}, { config: { feeBps: 20 } }), "feeBps"],
    [
      "an axis",
      savedSweep,
      () => savedSweep({ definition: { grid: { ...grid, "parameters.fast": [5, 9] } } }),
      "search.grid.parameters.fast",
    ],
    [
      "the objective",
      savedSweep,
      () => savedSweep({ definition: { ...definition, objective: "totalReturn" } }),
      "search.objective",
    ],
    ["a window", savedWalk, () => savedWalk({ windows: { train: 150, test: 50 } }), "windows.test"],
  ] as const)("names %s as configuration", async (_, first, second, what) => {
    const [before, after] = [await first(), await second()];
    const found = await diff(before.run.id, after.run.id);
    expect(found).toMatchObject({ first: "configuration", differences: [{ layer: "configuration", what }], notes: [] });
    for (const { due, before: a, after: b } of found.metrics) {
      expect(due?.configuration).toBeCloseTo(b - a, 10);
      expect(due?.data).toBe(0);
    }
  });

  it.each([
    ["another version: the code", { versions: { "@atc/sweep": "9.9.9" } }, "code", "@atc/sweep"],
    ["another kernel: the platform", { platform: { kernel: "abacus" } }, "platform", "kernel"],
  ] as const)("names %s", async (_, change, layer, what) => {
    for (const saved of [savedSweep, savedWalk, savedValidation]) {
      const { run } = await saved();
      const { versions = {}, platform = {} } = change as { versions?: object; platform?: object };
      const other = await planted(run, {
        versions: { ...run.versions, ...versions },
        platform: { ...run.platform, ...platform },
        metrics: { ...run.metrics, totalReturn: (run.metrics?.["totalReturn"] as number) + 0.25 },
      });
      const found = await diff(run.id, other.id);
      expect(found).toMatchObject({ first: layer, differences: [{ layer, what }] });
      expect(found.metrics[0]?.due?.codeAndPlatform).toBeCloseTo(0.25, 12);
    }
  });

  it("says that runs of two kinds, and judgements of tables, are not computed over other rows", async () => {
    const sweep = await savedSweep();
    const walk = await savedWalk();
    const mixed = await diff(sweep.run.id, walk.run.id);
    expect(mixed.differences.map(({ what }) => what)).toContain("kind");
    expect(mixed.notes).toEqual([expect.stringContaining("a sweep and a walk-forward")]);
    const first = await savedJudgement();
    const second = await savedJudgement({ folds: 3 });
    const judged = await diff(first.run.id, second.run.id);
    expect(judged.differences.map(({ what }) => what)).toEqual(["folds.folds"]);
    expect(judged.notes).toEqual([expect.stringContaining("a judgement of a table")]);
  });
});
