import type { BoundStrategy } from "@atc/backtest";
import { AtcError, backtestDefaults, type Dataset, signalDefaults } from "@atc/contract";
import { planSweep, type SweepConfiguration } from "@atc/sweep";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInStrategy } from "../src/compute/built-in-strategy.ts";
import type { EvaluationUnit, Evaluator } from "../src/evaluate/evaluation.ts";
import { generalEvaluator } from "../src/evaluate/general-evaluator.ts";
import { runsInLanes } from "../src/evaluate/lanes/lane-accounts.ts";
import { laneEvaluator } from "../src/evaluate/lanes/lane-evaluator.ts";
import { withCoverage } from "../src/sweep/planned-coverage.ts";
import type { SweepSetup } from "../src/sweep/sweep-setup.ts";
import { day, marketOf } from "./lane-market.ts";

const metrics = ["totalReturn", "cagr", "volatility", "sharpe", "sortino", "maxDrawdown", "trades", "fees"] as const;
function evaluators(dataset: Dataset): { readonly general: Evaluator; readonly lanes: Evaluator } {
  const general = generalEvaluator({
    dataset,
    strategyOf: ({ signals, backtest: config, parameters }) =>
      builtInStrategy({ strategy: "atc", signals, config, parameters }, dataset),
    folders: [],
    warn: () => undefined,
  });
  return { general, lanes: laneEvaluator({ dataset, general }) };
}

const configuration = fc
  .record({
    ema: fc.integer({ min: 8, max: 30 }),
    kama: fc.integer({ min: 8, max: 30 }),
    lambda: fc.constantFrom(0.01, 0.02, 0.1),
    cutout: fc.constantFrom(0, 0, 5, 70),
    dialect: fc.constantFrom("lts" as const, "tradingview" as const),
    strategyMode: fc.boolean(),
    longThreshold: fc.constantFrom(0.1, 0.3),
    feeBps: fc.constantFrom(0, 5, 20),
    slippageBps: fc.constantFrom(0, 3),
    side: fc.constantFrom("both" as const, "long" as const, "short" as const),
    fill: fc.constantFrom("nextClose" as const, "nextOpen" as const),
    riskFreeRate: fc.constantFrom(0, 0.03),
    initialCapital: fc.constantFrom(10_000, 777),
    stopLoss: fc.constantFrom(0, 0, 0, 0.05),
    invalidPrices: fc.constantFrom("error" as const, "skip" as const),
  })
  .map(
    ({ ema, kama, lambda, cutout, dialect, strategyMode, longThreshold, ...account }): SweepConfiguration => ({
      signals: {
        ...signalDefaults,
        emaLength: ema,
        kamaLength: kama,
        lambda,
        cutout,
        dialect,
        strategyMode,
        longThreshold,
      },
      backtest: { ...backtestDefaults, ...account },
      parameters: {},
    }),
  );

const otherMetrics = ["sharpe", "ulcerIndex"] as const;

describe("the plan of a sweep", () => {
  it("counts the configurations that lanes and the general simulator compute", async () => {
    const configurations = fc.array(configuration, { minLength: 1, maxLength: 10 });
    const dataset = marketOf(3, 2, 200, false);
    const strategyOf = (name: string) => (one: SweepConfiguration) =>
      builtInStrategy(
        { strategy: name, signals: one.signals, config: one.backtest, parameters: one.parameters },
        dataset,
      );
    const cases = fc.record({
      list: configurations,
      name: fc.constantFrom("atc", "cross", "momentum", "columns"),
      wanted: fc.constantFrom<EvaluationUnit["metrics"]>(metrics, metrics, otherMetrics),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ list, name, wanted }) => {
        // The keys of ATC's own memory depend on the bars, so that only the evaluation knows them.
        const one = list.map(({ signals, ...rest }) => ({ ...rest, signals: { ...signals, cutout: 0 } }));
        const [first] = one as [SweepConfiguration];
        const traits = name === "atc" ? undefined : ({ name } as SweepSetup["strategy"]["traits"]);
        const on = () => strategyOf(name)(first);
        const strategy = { traits, on, own: undefined } as unknown as SweepSetup["strategy"];
        const plan = withCoverage(planSweep(one, { hasStrategy: traits !== undefined }), {
          dataset,
          strategy,
          computed: wanted,
        });
        let general = 0;
        const counted: Evaluator = async ({ configurations: rest }) => {
          general += rest.length;
          const cells = rest.length * wanted.length;
          return {
            portfolios: new Float64Array(cells),
            symbols: new Float64Array(0),
            faults: [],
            leftOut: [],
          };
        };
        const evaluate =
          name === "columns"
            ? counted
            : laneEvaluator({ dataset, general: counted, strategyOf: name === "atc" ? undefined : strategyOf(name) });
        await evaluate(
          {
            configurations: one,
            symbols: dataset.symbols(),
            metrics: wanted,
            bySymbol: false,
            limit: undefined,
            period: undefined,
          },
          {},
        );
        expect([plan.lanes.length, plan.general.length]).toEqual([one.length - general, general]);
        expect(plan.uncovered.length > 0).toBe(general > 0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("configurations in lanes", () => {
  it("have the figures, faults and symbols of separate backtests", async () => {
    const unit = fc.record({
      seed: fc.nat({ max: 1e6 }),
      symbols: fc.integer({ min: 1, max: 4 }),
      bars: fc.integer({ min: 60, max: 400 }),
      invalid: fc.boolean(),
      from: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
      limit: fc.option(fc.integer({ min: 20, max: 300 }), { nil: undefined }),
      bySymbol: fc.boolean(),
      configurations: fc.array(configuration, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(unit, async ({ seed, symbols, bars, invalid, from, limit, bySymbol, configurations }) => {
        const dataset = marketOf(seed, symbols, bars, invalid);
        const { general, lanes } = evaluators(dataset);
        const given: EvaluationUnit = {
          configurations,
          symbols: dataset.symbols(),
          metrics,
          bySymbol,
          limit,
          period: from === undefined ? undefined : { from: from * day },
        };
        expect(await lanes(given, {})).toEqual(await general(given, {}));
      }),
      { numRuns: 60 },
    );
  });

  it("have those of backtests with a strategy, also one that depends on blocks or fails", async () => {
    const parameters = fc.record({ fast: fc.integer({ min: 2, max: 5 }), slow: fc.integer({ min: 6, max: 12 }) });
    const unit = fc.record({
      seed: fc.nat({ max: 1e6 }),
      invalid: fc.boolean(),
      from: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
      configurations: fc.array(fc.tuple(configuration, parameters), { minLength: 1, maxLength: 8 }),
    });
    /** Depends on the place within a block, and fails for some parameters on the second symbol. */
    const odd = ({ parameters: { fast } }: SweepConfiguration): BoundStrategy => ({
      name: "odd",
      version: 1,
      columns: fast === 3 ? ["open"] : [],
      start: (symbol) => ({
        decide({ close }, directions) {
          if (fast === 4 && symbol === "S1") throw new AtcError("ATC_STRATEGY", "four");
          for (let i = 0; i < close.length; i++) directions[i] = (Math.floor(i / Number(fast)) % 3) - 1;
        },
      }),
    });
    const cross = (one: SweepConfiguration, dataset: Dataset) =>
      builtInStrategy(
        { strategy: "cross", signals: one.signals, config: one.backtest, parameters: one.parameters },
        dataset,
      );
    await fc.assert(
      fc.asyncProperty(unit, fc.boolean(), async ({ seed, invalid, from, configurations }, isOdd) => {
        const dataset = marketOf(seed, 3, 220, invalid);
        const strategyOf = (one: SweepConfiguration) => (isOdd ? odd(one) : cross(one, dataset));
        const general = generalEvaluator({ dataset, strategyOf, folders: [], warn: () => undefined });
        const lanes = laneEvaluator({ dataset, general, strategyOf });
        const given: EvaluationUnit = {
          configurations: configurations.map(([one, values]) => ({ ...one, parameters: values })),
          symbols: dataset.symbols(),
          metrics,
          bySymbol: true,
          limit: undefined,
          period: from === undefined ? undefined : { from: from * day },
        };
        expect(await lanes(given, {})).toEqual(await general(given, {}));
      }),
      { numRuns: 60 },
    );
  });

  it("do not reach the general simulator", async () => {
    const dataset = marketOf(5, 3, 300, false);
    const lanes = laneEvaluator({
      dataset,
      general: () => {
        throw new Error("the general simulator was called");
      },
    });
    const given: EvaluationUnit = {
      configurations: [10, 20, 30].map((emaLength) => ({
        signals: { ...signalDefaults, emaLength },
        backtest: backtestDefaults,
        parameters: {},
      })),
      symbols: dataset.symbols(),
      metrics,
      bySymbol: true,
      limit: undefined,
      period: undefined,
    };
    const { faults, portfolios } = await lanes(given, {});
    expect(faults).toEqual([]);
    expect(portfolios.every(Number.isFinite)).toBe(true);
    expect(given.configurations.every((one) => runsInLanes(one, metrics))).toBe(true);
  });
});
