import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import fc from "fast-check";
import type { SymbolBars } from "./account-runs.ts";

/** Bars of some symbols, and a configuration for them. */
export interface Scenario {
  readonly bars: readonly SymbolBars[];
  readonly config: BacktestConfig;
}

const start = Date.UTC(2021, 0, 27);
const hour = 3_600_000;

const steps = 999_983;
/** Evenly distributed, unlike `fc.double`, most of whose numbers are tiny. */
const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: steps }).map((step) => min + ((max - min) * step) / steps);
const often0 = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), real(max / 100, max));

const bar = fc.record({
  gap: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 4 }), fc.constant(40)),
  jump: fc.oneof({ weight: 4, arbitrary: real(-0.01, 0.01) }, real(-0.5, 0.7), fc.constant(0)),
  move: fc.oneof({ weight: 6, arbitrary: real(-0.06, 0.06) }, fc.constant(0)),
  above: fc.oneof(fc.constant(0), real(0, 0.05)),
  below: fc.oneof(fc.constant(0), real(0, 0.05)),
  direction: fc.constantFrom(-1, 0, 1, 1),
  holds: fc.boolean(),
  strength: real(-1.5, 1.5),
  entry: fc.constantFrom(0, 0, 1),
});
type RawBar = typeof bar extends fc.Arbitrary<infer One> ? One : never;

const symbol = fc.record({
  first: fc.integer({ min: 0, max: 12 }),
  price: real(0.5, 500),
  bars: fc.array(bar, { minLength: 1, maxLength: 40, size: "max" }),
});

/** Which price columns there are. */
type Prices = "all" | "close" | "closeAndRange";

function symbolBars(
  name: string,
  { first, price, bars }: typeof symbol extends fc.Arbitrary<infer One> ? One : never,
  step: number,
  prices: Prices,
  { signal }: BacktestConfig,
): SymbolBars {
  let time = start + first * step;
  let close = price;
  let direction = 0;
  const rows = bars.map((raw: RawBar) => {
    const open = Math.max(0.01, close * (1 + raw.jump));
    close = open * (1 + raw.move);
    const row = {
      time,
      open,
      close,
      high: Math.max(open, close) * (1 + raw.above),
      low: Math.min(open, close) * (1 - raw.below),
    };
    time += raw.gap * step;
    if (!raw.holds) direction = raw.direction;
    const weight = raw.strength < 0.2 && raw.strength > -0.2 ? 0 : raw.strength;
    const isEntry = raw.entry === 1 && direction !== 0 ? 1 : 0;
    return { ...row, direction: signal === "weight" ? Math.sign(weight) : direction, weight, isEntry };
  });
  return {
    symbol: name,
    time: rows.map((row) => row.time),
    open: prices === "all" ? rows.map((row) => row.open) : undefined,
    high: prices === "close" ? undefined : rows.map((row) => row.high),
    low: prices === "close" ? undefined : rows.map((row) => row.low),
    close: rows.map((row) => row.close),
    directions: rows.map((row) => row.direction),
    strengths: signal === "entries" ? undefined : rows.map((row) => row.weight),
    entries: signal === "entries" ? rows.map((row) => row.isEntry) : undefined,
  };
}

const sizing = fc.constantFrom(
  undefined,
  "allIn",
  "fixedFraction",
  "fixedFraction",
  "fixedFraction",
  "fixedNotional",
  "fixedQuantity",
  "volatilityTarget",
  "signalProportional",
) satisfies fc.Arbitrary<BacktestConfig["sizing"]>;

const settings = fc.record({
  fill: fc.constantFrom("nextOpen", "nextOpen", "nextClose", "worst"),
  side: fc.constantFrom("both", "both", "long", "short"),
  initialCapital: real(500, 100_000),
  feeBps: often0(50),
  feePerUnit: often0(0.05),
  feePerTrade: often0(3),
  minFee: often0(5),
  slippageBps: often0(30),
  spreadBps: often0(30),
  slippageRange: often0(0.4),
  borrowRate: often0(0.5),
  marginRate: often0(0.5),
  cashRate: often0(0.3),
  signal: fc.constantFrom("strategy", "weight", "entries"),
  sizing,
  amount: fc.oneof(real(0.1, 1), real(0.8, 1)),
  volatilityLookback: fc.integer({ min: 2, max: 7 }),
  maxLeverage: fc.oneof(fc.constant(1), real(0.3, 6), real(3, 8)),
  lotSize: fc.oneof(fc.constant(0), fc.constant(0), real(0.001, 10)),
  minNotional: fc.oneof(fc.constant(0), fc.constant(0), real(1, 3000)),
  rebalance: fc.constantFrom("never", "never", "everyBar", "bars:1", "bars:3", "bars:7", "daily", "weekly", "monthly"),
  rebalanceBand: often0(0.2),
  stopLoss: often0(0.1),
  takeProfit: often0(0.15),
  trailingStop: often0(0.1),
  exitUnits: fc.constantFrom("fraction", "atr"),
  atrLength: fc.integer({ min: 1, max: 6 }),
  intrabar: fc.constantFrom("pessimistic", "optimistic", "openProximity"),
  maxHoldingBars: fc.constantFrom(0, 0, 1, 2, 5),
  reentry: fc.constantFrom("nextSignal", "immediately"),
  margin: fc.oneof(fc.constant(0), real(0.1, 1), real(0.8, 1)),
  account: fc.constantFrom("separate", "shared", "shared"),
  weights: fc.constantFrom("equal", "inverseVolatility", "full", "given"),
  shares: fc.array(fc.oneof(fc.constant(0), real(0, 1.5)), { minLength: 5, maxLength: 5 }),
  maxPositions: fc.constantFrom(0, 0, 1, 2, 3),
  delisting: fc.constantFrom("hold", "exit"),
});
type Settings = typeof settings extends fc.Arbitrary<infer One> ? One : never;

/** What `size` means depends on the sizing; the amount is a fraction of what is sensible. */
function sizeOf({ sizing: kind, amount, initialCapital, maxLeverage }: Settings): number {
  if (kind === "fixedNotional") return amount * initialCapital * 2;
  if (kind === "fixedQuantity") return amount * 200;
  if (kind === "volatilityTarget") return amount * 3;
  return kind === "signalProportional" ? amount * 4 : amount * maxLeverage;
}

const names = ["AAA", "BBB", "CCC", "DDD", "EEE"];

function configOf(one: Settings, prices: Prices, symbols: number): BacktestConfig {
  const { amount: _amount, margin, shares, weights, ...same } = one;
  const atr = one.exitUnits === "atr" ? 20 : 1;
  const hasExits = prices === "all";
  return {
    ...backtestDefaults,
    ...same,
    rebalance: same.rebalance as BacktestConfig["rebalance"],
    fill: prices === "close" && one.fill === "worst" ? "nextOpen" : (one.fill as BacktestConfig["fill"]),
    slippageRange: prices === "close" ? 0 : one.slippageRange,
    size: sizeOf(one),
    stopLoss: hasExits ? one.stopLoss * atr : 0,
    takeProfit: hasExits ? one.takeProfit * atr : 0,
    trailingStop: hasExits ? one.trailingStop * atr : 0,
    maintenanceMargin: margin / (1.01 * Math.max(1, one.maxLeverage)),
    weights:
      weights === "given"
        ? Object.fromEntries(names.slice(0, symbols).map((name, i) => [name, shares[i] as number]))
        : (weights as "equal" | "inverseVolatility" | "full"),
  } as BacktestConfig;
}

/** Random bars with gaps of one to five symbols, and a random configuration over all keys. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    settings,
    symbols: fc.array(symbol, { minLength: 1, maxLength: 5 }),
    step: fc.constantFrom(hour, 4 * hour, 24 * hour),
    prices: fc.constantFrom<Prices>("all", "all", "all", "close", "closeAndRange"),
  })
  .map(({ settings: one, symbols, step, prices }) => {
    const config = configOf(one, prices, symbols.length);
    const used = config.account === "shared" ? symbols : symbols.slice(0, 1);
    return { config, bars: used.map((raw, i) => symbolBars(names[i] as string, raw, step, prices, config)) };
  });
