import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunSymbol, saveRun } from "@atc/runs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBacktest, openRuntime, type RunBacktestOptions, type Runtime, warmCache } from "../src/index.ts";
import {
  dataImpact,
  diffRuns,
  listRuns,
  openRun,
  removeRun,
  runConfigText,
  type SavedRun,
  saveBacktest,
  verifyRun,
} from "../src/runs.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-stored-runs-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** Hourly bars of some symbols; `change` may replace the close of a bar. */
function barsText(
  symbols: readonly string[] = ["AAA", "BBB"],
  bars = 600,
  change: (symbol: string, bar: number, close: number) => number = (_, __, close) => close,
): string {
  let state = 12_345;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (const symbol of symbols) {
    let price = 100;
    for (let bar = 0; bar < bars; bar++) {
      const open = price;
      price = Math.max(1, open * (1 + (next() - 0.5) * 0.02));
      const close = change(symbol, bar, price);
      const time = new Date(Date.UTC(2020, 0, 1) + bar * 3_600_000).toISOString();
      lines.push(
        `"${symbol.replaceAll('"', '""')}",${time},${open},${Math.max(open, close)},${Math.min(open, close)},${close},${bar}`,
      );
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
  await using runtime = await openRuntime({ cwd, env: {}, config, onWarning: () => undefined, ...more });
  return await use(runtime);
}

/** Backtests a file or a dataset and stores the run. */
async function saved(data: string, options: RunBacktestOptions = {}, shop: Shop = {}): Promise<SavedRun> {
  return await withRuntime(async (runtime) => {
    using outcome = await openBacktest(runtime, data, { ...options, curvesIfComputed: true });
    return await saveBacktest(runtime, outcome, options);
  }, shop);
}

const verified = async (shop: Shop = {}) => await withRuntime((runtime) => verifyRun(runtime, "latest"), shop);
const directory = (): string => join(cwd, ".atc", "runs");

describe("a stored backtest", () => {
  it("has the inputs, the metrics and the digests of the run", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run, isNew } = await saved("bars.csv", { symbols: ["AAA"] });
    expect(isNew).toBe(true);
    expect(run).toMatchObject({
      kind: "backtest",
      data: { generation: 1, rows: 1200, symbols: 2, path: "bars.csv" },
      strategy: { name: "atc" },
      config: { feeBps: 10, strategy: "atc" },
      inputs: { symbols: ["AAA"] },
      platform: { node: process.version, os: process.platform, arch: process.arch },
    });
    expect(run.config).not.toHaveProperty("runsDir");
    expect(run.data.content).toMatch(/^[0-9a-f]{64}$/);
    const opened = await openRun(run.id, { directory: directory() });
    const [only, ...others] = await opened.symbols();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ symbol: "AAA", rows: 600 });
    expect(only?.digests["curve"]).toMatch(/^[0-9a-f]{32}$/);
    expect(opened.files).toContain("trades.arrow");
    expect(run.trades?.count).toBeGreaterThan(10);
  });

  it("is not stored again if it is computed, or read from the cache, again", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const first = await saved("bars.csv");
    for (const shop of [{}, { cache: false }]) {
      const again = await saved("bars.csv", {}, shop);
      expect(again).toMatchObject({ isNew: false, run: { id: first.run.id } });
    }
    const other = await saved("bars.csv", {}, { config: { feeBps: 11 } });
    expect(other.isNew).toBe(true);
    expect((await listRuns({ directory: directory() })).length).toBe(2);
  });

  it("is the same whether it is computed or comes from the cache, in both kinds of account", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    for (const account of ["separate", "shared"]) {
      const shop = { config: { account } };
      const computed = await saved("bars.csv", {}, shop);
      const symbols = await (await openRun(computed.run.id, { directory: directory() })).symbols();
      await removeRun(computed.run.id, { directory: directory() });
      const cached = await saved("bars.csv", {}, shop);
      expect(cached.isNew).toBe(true);
      const { id: _, createdAt: __, ...rest } = cached.run;
      const { id: ___, createdAt: ____, ...expected } = computed.run;
      expect(rest).toEqual(expected);
      expect(await (await openRun(cached.run.id, { directory: directory() })).symbols()).toEqual(symbols);
    }
  });

  it("serves a cache that was warmed before", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    await withRuntime((runtime) => warmCache(runtime, "bars.csv"));
    const { isNew } = await saved("bars.csv");
    expect(isNew).toBe(true);
    expect((await verified()).mismatches).toEqual([]);
  });

  it("has only digests of trades above a limit, and says so", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await withRuntime(async (runtime) => {
      using outcome = await openBacktest(runtime, "bars.csv", { curves: true });
      return await saveBacktest(runtime, outcome, { mostTrades: 10 });
    });
    expect(run.trades?.isStored).toBe(false);
    expect(run.notes).toEqual([
      expect.stringContaining("more than 10"),
      expect.stringContaining("without what a report shows"),
    ]);
    expect((await openRun(run.id, { directory: directory() })).files).toEqual(["symbols.json"]);
    expect((await verified()).isSame).toBe(true);
  });

  it.each([
    ["one bar", barsText(["A"], 1), {}],
    ["no trades", barsText(["A"], 50), { longThreshold: 1, shortThreshold: -1 }],
    ["zero variance", barsText(["A"], 200, () => 100), {}],
    ["all symbols skipped", "symbol,timestamp,close\nA,2020-01-01T00:00:00Z,-1\nA,2020-01-02T00:00:00Z,0\n", {}],
    [
      "equity below zero",
      barsText(["A"], 300, (_, bar, close) => (bar > 150 ? close * 5 : close)),
      { maxLeverage: 20, sizing: "fixedFraction", size: 20, side: "short" },
    ],
  ])("is stored, listed and verified with %s", async (_, text, config) => {
    await writeFile(join(cwd, "bars.csv"), text);
    const { run } = await saved("bars.csv", {}, { config });
    expect((await listRuns({ directory: directory() })).map(({ id, problem }) => [id, problem])).toEqual([
      [run.id, undefined],
    ]);
    expect(await verified()).toMatchObject({ isSame: true, mismatches: [] });
  });
});

describe("verifying a run", () => {
  it.each([
    ["one thread", { threads: 1 }],
    ["two threads", { threads: 2, config: { executor: "worker", batchSize: 1 } }],
    ["files that are read, not mapped", { config: { useMemoryMapped: false } }],
    ["files that are read, on threads", { threads: 2, config: { useMemoryMapped: false, executor: "worker" } }],
  ])("finds the same bits with %s", async (_, shop) => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA", "BBB", "CCC"]));
    await saved("bars.csv", { metrics: "all" });
    expect(await verified(shop)).toMatchObject({ isSame: true, symbols: 3, mismatches: [] });
  });

  it("uses the configuration of the run, whatever the project's is now", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    await saved("bars.csv", { period: { from: Date.UTC(2020, 0, 10) } }, { config: { feeBps: 3, account: "shared" } });
    await writeFile(join(cwd, "atc.yaml"), "feeBps: 50\nstopLoss: 0.1\n");
    expect(await verified()).toMatchObject({ isSame: true });
  });

  it("reads the generation of the run if the rows were restated since", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    await saved("bars.csv");
    await writeFile(
      join(cwd, "bars.csv"),
      barsText(undefined, 600, (_, bar, close) => (bar === 300 ? 2 * close : close)),
    );
    await saved("bars.csv", {}, { config: { feeBps: 1 } });
    const ids = (await listRuns({ directory: directory() })).map(({ id }) => id);
    for (const id of ids)
      expect(await withRuntime((runtime) => verifyRun(runtime, id))).toMatchObject({ isSame: true });
  });

  it("needs the generation of the run, which keepGenerations: 0 does not keep", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const shop = { config: { keepGenerations: 0 } };
    const { run } = await saved("bars.csv", {}, shop);
    await writeFile(
      join(cwd, "bars.csv"),
      barsText(undefined, 600, (_, bar, close) => (bar === 300 ? 2 * close : close)),
    );
    await saved("bars.csv", {}, { config: { keepGenerations: 0, feeBps: 1 } });
    await expect(withRuntime((runtime) => verifyRun(runtime, run.id))).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
  });

  it("reports a curve, trades and a metric that differ", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv");
    const symbols = await (await openRun(run.id, { directory: directory() })).symbols();
    const { id: _, createdAt: __, inputDigest: ___, ...draft } = run;
    const [first, second] = symbols as [RunSymbol, RunSymbol];
    await saveRun({
      directory: directory(),
      createdAt: Date.now() + 5000,
      run: { ...draft, metrics: { ...draft.metrics, sharpe: (draft.metrics?.["sharpe"] as number) * (1 + 1e-11) } },
      symbols: [
        { ...first, digests: { ...first.digests, trades: "0" } },
        { ...second, digests: { ...second.digests, curve: "1" } },
      ],
    });
    expect((await verified()).mismatches.map(({ symbol, what }) => [symbol, what])).toEqual([
      [undefined, "sharpe"],
      ["AAA", "trades"],
      ["BBB", "curve"],
    ]);
  });

  it("says what is missing: the dataset, or its generation; the run can still be opened", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv");
    for (const factor of [2, 3]) {
      await writeFile(
        join(cwd, "bars.csv"),
        barsText(undefined, 600, (_, bar, close) => (bar === 9 ? factor * close : close)),
      );
      await saved("bars.csv", {}, { config: { feeBps: factor } });
    }
    const verify = (): Promise<unknown> => withRuntime((runtime) => verifyRun(runtime, run.id));
    await expect(verify()).rejects.toThrow(/generation 1 .* is not there any more; the dataset is at generation 3/);
    await withRuntime((runtime) => runtime.store.delete(run.data.dataset));
    await expect(verify()).rejects.toThrow(`dataset "${run.data.dataset}", which does not exist any more`);
    expect((await openRun(run.id, { directory: directory() })).run.id).toBe(run.id);
  });

  it("needs the strategy again if it was given in code", async () => {
    const { bindStrategy } = await import("@atc/backtest");
    const strategy = bindStrategy({
      name: "flip",
      start: () => ({
        decide: ({ close }, directions) => {
          for (let i = 0; i < close.length; i++) directions[i] = i % 2;
        },
      }),
    });
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv", { strategy });
    expect(run.inputs).toMatchObject({ strategyInCode: true });
    await expect(withRuntime((runtime) => verifyRun(runtime, run.id))).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
    });
    expect(await withRuntime((runtime) => verifyRun(runtime, run.id, { strategy }))).toMatchObject({ isSame: true });
  });
});

describe("diffs of planted differences", () => {
  const diff = (first: string, second?: string) => withRuntime((runtime) => diffRuns(runtime, first, second));

  it("one bar: the rows, with the bar and the metrics that it changes", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const before = await saved("bars.csv");
    const raised = (symbol: string, bar: number, close: number): number =>
      symbol === "BBB" && bar === 300 ? 1.5 * close : close;
    await writeFile(join(cwd, "bars.csv"), barsText(undefined, 600, raised));
    const after = await saved("bars.csv");
    for (const found of [await diff(before.run.id, after.run.id), await diff(before.run.id)]) {
      expect(found).toMatchObject({
        first: "data",
        differences: [{ layer: "data", what: "BBB" }],
        bars: [{ symbol: "BBB", changed: 1, added: 0, removed: 0 }],
        notes: [],
      });
      expect(found.bars?.[0]?.first).toMatchObject([{ time: "2020-01-13T12:00:00.000Z" }]);
      const change = found.metrics.find(({ metric }) => metric === "totalReturn");
      expect(change?.due?.data).toBeCloseTo((change?.after ?? 0) - (change?.before ?? 0), 12);
      expect(change?.due).toMatchObject({ configuration: 0, codeAndPlatform: 0 });
    }
  });

  it("one key: the configuration", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const before = await saved("bars.csv");
    const after = await saved("bars.csv", {}, { config: { feeBps: 20 } });
    const found = await diff(before.run.id, after.run.id);
    expect(found).toMatchObject({
      first: "configuration",
      differences: [{ layer: "configuration", what: "feeBps", before: 10, after: 20 }],
    });
    const fees = found.metrics.find(({ metric }) => metric === "fees");
    expect(fees?.due?.configuration).toBe((fees?.after ?? 0) - (fees?.before ?? 0));
    expect(fees?.due).toMatchObject({ data: 0, codeAndPlatform: 0 });
  });

  it("rows and a key: each has its part, and the parts sum to the change", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA"]));
    const before = await saved("bars.csv");
    await writeFile(
      join(cwd, "bars.csv"),
      barsText(["AAA"], 610, (_, bar, close) => (bar === 100 ? 1.2 * close : close)),
    );
    const after = await saved("bars.csv", {}, { config: { feeBps: 20 } });
    const found = await diff(before.run.id, after.run.id);
    expect(found.first).toBe("data");
    expect(found.differences.map(({ layer }) => layer)).toEqual(["data", "configuration"]);
    expect(found.bars).toMatchObject([{ symbol: "AAA", changed: 1, added: 10, removed: 0 }]);
    const change = found.metrics.find(({ metric }) => metric === "totalReturn");
    const { data = 0, configuration = 0, codeAndPlatform = 1 } = change?.due ?? {};
    expect(data).not.toBe(0);
    expect(configuration).not.toBe(0);
    expect(codeAndPlatform).toBeCloseTo(0, 12);
    expect(data + configuration + codeAndPlatform).toBeCloseTo((change?.after ?? 0) - (change?.before ?? 0), 12);
  });

  it.each([
    ["another version of a package: the code", { versions: { "@atc/runtime": "9.9.9" } }, "code", "@atc/runtime"],
    ["another version of the results: the code", { versions: { results: "999" } }, "code", "results"],
    ["another Node: the platform", { platform: { node: "v99.0.0" } }, "platform", "node"],
    ["another processor: the platform", { platform: { arch: "pdp11" } }, "platform", "arch"],
    ["another kernel: the platform", { platform: { kernel: "abacus" } }, "platform", "kernel"],
  ] as const)("%s", async (_, change, layer, what) => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv");
    const symbols = await (await openRun(run.id, { directory: directory() })).symbols();
    const { id: _id, createdAt: _at, inputDigest: _digest, ...draft } = run;
    const { versions = {}, platform = {} } = change as { versions?: object; platform?: object };
    const metrics = { ...draft.metrics, totalReturn: (draft.metrics?.["totalReturn"] as number) + 0.25 };
    const other = await saveRun({
      directory: directory(),
      run: {
        ...draft,
        metrics,
        versions: { ...draft.versions, ...versions },
        platform: { ...draft.platform, ...platform },
      },
      symbols,
    });
    const found = await diff(run.id, other.id);
    expect(found).toMatchObject({ first: layer, differences: [{ layer, what }] });
    expect(found.metrics).toHaveLength(1);
    expect(found.metrics[0]?.due?.codeAndPlatform).toBeCloseTo(0.25, 12);
    expect(found.metrics[0]?.due).toMatchObject({ data: 0, configuration: 0 });
  });

  it("the code of a strategy of the user's", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const code = (length: number): string => `export default {
  name: "own", version: 1,
  start: () => ({ decide({ close }, out) { for (let i = 0; i < close.length; i++) out[i] = i % ${length} === 0 ? 1 : 0; } }),
};\n`;
    await writeFile(join(cwd, "own.mjs"), code(3));
    const shop = { config: { strategy: "./own.mjs" } };
    const before = await saved("bars.csv", {}, shop);
    expect(before.run.config["strategy"]).toBe("./own.mjs");
    expect(await verified()).toMatchObject({ isSame: true });
    await writeFile(join(cwd, "own.mjs"), code(5));
    expect((await verified()).isSame).toBe(false);
    const after = await saved("bars.csv", {}, shop);
    expect(await diff(before.run.id, after.run.id)).toMatchObject({
      first: "code",
      differences: [{ layer: "code", what: "code of the strategy" }],
    });
  });

  it("nothing, if a dataset was read again with the same rows", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const before = await saved("bars.csv");
    await writeFile(join(cwd, "bars.csv"), barsText().replace("symbol,", "symbol,"));
    expect(await diff(before.run.id)).toMatchObject({ differences: [], metrics: [], notes: [] });
  });

  it("says why changes are not divided if a generation is gone", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const before = await saved("bars.csv");
    for (const factor of [2, 3]) {
      await writeFile(
        join(cwd, "bars.csv"),
        barsText(undefined, 600, (_, bar, close) => (bar === 9 ? factor * close : close)),
      );
      await saved("bars.csv");
    }
    const found = await diff(before.run.id, "latest");
    expect(found.first).toBe("data");
    expect(found.bars).toBeUndefined();
    expect(found.notes).toEqual([expect.stringContaining("generation 1")]);
    expect(found.metrics.every(({ due }) => due === undefined)).toBe(true);
  });
});

describe("the impact of restated rows", () => {
  it("is the trades that change, and none for runs over the newest rows", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv");
    const dataset = run.data.dataset;
    expect(await withRuntime((runtime) => dataImpact(runtime, dataset))).toEqual([]);
    await writeFile(
      join(cwd, "bars.csv"),
      barsText(undefined, 600, (symbol, bar, close) =>
        symbol === "AAA" && bar >= 300 && bar < 320 ? 1.3 * close : close,
      ),
    );
    const { run: later } = await saved("bars.csv", {}, { config: { feeBps: 12 } });
    const impacts = await withRuntime((runtime) => dataImpact(runtime, dataset));
    expect(impacts).toHaveLength(1);
    const [impact] = impacts;
    expect(impact).toMatchObject({ generation: 2, symbols: ["AAA"], tradedOtherwise: ["AAA"] });
    expect(impact?.run.id).toBe(run.id);
    const { stored = 0, changed = 0, removed = 0, added = 0, first = [] } = impact?.trades ?? {};
    expect(stored).toBe(run.trades?.count);
    expect(changed + removed + added).toBeGreaterThan(0);
    expect(first.every(({ symbol }) => symbol === "AAA")).toBe(true);
    for (const { before, after } of first) expect(before).not.toEqual(after);
    // The counts agree with those of the newest rows.
    const again = await withRuntime(async (runtime) => {
      using outcome = await openBacktest(runtime, dataset, { curves: true });
      return outcome.curves.accounts.reduce((sum, { curves }) => sum + curves.trades, 0);
    });
    expect(stored - removed + added).toBe(again);
    expect(later.trades?.count).toBe(again);
  });

  it("computes only entries whose rows have changed, with the same figures as all of them", async () => {
    const text = (factor: number): string =>
      barsText(["AAA", "BBB", "CCC"], 400, (symbol, bar, close) =>
        symbol === "BBB" && bar === 200 ? factor * close : close,
      );
    await writeFile(join(cwd, "bars.csv"), text(1));
    // The cache keeps the results of neighbours together.
    const config = { batchSize: 1 };
    const { run } = await saved("bars.csv", {}, { config });
    await writeFile(join(cwd, "bars.csv"), text(1.4));
    await withRuntime(async (runtime) => {
      using again = await openBacktest(runtime, "bars.csv", { period: { from: Date.UTC(2020, 0, 3) } });
      expect(again.report.symbols).toHaveLength(3);
    });
    const impactOf = (cache: boolean) =>
      withRuntime((runtime) => dataImpact(runtime, run.data.dataset), { config, cache, threads: 2 });
    const [some] = await impactOf(true);
    expect(some).toMatchObject({ computed: 1, symbols: ["BBB"], tradedOtherwise: ["BBB"] });
    const [all] = await impactOf(false);
    expect(all).toEqual({ ...some, computed: 3 });
  });

  it("names searches, and says that they are not computed", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const { run } = await saved("bars.csv");
    const { id: _, createdAt: __, inputDigest: ___, trades: ____, ...draft } = run;
    const table = { rows: 0, isStored: false, columns: {} };
    const sweep = await saveRun({
      directory: directory(),
      run: { ...draft, kind: "sweep", table, findings: { best: [] } },
      symbols: [],
    });
    await writeFile(
      join(cwd, "bars.csv"),
      barsText(undefined, 600, (_s, bar, close) => (bar === 9 ? 2 * close : close)),
    );
    await withRuntime((runtime) => warmCache(runtime, "bars.csv"));
    const impacts = await withRuntime((runtime) => dataImpact(runtime, run.data.dataset));
    expect(impacts.map((one) => [one.run.id, one.leftOut, one.problem])).toEqual([
      [sweep.id, expect.stringContaining(`atc runs diff ${sweep.id}`), undefined],
      [run.id, undefined, undefined],
    ]);
  });

  it("is refused for a dataset that does not exist or that no run has read", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    const impact = (name: string): Promise<unknown> => withRuntime((runtime) => dataImpact(runtime, name));
    await expect(impact("none")).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    const { run } = await saved("bars.csv");
    await removeRun(run.id, { directory: directory() });
    await expect(impact(run.data.dataset)).rejects.toThrow("no stored run has read");
  });
});

describe("an exported configuration", () => {
  it("reproduces the run, also from another folder with other settings in the environment of the file", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText());
    await writeFile(join(cwd, "days.csv"), "symbol,from,to\nAAA,2020-01-01,2020-01-20\nBBB,2020-01-05,\n");
    const shop = {
      config: {
        feeBps: 7.25,
        stopLoss: 0.02,
        account: "shared",
        weights: { AAA: 0.5, BBB: 0.25 },
        universe: "days.csv",
        limit: 500,
      },
    };
    const { run } = await saved("bars.csv", {}, shop);
    expect(run.config["universe"]).toBe("./days.csv");
    const text = runConfigText(run);
    await writeFile(join(cwd, "atc.yaml"), text);
    const again = await saved("bars.csv");
    expect(again).toMatchObject({ isNew: false, run: { id: run.id } });
    expect(text).toContain(`# The configuration of the run ${run.id}.`);
  });

  it("keeps hostile names inside of its comments", async () => {
    const name = "bars\u001b[31m\u2028.csv";
    await writeFile(join(cwd, name), barsText(["A\nfeeBps: 1", "B'$(touch x)"], 300));
    const { run } = await saved(name, { symbols: ["A\nfeeBps: 1", "B'$(touch x)"] });
    const lines = runConfigText(run).split("\n");
    expect(lines.filter((line) => line.startsWith("feeBps"))).toEqual(["feeBps: 10"]);
    expect(lines.slice(0, 2).every((line) => line.startsWith("# "))).toBe(true);
    expect([...runConfigText(run)].every((one) => one === "\n" || (one >= " " && one <= "~"))).toBe(true);
    expect((await readdir(cwd)).includes("x")).toBe(false);
    expect(await readFile(join(directory(), run.id, "run.json"), "utf8")).toContain("\\u001b");
  });
});
