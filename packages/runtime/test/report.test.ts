import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metricTable } from "@atc/backtest";
import { type AtcConfig, configDefaults } from "@atc/config";
import type { CurveBlock, ReportData } from "@atc/report";
import { compute } from "@atc/signals";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ingestFile,
  type OpenBacktestWithCurves,
  openBacktest,
  openRuntime,
  type RunBacktestOptions,
  type Runtime,
} from "../src/index.ts";
import { curveFacts } from "../src/report/curve-facts.ts";
import { backtestReportData, reportColumns, writeReport } from "../src/reports.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-report-"));
  const rows = Array.from({ length: 600 }, (_, i) => {
    const time = new Date(Date.UTC(2022, 0, 1 + i)).toISOString();
    const price = 100 + 20 * Math.sin(i / 23) + (i % 5) / 4;
    const of = (symbol: string, level: number): string =>
      `${symbol},${time},${level},${level + 1},${level - 1},${level + 0.5},10`;
    // B starts later than A, and misses days.
    return [of("A", price), ...(i >= 100 && i % 7 !== 0 ? [of("B", 220 - price)] : [])].join("\n");
  });
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,open,high,low,close,volume\n${rows.join("\n")}\n`);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** What a report shows of a backtest with some configuration. */
async function withReport(
  config: Partial<AtcConfig>,
  check: (data: ReportData, outcome: OpenBacktestWithCurves, runtime: Runtime) => Promise<void> | void,
  options: Pick<RunBacktestOptions, "period" | "symbols" | "fills"> = {},
): Promise<void> {
  await using runtime = await openRuntime({ cwd, env: {}, config: { strategy: "cross", ...config } });
  using outcome = await openBacktest(runtime, "bars.csv", {
    curves: true,
    recorded: reportColumns(runtime.config),
    metrics: "all",
    fills: true,
    ...options,
  });
  using dataset = await runtime.store.open(outcome.dataset);
  await check(backtestReportData(outcome, dataset), outcome, runtime);
}

/** The signals of the bars of a symbol; undefined for a block without. */
function signalsOf(data: ReportData, symbol: string): (number | undefined)[] {
  return [...(data.bars?.(symbol)?.blocks() ?? [])].flatMap(({ length, signal }) =>
    Array.from({ length }, (_, i) => signal?.[i]),
  );
}

/** All points of a curve in one block. */
function whole(data: ReportData): CurveBlock {
  const blocks = [...(data.curve?.blocks() ?? [])].map(({ equity, times, columns, length }) => ({
    length,
    equity: equity.slice(),
    times: times.slice(),
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice()])),
  }));
  const [only] = blocks;
  if (only === undefined || blocks.length > 1) throw new Error("more than a block");
  return only;
}

const metric = (data: ReportData, name: string): number =>
  Number((data.result.portfolio as unknown as Record<string, unknown>)[name]);

describe("the data of a report", () => {
  for (const [name, config] of Object.entries({
    "accounts of their own": {},
    "a period": {},
    "one shared account": { account: "shared" as const },
  }))
    it(`ends where the metrics end, for ${name}`, () =>
      withReport(
        config,
        (data) => {
          const { equity, columns, length, times } = whole(data);
          expect(length).toBe(data.curve?.length);
          expect((equity.at(-1) ?? 0) / 10_000 - 1).toBeCloseTo(metric(data, "totalReturn"), 12);
          expect((columns.gross?.at(-1) ?? 0) / 10_000 - 1).toBeCloseTo(metric(data, "grossReturn"), 9);
          if (name !== "one shared account")
            expect((columns.benchmark?.at(-1) ?? 0) / 10_000 - 1).toBeCloseTo(metric(data, "buyAndHold"), 9);
          expect(new Date(Number(times.at(-1))).toISOString()).toBe(
            (data.result.portfolio as unknown as Record<string, unknown>)["end"],
          );
          const { days = [] } = data;
          expect(days.length).toBe(metric(data, "days"));
          expect(Math.max(...days)).toBeCloseTo(metric(data, "bestDay"), 12);
          expect(Math.min(...days)).toBeCloseTo(metric(data, "worstDay"), 12);
          expect(data.drawdowns?.[0]?.depth).toBeCloseTo(metric(data, "maxDrawdown"), 12);
          expect(data.drawdownCount).toBe(metric(data, "drawdownCount"));
          const [peak, trough] = data.drawdowns?.[0]?.rows ?? [0, 0];
          expect(1 - (equity[trough] ?? 0) / (equity[peak] ?? 1)).toBeCloseTo(metric(data, "maxDrawdown"), 12);
        },
        name === "a period" ? { period: { from: Date.UTC(2022, 6, 1) } } : {},
      ));

  it("reads the columns alone that are asked for, and no others before it is rendered", () =>
    withReport({}, ({ curve, days, benchmarkMonths }) => {
      const [all] = [...(curve?.blocks() ?? [])];
      const [some] = [...(curve?.blocks(["benchmark"]) ?? [])];
      expect(Object.keys(some?.columns ?? {})).toEqual(["benchmark"]);
      expect(some?.columns.benchmark).toEqual(all?.columns.benchmark);
      expect(some?.equity).toEqual(all?.equity);
      if (curve === undefined) throw new Error("no curve");
      const asked: unknown[] = [];
      const watched = {
        ...curve,
        blocks(...columns: Parameters<typeof curve.blocks>) {
          asked.push(...columns);
          return curve.blocks(...columns);
        },
      };
      expect(curveFacts(watched)).toEqual({ days, benchmarkMonths });
      expect(asked).toEqual([["benchmark"]]);
    }));

  it("has each trade in the rows of its times", () =>
    withReport({}, (data) => {
      const { times } = whole(data);
      let closed = 0;
      for (const block of data.trades?.blocks() ?? [])
        for (let i = 0; i < block.length; i++) {
          expect(times[block.entryRow[i] ?? -1]).toBe(block.entryTime[i]);
          expect(times[block.exitRow[i] ?? -1]).toBe(block.exitTime[i]);
          if (block.open[i] === 0) closed++;
        }
      expect(closed).toBe(metric(data, "trades"));
      expect(closed).toBeGreaterThan(10);
    }));

  it("has the share of accounts that hold a position: its mean is the exposure", () =>
    withReport(
      {},
      (data) => {
        const { columns, length } = whole(data);
        const sum = (values: Float64Array = new Float64Array(0)): number => values.reduce((a, b) => a + b, 0);
        expect(sum(columns.long) / length).toBeCloseTo(metric(data, "longExposure"), 12);
        expect(sum(columns.short) / length).toBeCloseTo(metric(data, "shortExposure"), 12);
      },
      { symbols: ["A"] },
    ));

  it("has the share of symbols that a shared account holds", () =>
    withReport({ account: "shared" }, (data) => {
      const { columns, length } = whole(data);
      const open = Array.from({ length }, () => 0);
      for (const block of data.trades?.blocks() ?? [])
        for (let i = 0; i < block.length; i++) {
          const end = block.open[i] === 1 ? length : (block.exitRow[i] ?? 0);
          for (let row = block.entryRow[i] ?? 0; row < end; row++) open[row] = (open[row] ?? 0) + 0.5;
        }
      expect(Math.max(...open)).toBe(1);
      expect(open.map((_, row) => (columns.long?.[row] ?? 0) + (columns.short?.[row] ?? 0))).toEqual(open);
    }));

  it("has the bars of each symbol in the rows of their times, with the equity of its account", () =>
    withReport({}, (data, outcome) => {
      const bars = data.bars?.("B");
      const [block] = bars?.blocks() ?? [];
      expect(block?.length).toBe(outcome.report.symbols[1]?.bars);
      expect(block?.row[0]).toBe(100);
      expect(Array.from(block?.row.subarray(0, 8) ?? [])).toEqual([100, 101, 102, 103, 104, 106, 107, 108]);
      expect(block?.range?.high[0]).toBeCloseTo((block?.close[0] ?? 0) + 0.5, 9);
      expect((block?.equity?.at(-1) ?? 0) / 10_000 - 1).toBeCloseTo(Number(outcome.report.symbols[1]?.totalReturn), 12);
    }));

  it("leaves out equity before costs if parts of the capital do not have parts of the figures", () =>
    withReport({ lotSize: 1 }, (data) => {
      expect(data.curve?.columns).toEqual(["long", "short", "sharpe"]);
    }));

  for (const account of ["separate", "shared"] as const)
    it(`has the costs so far, which rise to those of the figures, of a ${account} account`, () =>
      withReport({ account, feeBps: 10, slippageBps: 5 }, (data) => {
        const { columns, times } = whole(data);
        const { costs = new Float64Array(0) } = columns;
        const { fees, slippage } = data.result.portfolio?.costs ?? { fees: 0, slippage: 0 };
        expect(Math.min(fees, slippage)).toBeGreaterThan(1);
        expect(costs[0]).toBe(0);
        expect(costs.at(-1)).toBeCloseTo(fees + slippage, 8);
        expect(costs.every((sum, row) => row === 0 || sum >= (costs[row - 1] ?? 0))).toBe(true);
        const steps = [...times].filter((_, row) => row > 0 && costs[row] !== costs[row - 1]);
        const filled = new Set<bigint>();
        for (const block of data.trades?.blocks() ?? [])
          for (let i = 0; i < block.length; i++) {
            filled.add(block.entryTime[i] ?? 0n);
            if (block.open[i] === 0) filled.add(block.exitTime[i] ?? 0n);
          }
        expect(steps).toEqual([...filled].sort((a, b) => Number(a - b)));
      }));

  it("leaves out costs so far if the run did not keep its fills", () =>
    withReport({}, (data) => expect(data.curve?.columns).not.toContain("costs"), { fills: false }));

  it("explains every metric", () =>
    withReport({}, (data) => {
      expect(data.metrics.map(({ name }) => name)).toEqual(Object.keys(metricTable));
    }));

  it("is written as a page, the same bytes each time", () =>
    withReport({}, async (_data, outcome, runtime) => {
      const files = ["one.html", "two.html"].map((name) => join(cwd, name));
      for (const file of files) await writeReport(runtime, outcome, file, { title: "A <test>" });
      const [one, two] = await Promise.all(files.map((file) => readFile(file, "utf8")));
      expect(one).toBe(two);
      expect(one).toContain("<h1><bdi>A &lt;test&gt;</bdi></h1>");
      expect(one).not.toContain(cwd);
    }));

  it("has the average signals of ATC, with both thresholds", () => {
    const thresholds = { longThreshold: 0.2, shortThreshold: -0.3 };
    return withReport({ strategy: "atc", ...thresholds }, (data) => {
      const closes = [...(data.bars?.("A")?.blocks() ?? [])].flatMap(({ close }) => Array.from(close));
      const { columns } = compute({ close: Float64Array.from(closes) }, thresholds, { outputs: ["averageSignal"] });
      // Until there is a signal, none is held.
      const held = Array.from(columns.averageSignal, (value) => (Number.isNaN(value) ? 0 : value));
      expect(signalsOf(data, "A")).toEqual(held);
      expect(data.signalThresholds).toEqual({ long: 0.2, short: -0.3 });
    });
  });

  for (const [what, config] of [
    ["another strategy", { strategy: "cross" }],
    ["an account that all symbols share", { strategy: "atc", account: "shared" }],
    ["directions from columns", { strategy: "columns" }],
  ] as const)
    it(`has no signals of ${what}`, async () => {
      expect(reportColumns({ ...configDefaults, ...config })).not.toContain("strength");
      if (what === "directions from columns") return;
      await withReport(config, (data) => {
        expect(signalsOf(data, "A").every((signal) => signal === undefined)).toBe(true);
        expect(data.signalThresholds).toBeUndefined();
      });
    });

  describe("if the dataset changes after the run", () => {
    const bars = (level: number): string =>
      Array.from({ length: 60 }, (_, i) => {
        const price = level + 20 * Math.sin(i / 9);
        return `${new Date(Date.UTC(2022, 0, 1 + i)).toISOString()},${price},${price + 1},${price - 1},${price},10\n`;
      }).join("");

    /** Runs, changes the dataset, and writes reports before and after. */
    async function rewritten(
      config: Partial<AtcConfig>,
      change: (runtime: Runtime, name: string, replace: () => Promise<unknown>) => Promise<unknown>,
    ): Promise<readonly string[]> {
      const folder = await mkdtemp(join(cwd, "replaced-"));
      const write = (level: number): Promise<void> =>
        writeFile(join(folder, "own.csv"), `timestamp,open,high,low,close,volume\n${bars(level)}`);
      await write(100);
      await using runtime = await openRuntime({ cwd: folder, env: {}, config: { strategy: "cross", ...config } });
      using outcome = await openBacktest(runtime, "own.csv", { curves: true, recorded: reportColumns(runtime.config) });
      const files = ["before.html", "after.html"].map((name) => join(folder, name));
      await writeReport(runtime, outcome, files[0] ?? "");
      await change(runtime, outcome.dataset, async () => {
        await write(500);
        const { manifest, reused } = await ingestFile(runtime, "own.csv");
        expect(reused).toBe(false);
        expect(manifest.name).toBe(outcome.dataset);
      });
      try {
        await writeReport(runtime, outcome, files[1] ?? "");
      } catch (error) {
        await expect(readFile(files[1] ?? "")).rejects.toThrow("ENOENT");
        throw error;
      }
      return await Promise.all(files.map((file) => readFile(file, "utf8")));
    }

    it("shows the prices that the run has read", async () => {
      const [before, after] = await rewritten({}, (_runtime, _name, replace) => replace());
      expect(after).toBe(before);
    });

    it("writes nothing if that generation is gone", () =>
      expect(rewritten({ keepGenerations: 0 }, (_runtime, _name, replace) => replace())).rejects.toMatchObject({
        code: "ATC_NOT_FOUND",
      }));

    it("writes nothing if another dataset has its name and number", () =>
      expect(
        rewritten({}, async (runtime, name, replace) => {
          await runtime.store.delete(name);
          await replace();
        }),
      ).rejects.toMatchObject({ code: "ATC_REPLACED", message: expect.stringContaining("run it again") }));
  });
});
