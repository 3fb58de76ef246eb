import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allocateFills, allocateTrades, fillReasons } from "@atc/backtest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BarExplanation, type BarPlace, explainBars, explainedColumns } from "../src/checks.ts";
import {
  type OpenBacktestWithCurves,
  openBacktest,
  openRuntime,
  type RunBacktestOptions,
  type RuntimeOptions,
} from "../src/index.ts";

let cwd: string;

const start = Date.UTC(2023, 0, 1);
const dayMs = 86_400_000;
const isoDay = (i: number): string => new Date(start + i * dayMs).toISOString();

function closeOf(i: number, seed: number): number {
  return 100 + 12 * Math.sin((i + 40 * seed) / (7 + seed)) + i / 20;
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-explain-"));
  const rows = ["AAA", "BBB", "CCC"].flatMap((symbol, seed) =>
    Array.from({ length: 300 }, (_, i) => {
      const [open, close] = [closeOf(i - 0.7, seed), closeOf(i, seed)];
      const prices = [open, Math.max(open, close) + 0.4, Math.min(open, close) - 0.4, close];
      return `${symbol},${isoDay(i)},${prices.map((price) => price.toFixed(3)).join(",")}`;
    }),
  );
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

type Inspect = (
  run: OpenBacktestWithCurves,
  explain: (...bars: BarPlace[]) => Promise<readonly BarExplanation[]>,
) => unknown;

/** Backtests with `cross` unless another strategy is configured, and inspects the open run. */
async function withRun(
  config: RuntimeOptions["config"],
  inspect: Inspect,
  given: RunBacktestOptions = {},
): Promise<void> {
  await using runtime = await openRuntime({
    cwd,
    env: {},
    onWarning: () => undefined,
    config: { strategy: "cross", parameters: { fast: 3, slow: 12 }, feeBps: 5, slippageBps: 10, ...config },
  });
  using run = await openBacktest(runtime, "bars.csv", {
    ...given,
    curves: true,
    fills: true,
    recorded: explainedColumns(runtime.config),
  });
  await inspect(run, (...bars) => explainBars(runtime, run, bars));
}

const at = (symbol: string, i: number): BarPlace => ({ symbol, time: start + i * dayMs });

/** The recorded fills of the first account. */
function fillsOf({ curves }: OpenBacktestWithCurves): ReturnType<typeof allocateFills> {
  const reader = curves.shared?.curves ?? curves.accounts[0]?.curves;
  const fills = allocateFills(reader?.fills ?? 0);
  reader?.readFills(0, fills, new Int32Array(fills.length));
  return fills;
}

const number = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;

describe("explainBars", () => {
  it("shows every recorded fill at its bar, with the decision before, the account and the position", async () => {
    await withRun({}, async (run, explain) => {
      const fills = fillsOf(run);
      const reader = run.curves.accounts[0]?.curves;
      expect(fills.length).toBeGreaterThan(5);
      let held = 0;
      for (let i = 0; i < fills.length; i++) {
        const time = Number(fills.time[i]);
        const row = (time - start) / dayMs;
        const [one] = await explain({ symbol: "AAA", time });
        const quantity = number(fills.quantity, i);
        expect(one?.fills).toHaveLength(1);
        const fill = one?.fills[0];
        expect(fill).toMatchObject({
          quantity,
          price: number(fills.price, i),
          fee: number(fills.fee, i),
          slippage: number(fills.slippage, i),
          reason: "signal",
          before: held,
          after: held + quantity,
        });
        expect(fill?.reference).toBeCloseTo(Number(closeOf(row - 0.7, 0).toFixed(3)), 9);
        held += quantity;
        const [before, after] = [new Float64Array(1), new Float64Array(1)];
        reader?.equity(row - 1, before);
        reader?.equity(row, after);
        const directions = new Int8Array(2);
        reader?.directions(row - 1, directions);
        expect(one).toMatchObject({
          time: new Date(time).toISOString(),
          decidedBefore: { time: isoDay(row - 1), direction: directions[0] },
          decided: { direction: directions[1] },
          close: Number(closeOf(row, 0).toFixed(3)),
          accountBefore: { time: isoDay(row - 1), equity: before[0] },
          account: { time: isoDay(row), equity: after[0] },
          position: { after: held },
        });
        expect(Math.sign(held)).toBe(directions[0]);
        const { cash = 0, equity = 0 } = one?.account ?? {};
        expect(cash + held * (one?.close ?? 0)).toBeCloseTo(equity, 6);
      }
    });
  });

  it("shows the trade that ends, and the position since its entry at a bar without a fill", async () => {
    await withRun({}, async (run, explain) => {
      const fills = fillsOf(run);
      const [first, second] = [Number(fills.time[0]), Number(fills.time[1])];
      const [between, end] = await explain({ symbol: "AAA", time: first + dayMs }, { symbol: "AAA", time: second });
      expect(between).toMatchObject({ fills: [], ended: [] });
      expect(between?.position).toEqual({
        before: number(fills.quantity, 0),
        after: number(fills.quantity, 0),
        since: new Date(first).toISOString(),
        entryPrice: number(fills.price, 0),
      });
      expect(end?.ended).toMatchObject([
        { entryTime: new Date(first).toISOString(), entryPrice: number(fills.price, 0), reason: "signal" },
      ]);
    });
  });

  it("shows no position after its end, and the entry of the next, if quantities of resizes do not add up exactly", async () => {
    const sizing = { sizing: "volatilityTarget", size: 0.2, volatilityLookback: 3, maxLeverage: 8 } as const;
    await withRun({ ...sizing, side: "long", account: "shared", rebalance: "everyBar" }, async (run, explain) => {
      const reader = run.curves.shared?.curves;
      const trades = allocateTrades(reader?.trades ?? 0);
      const symbols = new Int32Array(trades.length);
      reader?.readTrades(0, trades, symbols);
      const sums = new Map<string, number>();
      const left: number[] = [];
      const fills = fillsOf(run);
      const places = new Int32Array(fills.length);
      reader?.readFills(0, allocateFills(fills.length), places);
      for (let i = 0; i < fills.length; i++) {
        const symbol = String(places[i]);
        const sum = (sums.get(symbol) ?? 0) + number(fills.quantity, i);
        sums.set(symbol, sum);
        if (Math.abs(sum) < 1e-6) left.push(sum);
      }
      expect(left.some((sum) => sum !== 0)).toBe(true);
      for (let i = 0; i < trades.length; i++) {
        if (trades.open[i] === 1) continue;
        const symbol = ["AAA", "BBB", "CCC"][number(symbols, i)] ?? "";
        const [entry, exit] = [Number(trades.entryTime[i]), Number(trades.exitTime[i])];
        const [first, last] = await explain({ symbol, time: entry }, { symbol, time: exit });
        expect(first?.position).toMatchObject({ before: 0, since: new Date(entry).toISOString() });
        expect(last?.position).toEqual({ before: expect.any(Number), after: 0 });
        expect(last?.closing).toEqual({ time: new Date(exit).toISOString(), reason: "signal" });
      }
    });
  });

  it("shows the levels at which exits then happen, and what closed the last position", async () => {
    await withRun({ stopLoss: 0.04, takeProfit: 0.06, slippageBps: 0 }, async (run, explain) => {
      const fills = fillsOf(run);
      const found = { stopLoss: 0, takeProfit: 0 };
      for (let i = 1; i < fills.length; i++) {
        const reason = fillReasons[number(fills.reason, i)];
        if (reason !== "stopLoss" && reason !== "takeProfit") continue;
        const time = Number(fills.time[i]);
        const [before, exit] = await explain({ symbol: "AAA", time: time - dayMs }, { symbol: "AAA", time });
        if (before?.position.after === 0) continue;
        const reference = exit?.fills.at(-1)?.reference ?? 0;
        const open = Number(closeOf((time - start) / dayMs - 0.7, 0).toFixed(3));
        if (Math.abs(reference - open) < 1e-9) continue;
        expect(reference).toBeCloseTo(before?.position[reason] ?? 0, 9);
        expect(exit?.closing).toEqual({ time: new Date(time).toISOString(), reason });
        found[reason]++;
      }
      expect(found.stopLoss + found.takeProfit).toBeGreaterThan(2);
    });
  });

  it("reads the account that symbols share, and the decisions of the symbol", async () => {
    await withRun({ account: "shared", maxPositions: 2 }, async (run, explain) => {
      const reader = run.curves.shared?.curves;
      const fills = allocateFills(reader?.fills ?? 0);
      const symbols = new Int32Array(fills.length);
      reader?.readFills(0, fills, symbols);
      const all = new Map<string, number>();
      expect(fills.length).toBeGreaterThan(5);
      for (let i = 0; i < fills.length; i++) {
        const symbol = run.curves.shared?.symbols[symbols[i] ?? 0] ?? "";
        const [one] = await explain({ symbol, time: Number(fills.time[i]) });
        const shown = one?.fills.find(({ quantity }) => quantity === number(fills.quantity, i));
        expect(shown?.price).toBe(number(fills.price, i));
        expect(shown?.before).toBeCloseTo(all.get(symbol) ?? 0, 9);
        all.set(symbol, (all.get(symbol) ?? 0) + number(fills.quantity, i));
        expect(one?.decidedBefore?.direction).toBe(Math.sign(shown?.after ?? 0));
      }
      const equity = new Float64Array(1);
      reader?.equity(200, equity);
      const [late] = await explain(at("BBB", 200));
      expect(late?.account).toMatchObject({ time: isoDay(200), equity: equity[0] });
      expect(late).not.toHaveProperty("close");
    });
  });

  it("explains the bars of a strategy that sees all symbols", async () => {
    await withRun({ strategy: "momentum", parameters: { bars: 5, hold: 1 } }, async (run, explain) => {
      const fills = fillsOf(run);
      expect(fills.length).toBeGreaterThan(5);
      const day = (Number(fills.time[2]) - start) / dayMs;
      const all = await explain(...["AAA", "BBB", "CCC"].map((symbol) => at(symbol, day)));
      const filled = all.flatMap((one) => one.fills.map(({ price }) => price));
      expect(filled).toContain(number(fills.price, 2));
      const weights = all.map(({ decidedBefore }) => decidedBefore?.strength ?? 0);
      expect(weights.toSorted()).toEqual([0, 0, 1]);
    });
  });

  it("starts at the last bar before a period, on which the account decides but has no order", async () => {
    const period = { from: start + 100 * dayMs, to: start + 200 * dayMs };
    await withRun(
      {},
      async (_run, explain) => {
        const [first, next] = await explain(at("AAA", 99), at("AAA", 100));
        expect(first).not.toHaveProperty("decidedBefore");
        expect(first?.fills).toEqual([]);
        expect(next?.fills).toHaveLength(1);
        await expect(explain(at("AAA", 98))).rejects.toMatchObject({
          code: "ATC_NOT_FOUND",
          details: { nearest: [isoDay(99)] },
        });
        await expect(explain(at("AAA", 200))).rejects.toMatchObject({ details: { nearest: [isoDay(199)] } });
      },
      { period },
    );
  });

  it("names the nearest bars if there is none, and takes the only bar of a day", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${isoDay(i).slice(0, 10)}T16:00Z,${closeOf(i, 0)}`);
    await writeFile(join(cwd, "bars.csv"), `timestamp,close\n${rows.join("\n")}\n`);
    await withRun({}, async (_run, explain) => {
      const time = start + 20 * dayMs;
      const [one] = await explain({ symbol: "bars", time, isDate: true });
      expect(one?.time).toBe(`${isoDay(20).slice(0, 10)}T16:00:00.000Z`);
      const nearest = [19, 20].map((i) => `${isoDay(i).slice(0, 10)}T16:00:00.000Z`);
      await expect(explain({ symbol: "bars", time })).rejects.toMatchObject({
        code: "ATC_NOT_FOUND",
        details: { nearest },
      });
      await expect(explain({ symbol: "BARS", time })).rejects.toMatchObject({
        code: "ATC_NOT_FOUND",
        message: expect.stringContaining('did you mean "bars"?'),
      });
    });
  });

  it("explains all ticks of a millisecond at once", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const time = new Date(start + Math.floor(i / 2)).toISOString();
      return `${time},${closeOf(i, 0).toFixed(3)},1`;
    });
    await writeFile(join(cwd, "bars.csv"), `timestamp,price,size\n${rows.join("\n")}\n`);
    await withRun({ parameters: { fast: 1, slow: 3 } }, async (run, explain) => {
      const fills = fillsOf(run);
      const time = fills.time[1] ?? 0n;
      const [one] = await explain({ symbol: "bars", time: Number(time / 1_000_000n) });
      expect(one?.fills.map(({ quantity }) => quantity)).toContain(number(fills.quantity, 1));
      expect(one?.decidedBefore?.time.slice(0, 23)).not.toBe(one?.time.slice(0, 23));
    });
  });

  it("adds the signals of ATC, whose average is the recorded strength", async () => {
    await withRun({ strategy: "atc", parameters: {} }, async (_run, explain) => {
      for (const one of await explain(at("CCC", 150), at("CCC", 299))) {
        expect(one.decided.strength).toBe(one.atc?.averageSignal);
        expect(one.atc?.kinds).toHaveLength(6);
      }
    });
  });

  it("shows entries under signal entries, and weights under signal weight", async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${isoDay(i)},${closeOf(i, 0)},${i % 8 === 3 ? 1 : 0},${i % 8 === 6 ? 1 : 0},0,0,${(i % 5) / 10}`,
    );
    const header = "timestamp,close,longEntry,longExit,shortEntry,shortExit,weight";
    await writeFile(join(cwd, "bars.csv"), `${header}\n${rows.join("\n")}\n`);
    await withRun({ strategy: "columns", parameters: {}, signal: "entries" }, async (_run, explain) => {
      const [one] = await explain(at("bars", 12));
      expect(one).toMatchObject({
        decidedBefore: { direction: 1, entry: true },
        decided: { direction: 1, entry: false },
      });
    });
    await withRun({ strategy: "columns", parameters: {}, signal: "weight" }, async (_run, explain) => {
      const [one] = await explain(at("bars", 12));
      expect(one).toMatchObject({ decidedBefore: { strength: 0.1 }, decided: { strength: 0.2 } });
    });
  });

  it("is the same with results from the cache and with columns that a file has", async () => {
    const explained: unknown[] = [];
    for (const columns of [[], [], ["exposure"]] as const)
      await withRun(
        {},
        async (run, explain) => {
          explained.push(await explain(at("BBB", 77)));
          expect(run.curves.columns).toEqual(columns);
        },
        { columns },
      );
    expect(explained[1]).toEqual(explained[0]);
    expect(explained[2]).toEqual(explained[0]);
  });
});
