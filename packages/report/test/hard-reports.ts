import type { CurveBlock, ReportData, TradeBlock } from "../src/index.ts";
import { type SampleOptions, sampleReport } from "./sample-report.ts";

type Points = Partial<Pick<CurveBlock, "equity" | "columns">>;

/** A report whose curve has other values. */
function withCurve(data: ReportData, change: (block: CurveBlock) => Points): ReportData {
  const { curve } = data;
  if (curve === undefined) return data;
  return {
    ...data,
    curve: {
      ...curve,
      *blocks() {
        for (const block of curve.blocks()) yield { ...block, ...change(block) };
      },
    },
  };
}

/** A report whose trades have other values. */
function withTrades(data: ReportData, change: (block: TradeBlock) => Partial<TradeBlock>): ReportData {
  const { trades } = data;
  if (trades === undefined) return data;
  return {
    ...data,
    trades: {
      ...trades,
      *blocks() {
        for (const block of trades.blocks()) yield { ...block, ...change(block) };
      },
    },
  };
}

const one: SampleOptions = { names: ["AAA"], bars: 300 };

/** A strategy that never trades. */
export const withoutTrades = (): ReportData => sampleReport({ ...one, tradeBars: 1000 });

/** An account that never changes: no variance, no drawdown. */
export function withoutVariance(): ReportData {
  const data = withCurve(withoutTrades(), ({ length, columns }) => ({
    equity: new Float64Array(length).fill(10_000),
    columns: {
      ...columns,
      gross: new Float64Array(length).fill(10_000),
      long: new Float64Array(length),
      short: new Float64Array(length),
      sharpe: new Float64Array(length).fill(Number.NaN),
    },
  }));
  return { ...data, drawdowns: [], drawdownCount: 0, days: new Float64Array(299) };
}

/** An account that owes money from the middle on. */
export const belowZero = (): ReportData =>
  withCurve(sampleReport(one), ({ equity, columns }) => ({
    equity: equity.map((value, i) => (i < 150 ? value : value - 15_000)),
    columns: { ...columns, gross: equity.map((value) => value - 14_000) },
  }));

/** Ten thousand trades that begin and end in the same bar. */
export const crowdedBar = (): ReportData => {
  const many = sampleReport({ names: ["AAA"], bars: 10_001, tradeBars: 1 });
  const trades = withTrades(many, ({ length, entryTime, exitTime }) => ({
    entryRow: new Int32Array(length).fill(150),
    exitRow: new Int32Array(length).fill(150),
    entryTime: entryTime.map(() => BigInt(Date.UTC(2015, 7, 17))),
    exitTime: exitTime.map(() => BigInt(Date.UTC(2015, 7, 17))),
    barsHeld: new Int32Array(length),
  })).trades;
  return { ...sampleReport(one), trades };
};
