import type {
  BarBlock,
  CurveBlock,
  MetricText,
  ReportBars,
  ReportCurve,
  ReportData,
  ReportResult,
  ReportTrades,
  TradeBlock,
} from "../src/index.ts";

/** What a made-up report is made of. */
export interface SampleOptions {
  readonly names?: readonly string[];
  readonly bars?: number;
  /** Bars between trades. */
  readonly tradeBars?: number;
  readonly skipped?: boolean;
  readonly strategy?: string;
  readonly notes?: readonly string[];
  /** Whether the bars have signals. */
  readonly signals?: boolean;
  /** ms between bars. */
  readonly step?: number;
}

const start = Date.UTC(2015, 2, 20);
const blockRows = 1000;
const capital = 10_000;

/** A number from 0 to 1 that depends on two indices only. */
function noise(a: number, b: number): number {
  const x = Math.sin(12.9898 * (a + 1) + 78.233 * (b + 1)) * 43_758.5453;
  return x - Math.floor(x);
}

/** The equity of a row: a wave on a trend, above 0. */
const equityAt = (row: number): number => capital * (1 + 0.2 * Math.sin(row / 90) + 0.05 * noise(row, 3));
const priceAt = (symbol: number, row: number): number =>
  Math.round(100 * (50 + 10 * symbol + 8 * Math.sin(row / 40 + symbol) + noise(row, symbol))) / 100;

const signalAt = (symbol: number, row: number): number => Math.sin(row / 30 + symbol);

function* blocksOf(length: number): Generator<readonly [row: number, length: number], void, void> {
  for (let row = 0; row < length; row += blockRows) yield [row, Math.min(blockRows, length - row)];
}

function sampleCurve(length: number, step: number): ReportCurve {
  return {
    timeUnit: "ms",
    length,
    columns: ["gross", "benchmark", "long", "short", "sharpe"],
    *blocks() {
      for (const [row, rows] of blocksOf(length)) {
        const column = (value: (at: number) => number): Float64Array =>
          Float64Array.from({ length: rows }, (_, i) => value(row + i));
        const block: CurveBlock = {
          length: rows,
          times: BigInt64Array.from({ length: rows }, (_, i) => BigInt(start + (row + i) * step)),
          equity: column(equityAt),
          columns: {
            gross: column((at) => 1.1 * equityAt(at)),
            benchmark: column((at) => capital * (1 + at / 5000)),
            long: column((at) => (at % 40 < 20 ? 0.6 : 0.2)),
            short: column((at) => (at % 40 < 20 ? 0.1 : 0.5)),
            sharpe: column((at) => (at < 20 ? Number.NaN : Math.sin(at / 50))),
          },
        };
        yield block;
      }
    },
  };
}

function sampleTrades(
  names: readonly string[],
  { bars, every, step }: Readonly<Record<"bars" | "every" | "step", number>>,
): ReportTrades {
  const perSymbol = Math.floor((bars - 1) / every);
  const length = names.length * perSymbol;
  return {
    length,
    symbols: names,
    reasons: ["signal", "stopLoss"],
    *blocks() {
      for (const [row, rows] of blocksOf(length)) {
        const column = (value: (at: number) => number): number[] =>
          Array.from({ length: rows }, (_, i) => value(row + i));
        const entry = (at: number): number => (at % perSymbol) * every;
        const block: TradeBlock = {
          length: rows,
          symbol: Int32Array.from(column((at) => Math.floor(at / perSymbol))),
          entryTime: BigInt64Array.from(column(entry), (at) => BigInt(start + at * step)),
          exitTime: BigInt64Array.from(column(entry), (at) => BigInt(start + (at + every - 1) * step)),
          entryRow: Int32Array.from(column(entry)),
          exitRow: Int32Array.from(column((at) => entry(at) + every - 1)),
          direction: Int8Array.from(column((at) => (at % 2 === 0 ? 1 : -1))),
          quantity: Float64Array.from(column((at) => 10 + noise(at, 1))),
          entryPrice: Float64Array.from(column((at) => priceAt(Math.floor(at / perSymbol), entry(at)))),
          exitPrice: Float64Array.from(column((at) => priceAt(Math.floor(at / perSymbol), entry(at) + every - 1))),
          fees: Float64Array.from(column(() => 1.5)),
          profit: Float64Array.from(column((at) => 100 * (noise(at, 2) - 0.45))),
          return: Float64Array.from(column((at) => 0.1 * (noise(at, 2) - 0.45))),
          barsHeld: Int32Array.from(column(() => every - 1)),
          mae: Float64Array.from(column((at) => -0.05 * noise(at, 4))),
          mfe: Float64Array.from(column((at) => 0.05 * noise(at, 5))),
          reason: Uint8Array.from(column((at) => at % 2)),
          open: Uint8Array.from(column((at) => (at % perSymbol === perSymbol - 1 ? 1 : 0))),
        };
        yield block;
      }
    },
  };
}

function sampleBars(
  names: readonly string[],
  bars: number,
  hasSignals: boolean,
): (symbol: string) => ReportBars | undefined {
  return (symbol) => {
    const place = names.indexOf(symbol);
    if (place < 0) return undefined;
    return {
      symbol,
      length: bars,
      *blocks() {
        for (const [row, rows] of blocksOf(bars)) {
          const column = (value: (at: number) => number): Float64Array =>
            Float64Array.from({ length: rows }, (_, i) => value(row + i));
          const open = (at: number): number => priceAt(place, Math.max(0, at - 1));
          const block: BarBlock = {
            length: rows,
            row: Int32Array.from({ length: rows }, (_, i) => row + i),
            close: column((at) => priceAt(place, at)),
            range: {
              open: column(open),
              high: column((at) => Math.max(open(at), priceAt(place, at)) + 0.25),
              low: column((at) => Math.min(open(at), priceAt(place, at)) - 0.25),
            },
            equity: column((at) => equityAt(at) * (1 + place / 10)),
            ...(hasSignals ? { signal: column((at) => signalAt(place, at)) } : {}),
          };
          yield block;
        }
      },
    };
  };
}

const costs = { fees: 321.25, slippage: 12.5, borrowCost: 0, marginInterest: 0, cashInterest: 0 };

/** Figures of an account that say one thing each, so that a test finds them on the page. */
function figures(seed: number): object {
  return {
    bars: 513,
    start: "2015-03-20T00:00:00.000Z",
    end: "2017-03-31T00:00:00.000Z",
    totalReturn: -0.2301 + seed / 100,
    grossReturn: 0.1278,
    buyAndHold: 0.2117,
    cagr: -0.1208,
    volatility: 0.0857,
    sharpe: -1.4587,
    sortino: -1.9546,
    maxDrawdown: 0.2379,
    maxDrawdownPeak: "2015-03-25T00:00:00.000Z",
    maxDrawdownTrough: "2017-02-28T00:00:00.000Z",
    maxDrawdownRecovery: null,
    exposure: 0.9961,
    turnover: 61.58,
    trades: 3173 + seed,
    winRate: 0.254,
    profitFactor: 0.6872,
    averageWin: 0.0412,
    averageLoss: -0.0202,
    fees: 321.25,
    costs,
    bankruptAt: null,
    warnings: [],
  };
}

function sampleResult(
  names: readonly string[],
  { skipped = false, strategy = "atc", notes = [] }: SampleOptions,
): ReportResult {
  return {
    config: {
      strategy,
      initialCapital: capital,
      feeBps: 10,
      slippageBps: 0,
      side: "both",
      account: "separate",
      cacheDir: "/home/someone/.cache",
      limit: null,
    },
    data: {
      path: "/home/someone/data/bars.csv",
      dataset: "bars-1234",
      fingerprint: "ab".repeat(32),
      rows: 25_632,
      symbols: names.length,
    },
    notes: notes.map((text) => ({ kind: "gaps", count: 1, text })),
    portfolio: skipped ? null : (figures(0) as NonNullable<ReportResult["portfolio"]>),
    symbols: skipped
      ? []
      : names.map((symbol, i) => ({ symbol, ...(figures(i) as NonNullable<ReportResult["portfolio"]>) })),
    skipped: skipped ? names.map((symbol) => ({ symbol, reason: "a price is missing", code: "ATC_INVALID_DATA" })) : [],
  };
}

/** The metrics of {@link figures}. */
const metrics: readonly MetricText[] = Object.entries({
  totalReturn: "part",
  cagr: "part a year",
  sharpe: "ratio",
  trades: "count",
  fees: "money",
  maxDrawdownPeak: "time",
}).map(([name, unit]) => ({ name, group: "account", unit, better: "+", formula: `the ${name}` }));

/** A made-up report. */
export function sampleReport(options: SampleOptions = {}): ReportData {
  const {
    names = ["AAA", "BBB"],
    bars = 300,
    tradeBars = 10,
    skipped = false,
    step = 86_400_000,
    signals = false,
  } = options;
  const common = { result: sampleResult(names, options), versions: { atc: "1.2.3" }, metrics };
  if (skipped) return common;
  const days = Float64Array.from({ length: Math.max(0, bars - 1) }, (_, i) => equityAt(i + 1) / equityAt(i) - 1);
  return {
    ...common,
    command: "atc backtest bars.csv --report report.html",
    curve: sampleCurve(bars, step),
    rollingWindow: 20,
    months: [
      { year: 2015, months: [null, null, 0.0123, ...new Array<number>(9).fill(-0.0345)], total: -0.159 },
      { year: 2016, months: new Array<number>(12).fill(0.021), total: 0.05 },
    ],
    benchmarkMonths: [{ year: 2016, months: new Array<number>(12).fill(0.01), total: 0.1611 }],
    drawdowns: [
      {
        peak: "2015-03-25T00:00:00.000Z",
        trough: "2017-02-28T00:00:00.000Z",
        recovery: undefined,
        depth: 0.2379,
        bars: 509,
        duration: 737 * 86_400_000,
        rows: [Math.min(3, bars - 1), Math.floor(bars / 2), bars - 1],
      },
    ],
    trades: sampleTrades(names, { bars, every: tradeBars, step }),
    days,
    bars: sampleBars(names, bars, signals),
    ...(signals ? { signalThresholds: { long: 0.1, short: -0.2 } } : {}),
  };
}

/** The equity of the sample's curve. */
export const sampleEquity: (row: number) => number = equityAt;
/** The signals of the sample's bars. */
export const sampleSignal: (symbol: number, row: number) => number = signalAt;
/** The closes of the sample's bars. */
export const samplePrice: (symbol: number, row: number) => number = priceAt;
