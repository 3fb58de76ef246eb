import type { ReportCurve, ReportData } from "../data/report-data.ts";
import { coarserCurve } from "./coarser-curve.ts";
import type { CollectedBars } from "./collect-bars.ts";
import { bucketBits, type CollectedCurve, collectCurve } from "./collect-curve.ts";
import { type CollectedPrices, collectPrices, thinnedPrices } from "./shown-bars.ts";
import { type SingleBars, singleBars } from "./single-bars.ts";
import { type KeptTrades, keptTrades, mostTrades } from "./trade-arrays.ts";

/** How much detail a block has. */
interface Detail {
  readonly buckets: number;
  readonly candles: number;
  readonly trades: number;
}

/** 10 million bars are 156,250 buckets of 64. */
const fullDetail: Detail = { buckets: 160_000, candles: 160_000, trades: mostTrades };

/** Below this detail, a report is too coarse to be read, however small it is. */
const fewest: Detail = { buckets: 5000, candles: 5000, trades: 1000 };

/** The most single bars that are read. */
const mostSingles = 500_000;

/** What the arrays of a block are made of. */
export interface BlockContent extends Pick<CollectedPrices, "sparks"> {
  readonly timeUnit: ReportCurve["timeUnit"];
  readonly curve: CollectedCurve | undefined;
  readonly trades: KeptTrades | undefined;
  readonly bars: readonly CollectedBars[];
  /** Single bars of the candles at the same place in `bars`, if those are of several bars. */
  readonly singles: readonly (CollectedBars | undefined)[];
}

/** The content of a block in falling detail. */
export interface BlockContents {
  /** The present content, without single bars. */
  content(): BlockContent;
  /** Lowers the detail; false if it is the lowest. */
  lower(): boolean;
  /** Single bars for candles of several bars, at most about `most` of them. */
  singles(most: number): SingleBars | undefined;
}

/** Less detail: of prices and of the curve in turn, then of trades. */
function lessDetail({ buckets, candles, trades }: Detail): Detail | undefined {
  if (candles > fewest.candles && candles >= buckets) return { buckets, candles: candles / 2, trades };
  if (buckets > fewest.buckets) return { buckets: buckets / 2, candles, trades };
  return trades > fewest.trades ? { buckets, candles, trades: trades / 2 } : undefined;
}

/** Reads all that a block can have, once; less detail is made of what was read. */
export function blockContents(data: ReportData): BlockContents {
  let detail = fullDetail;
  let curve = data.curve && collectCurve(data.curve, bucketBits(data.curve.length, detail.buckets));
  let trades = data.trades && keptTrades(data.trades, detail.trades);
  const prices = collectPrices(data, detail.candles);
  let { bars } = prices;
  return {
    content: () => ({
      timeUnit: data.curve?.timeUnit ?? "ms",
      curve,
      trades,
      bars,
      sparks: prices.sparks,
      singles: [],
    }),
    lower() {
      const next = lessDetail(detail);
      if (next === undefined) return false;
      if (curve !== undefined) {
        const bits = bucketBits(curve.length, next.buckets);
        while (curve.bits < bits) curve = coarserCurve(curve);
      }
      if (next.candles < detail.candles) bars = thinnedPrices(prices, next.candles);
      if (next.trades < detail.trades) trades = data.trades && keptTrades(data.trades, next.trades);
      detail = next;
      return true;
    },
    singles: (most) => singleBars(data, bars, trades, Math.min(most, mostSingles)),
  };
}
