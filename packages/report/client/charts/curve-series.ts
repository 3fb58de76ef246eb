import type { CurveColumn } from "../../src/data/report-data.ts";
import type { Block } from "../../src/reading/arrays.ts";
import { drawdownOf, isWide } from "../../src/reading/curve-shape.ts";
import { type LevelSeries, levelSeries, replaceableSeries } from "../../src/reading/level-series.ts";
import { type RowTimes, rowTimes } from "../../src/reading/row-times.ts";

/** The series of the first chart and the times of its rows. Those that the block does not have are undefined. */
export interface EquityCurve {
  readonly equity: LevelSeries;
  readonly gross?: LevelSeries | undefined;
  readonly benchmark?: LevelSeries | undefined;
  readonly times: RowTimes;
  /** Whether equity changes by more than a factor of 20, so that a logarithmic axis shows more. */
  readonly isWide: boolean;
  /** Reads all buckets, if the series have few so far. */
  readAll(): Promise<void>;
}

/** The series of the other panels of the curve. */
export interface CurveSeries {
  readonly drawdown: LevelSeries;
  readonly long?: LevelSeries | undefined;
  readonly short?: LevelSeries | undefined;
  readonly sharpe?: LevelSeries | undefined;
  readonly costs?: LevelSeries | undefined;
}

const optional = (values: Float64Array): Float64Array | undefined => (values.length === 0 ? undefined : values);

/** A column of the curve; undefined if the block does not have it. */
async function readColumn(block: Block, name: CurveColumn, place = ""): Promise<LevelSeries | undefined> {
  const entry = block.entry(place + name);
  if (entry === undefined) return undefined;
  const close = await block.values(place + name);
  const { first, ends, bars: size = 1 } = entry;
  return levelSeries({ close, size, first, ends, isMean: name === "long" || name === "short" });
}

/** The lines of the first chart. */
interface EquityLines {
  readonly equity: LevelSeries;
  readonly gross: LevelSeries | undefined;
  readonly benchmark: LevelSeries | undefined;
  readonly isWide: boolean;
}

/** Reads the lines of the first chart, all at once: one after the other takes twice as long. */
async function readLines(block: Block, place: string): Promise<EquityLines> {
  const { bars: size = 1, ends } = block.entry(`${place}equity/close`) ?? {};
  const [[close, low, high], gross, benchmark] = await Promise.all([
    Promise.all(["close", "low", "high"].map((name) => block.values(`${place}equity/${name}`))),
    readColumn(block, "gross", place),
    readColumn(block, "benchmark", place),
  ]);
  return {
    equity: levelSeries({ close, low: optional(low), high: optional(high), size, ends }),
    gross,
    benchmark,
    isWide: isWide(optional(low) ?? close, optional(high) ?? close),
  };
}

async function readTimes(block: Block): Promise<RowTimes> {
  const { json } = block;
  const times = await block.values("times");
  return rowTimes({
    times,
    lastTime: json.lastTime ?? times[times.length - 1],
    n: json.n,
    size: block.entry("times")?.bars ?? 1,
    isRegular: block.entry("times")?.enc === "regular",
    areDates: json.areDates,
  });
}

/** Reads what the first chart needs: few buckets of a long curve, and the rest of them when it is drawn. */
export async function readEquity(block: Block): Promise<EquityCurve> {
  const hasOverview = block.entry("overview/equity/close") !== undefined;
  const [lines, times] = await Promise.all([readLines(block, hasOverview ? "overview/" : ""), readTimes(block)]);
  const equity = replaceableSeries(lines.equity);
  const gross = lines.gross && replaceableSeries(lines.gross);
  const benchmark = lines.benchmark && replaceableSeries(lines.benchmark);
  return {
    equity,
    gross,
    benchmark,
    times,
    isWide: lines.isWide,
    async readAll() {
      if (!hasOverview) return;
      const all = await readLines(block, "");
      equity.replace(all.equity);
      if (all.gross !== undefined) gross?.replace(all.gross);
      if (all.benchmark !== undefined) benchmark?.replace(all.benchmark);
    },
  };
}

/** How far the last equity is below the peak. The last bucket has the worst of its bars instead. */
async function lastFall(block: Block): Promise<readonly [null, number | null]> {
  const last = block.entry("equity/close")?.ends?.[1] ?? null;
  const highs = await block.values(block.entry("equity/high") === undefined ? "equity/close" : "equity/high");
  const peak = highs.reduce((a, b) => Math.max(a, b), last ?? Number.NEGATIVE_INFINITY);
  return [null, last === null || !(peak > 0) ? null : last / peak - 1];
}

/** Reads the arrays of the other panels of the curve. */
export async function readCurve(block: Block): Promise<CurveSeries> {
  const size = block.entry("equity/close")?.bars ?? 1;
  const hasFalls = block.entry("drawdown") !== undefined;
  const [falls, long, short, sharpe, costs] = await Promise.all([
    hasFalls ? block.values("drawdown") : block.values("equity/close").then(drawdownOf),
    ...(["long", "short", "sharpe", "costs"] as const).map((name) => readColumn(block, name)),
  ] as const);
  const ends = await lastFall(block);
  return { drawdown: levelSeries({ close: falls, size, ends }), long, short, sharpe, costs };
}
