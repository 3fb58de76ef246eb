import { averageKinds, type SignalConfig } from "@atc/contract";
import { lengthOffsets, smallestLength } from "@atc/plugin-kit";
import fc from "fast-check";
import { seededRandom } from "./price-walks.ts";

type Shape = (bars: number, random: () => number) => number[];

function walk(bars: number, random: () => number, start: number, step: number): number[] {
  const prices: number[] = [];
  for (let bar = 0, price = start; bar < bars; bar++) {
    prices.push(price);
    price *= 1 + (random() - 0.5) * step;
  }
  return prices;
}

/** Shapes of series on which implementations of moving averages have failed. */
export const shapes: Readonly<Record<string, Shape>> = {
  constant: (bars) => new Array<number>(bars).fill(123.456),
  rising: (bars) => Array.from({ length: bars }, (_, bar) => 100 + bar / 7),
  falling: (bars) => Array.from({ length: bars }, (_, bar) => 100 * 0.98 ** bar),
  alternating: (bars) => Array.from({ length: bars }, (_, bar) => (bar % 2 === 0 ? 101 : 99)),
  steps: (bars, random) => {
    let price = 100;
    return Array.from({ length: bars }, () => {
      if (random() < 0.03) price = 100 + Math.floor(random() * 4);
      return price;
    });
  },
  walk: (bars, random) => walk(bars, random, 100, 0.02),
  wild: (bars, random) => walk(bars, random, 100, 0.9),
  jumps: (bars, random) => walk(bars, random, 100, 0.01).map((price) => (random() < 0.03 ? price * 1e6 : price)),
  levels: (bars, random) =>
    walk(bars, random, 100, 0.01).map((price, bar) => (Math.floor(bar / 60) % 2 ? price * 1e6 : price)),
  tiny: (bars, random) => walk(bars, random, 1e-9, 0.02),
  huge: (bars, random) => walk(bars, random, 1e12, 0.02),
};

/** A named series of up to `longest` bars. */
export function anySeries(longest: number): fc.Arbitrary<{ readonly shape: string; readonly close: Float64Array }> {
  return fc
    .record({
      shape: fc.constantFrom(...Object.keys(shapes)),
      bars: fc.integer({ min: 1, max: longest }),
      seed: fc.nat(),
    })
    .map(({ shape, bars, seed }) => {
      const make = shapes[shape] ?? (() => []);
      return { shape, close: Float64Array.from(make(bars, seededRandom(seed))) };
    });
}

/** Any valid configuration with base lengths of at most 40 bars. */
export const anyConfig: fc.Arbitrary<SignalConfig> = fc
  .record({
    robustness: fc.constantFrom("Narrow" as const, "Medium" as const, "Wide" as const),
    extra: fc.tuple(...averageKinds.map(() => fc.integer({ min: 0, max: 30 }))),
    weights: fc.tuple(...averageKinds.map(() => fc.double({ min: 0.01, max: 5, noNaN: true }))),
    lambda: fc.constantFrom(0, 0.02, 0.5, 5),
    decay: fc.constantFrom(0, 0.03, 1, 100),
    cutout: fc.constantFrom(0, 0, 1, 40, 300),
    growthCap: fc.constantFrom(10_000, 100, 0, "none" as const),
    thresholds: fc.constantFrom([0.1, -0.1], [0.5, 0.2], [-0.1, -0.3]),
    strategyMode: fc.boolean(),
    dialect: fc.constantFrom("lts" as const, "tradingview" as const),
    hma: fc.constantFrom("hull" as const, "sma" as const),
    lsma: fc.constantFrom("newest" as const, "delayed" as const),
  })
  .map(({ robustness, extra, weights, thresholds, ...rest }) => {
    const offset = lengthOffsets[robustness][3];
    const lengths = averageKinds.map((kind, i) => [`${kind}Length`, smallestLength[kind] + offset + Number(extra[i])]);
    const starts = averageKinds.map((kind, i) => [`${kind}Weight`, weights[i]]);
    const [longThreshold, shortThreshold] = thresholds;
    return {
      ...rest,
      ...Object.fromEntries([...lengths, ...starts]),
      robustness,
      longThreshold,
      shortThreshold,
      calculationSource: "close",
      precision: "float64",
    } as SignalConfig;
  });
