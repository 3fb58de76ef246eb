import { readFileSync } from "node:fs";
import { memoryDataset, strategyOf } from "@atc/backtest";
import { backtestDefaults, type Dataset, signalDefaults } from "@atc/contract";
import { type SweepConfiguration, type WalkForwardOptions, walkForwardWindows } from "@atc/sweep";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInStrategy } from "../src/compute/built-in-strategy.ts";
import type { EvaluationSpan, EvaluationUnit } from "../src/evaluate/evaluation.ts";
import { evaluateSpans, spanEvaluator } from "../src/evaluate/spans/span-evaluator.ts";
import { unitEvaluators } from "../src/evaluate/spans/unit-evaluators.ts";
import { stitchedStrategy } from "../src/evaluate/stitch/stitched-strategy.ts";

const metrics = ["totalReturn", "cagr", "volatility", "sharpe", "sortino", "maxDrawdown", "trades", "fees"] as const;
const day = 86_400_000;

/** A market of seeded walks, with gaps, halts, and other first and last days per symbol. */
function marketOf(seed: number, symbols: number, bars: number): Dataset {
  let state = 1 + seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const columns = Array.from({ length: symbols }, (_, symbol) => {
    const times: bigint[] = [];
    const [open, close]: [number[], number[]] = [[], []];
    let price = 50 + 100 * next();
    const shift = next() < 0.5 ? 0 : symbol * 3;
    const halt = next() < 0.4 ? [bars * next(), 40 + bars * 0.3 * next()] : [bars, 0];
    const [haltAt = 0, haltLength = 0] = halt;
    for (let bar = 0; bar < bars; bar++) {
      const opened = price;
      price = Math.max(0.01, price * (1 + (next() - 0.5) * 0.08));
      if (next() < 0.03 || (bar > haltAt && bar < haltAt + haltLength)) continue;
      open.push(opened);
      close.push(price);
      times.push(BigInt(day * (shift + bar)));
    }
    const rows = {
      timestamp: BigInt64Array.from(times),
      open: Float64Array.from(open),
      close: Float64Array.from(close),
    };
    return [`S${symbol}`, rows] as const;
  });
  return memoryDataset(Object.fromEntries(columns));
}

function configurationOf(
  emaLength: number,
  backtest: Partial<SweepConfiguration["backtest"]> = {},
): SweepConfiguration {
  const short = { emaLength, hmaLength: 9, wmaLength: 9, demaLength: 9, lsmaLength: 9, kamaLength: 9 };
  return {
    signals: { ...signalDefaults, ...short },
    backtest: { ...backtestDefaults, ...backtest },
    parameters: { fast: 2 + (emaLength % 3), slow: 6 },
  };
}

const configuration = fc
  .record({
    emaLength: fc.integer({ min: 8, max: 20 }),
    feeBps: fc.constantFrom(0, 5, 20),
    side: fc.constantFrom("both" as const, "long" as const),
    fill: fc.constantFrom("nextClose" as const, "nextOpen" as const),
    riskFreeRate: fc.constantFrom(0, 0.03),
    stopLoss: fc.constantFrom(0, 0, 0, 0.05),
  })
  .map(({ emaLength, ...backtest }) => configurationOf(emaLength, backtest));

const span = fc
  .record({
    from: fc.option(fc.integer({ min: 0, max: 250 }), { nil: undefined, freq: 6 }),
    length: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined, freq: 6 }),
  })
  .map(({ from, length }): EvaluationSpan => {
    const to = length === undefined ? undefined : (from ?? 0) + length;
    return {
      period: {
        ...(from === undefined ? {} : { from: from * day }),
        ...(to === undefined ? {} : { to: to * day }),
      },
    };
  });

function evaluatorsOf(dataset: Dataset, strategy: "atc" | "cross") {
  const strategyOf = ({ signals, backtest: config, parameters }: SweepConfiguration) =>
    builtInStrategy({ strategy, signals, config, parameters }, dataset);
  const kind = strategy === "atc" ? "atc" : "other";
  return unitEvaluators({ dataset, strategyOf, kind, folders: [], warn: () => undefined });
}

describe("configurations over spans", () => {
  it("have the figures and symbols of backtests over the periods, computed in one pass", async () => {
    const unit = fc.record({
      seed: fc.nat({ max: 1e6 }),
      symbols: fc.integer({ min: 1, max: 4 }),
      bars: fc.integer({ min: 60, max: 400 }),
      limit: fc.option(fc.integer({ min: 20, max: 300 }), { nil: undefined }),
      bySymbol: fc.boolean(),
      strategy: fc.constantFrom("atc" as const, "cross" as const),
      configurations: fc.array(configuration, { minLength: 1, maxLength: 10 }),
      spans: fc.array(span, { minLength: 1, maxLength: 6 }),
    });
    let heard = 0;
    await fc.assert(
      fc.asyncProperty(unit, async ({ seed, symbols, bars, strategy, ...rest }) => {
        const dataset = marketOf(seed, symbols, bars);
        const parts = evaluatorsOf(dataset, strategy);
        const given = { ...rest, symbols: dataset.symbols(), metrics, period: undefined };
        const { unheard, ...found } = await evaluateSpans(parts, given, {});
        heard += rest.configurations.length - unheard.length;
        const { unheard: _, ...expected } = await evaluateSpans({ ...parts, isShared: false }, given, {});
        expect(found).toEqual(expected);
      }),
      // With 120 runs, the count that is asked for below was missed by chance.
      { numRuns: 300 },
    );
    expect(heard).toBeGreaterThan(150);
  });

  it("have those of separate backtests", async () => {
    const dataset = marketOf(7, 3, 300);
    const parts = evaluatorsOf(dataset, "atc");
    const spans = [
      { period: { from: 0, to: 100 * day } },
      { period: { from: 100 * day, to: 130 * day } },
      { period: { from: 40 * day, to: 170 * day } },
      { period: { from: 200 * day } },
    ];
    const given: EvaluationUnit = {
      configurations: [configurationOf(8), configurationOf(12, { stopLoss: 0.03 })],
      symbols: dataset.symbols(),
      metrics,
      bySymbol: true,
      limit: undefined,
      period: undefined,
    };
    const evaluate = spanEvaluator(parts);
    const { portfolios, symbols } = await evaluate({ ...given, spans }, {});
    for (const [place, { period }] of spans.entries()) {
      const alone = await evaluate({ ...given, period }, {});
      for (const index of [0, 1]) {
        const row = index * spans.length + place;
        const width = metrics.length;
        expect(portfolios.subarray(row * width, (row + 1) * width)).toEqual(
          alone.portfolios.subarray(index * width, (index + 1) * width),
        );
        expect(symbols.subarray(row * 3 * width, (row + 1) * 3 * width)).toEqual(
          alone.symbols.subarray(index * 3 * width, (index + 1) * 3 * width),
        );
      }
    }
  });

  it("see nothing before the first time of their signals", async () => {
    const dataset = marketOf(3, 2, 300);
    const from = 150;
    const later = memoryDataset(
      Object.fromEntries(
        dataset.symbols().map((symbol) => {
          const series = dataset.series(symbol);
          const [block] = [...series.blocks({ columns: ["timestamp", "open", "close"] })];
          const times = BigInt64Array.from(block?.times() ?? []);
          const first = times.findIndex((time) => time >= BigInt(from * day));
          const of = (name: string): Float64Array => Float64Array.from(block?.values(name) ?? []).slice(first);
          return [symbol, { timestamp: times.slice(first), open: of("open"), close: of("close") }] as const;
        }),
      ),
    );
    const unit: EvaluationUnit = {
      configurations: [configurationOf(8), configurationOf(12, { stopLoss: 0.03 })],
      symbols: dataset.symbols(),
      metrics,
      bySymbol: true,
      limit: undefined,
      period: undefined,
    };
    const period = { from: 180 * day, to: 260 * day };
    const found = await spanEvaluator(evaluatorsOf(dataset, "atc"))(
      { ...unit, spans: [{ period, signalsFrom: from * day }] },
      {},
    );
    expect(found).toEqual(await spanEvaluator(evaluatorsOf(later, "atc"))({ ...unit, period }, {}));
    const whole = await spanEvaluator(evaluatorsOf(dataset, "atc"))({ ...unit, period }, {});
    expect(found.portfolios).not.toEqual(whole.portfolios);
  });

  it("have figures in the other spans if one has too few bars", async () => {
    const dataset = marketOf(5, 1, 200);
    const evaluate = spanEvaluator(evaluatorsOf(dataset, "atc"));
    const unit: EvaluationUnit = {
      configurations: [{ ...configurationOf(8), signals: { ...configurationOf(8).signals, cutout: 50 } }],
      symbols: dataset.symbols(),
      metrics,
      bySymbol: false,
      limit: undefined,
      period: undefined,
      spans: [{ period: { to: 40 * day } }, { period: { from: 100 * day } }],
    };
    const { portfolios, faults } = await evaluate(unit, {});
    expect(faults).toEqual([]);
    expect(portfolios[0]).toBeNaN();
    expect(portfolios[metrics.length]).not.toBeNaN();
    const { faults: both } = await evaluate({ ...unit, spans: [{ period: { to: 40 * day } }] }, {});
    expect(both).toMatchObject([{ place: 0, code: "ATC_INVALID_DATA" }]);
  });
});

describe("a stitched strategy", () => {
  it("decides in each window as another implementation of the rule does", () => {
    const path = new URL("../../sweep/test/fixtures/validation/walk-forward.json", import.meta.url);
    const { stitching } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly stitching: {
        readonly options: Omit<WalkForwardOptions, "bars"> & { readonly n: number };
        readonly directions: readonly (readonly number[])[];
        readonly stitched: readonly number[];
      };
    };
    const { n: bars, ...options } = stitching.options;
    const times = Array.from({ length: bars }, (_, bar) => bar * day);
    const close = new Float64Array(bars).fill(1);
    const dataset = memoryDataset({ S: { timestamp: BigInt64Array.from(times, BigInt), close } });
    const strategies = stitching.directions.map((decided, place) =>
      strategyOf(`window ${place}`, () => {
        let bar = 0;
        return (_bars, into) => {
          for (let i = 0; i < into.length; i++) into[i] = decided[bar++] ?? 0;
        };
      }),
    );
    const windows = walkForwardWindows({ bars, ...options }).map(({ test: [from, to] }, choice) => ({
      choice,
      period: { from: from * day, to: to * day },
      signalsFrom: undefined,
    }));
    const run = stitchedStrategy(dataset, strategies, windows).start("S");
    const found: number[] = [];
    // Blocks end within windows.
    for (let from = 0; from < bars; from += 7) {
      const to = Math.min(bars, from + 7);
      const directions = new Int8Array(to - from);
      const timestamp = Float64Array.from(times.slice(from, to));
      run.decide({ close: close.subarray(from, to), timestamp }, directions, {});
      found.push(...directions);
    }
    expect(found).toEqual(stitching.stitched);
  });
});
