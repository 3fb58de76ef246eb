import { backtestDefaults } from "@atc/contract";
import { bench, describe } from "vitest";
import { atcStrategy, backtestSeries, createSimulator, memorySeries, portfolio } from "../src/index.ts";
import { given } from "./given.ts";

const bars = 200_000;
const minute = 60_000;

/** A seeded walk of minute bars, `seed` from 1. */
function walk(seed: number, offset = 0) {
  let state = seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const close = new Float64Array(bars);
  const directions = new Int8Array(bars);
  let price = 100;
  let direction = 0;
  for (let i = 0; i < bars; i++) {
    price *= 1 + (next() - 0.5) * 2e-3;
    if (next() < 0.02) direction = Math.floor(next() * 3) - 1;
    close[i] = price;
    directions[i] = direction;
  }
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(1.6e12 + i * minute + offset));
  return { close, directions, timestamp };
}

const { close, directions, timestamp } = walk(1);
const series = memorySeries("X", { timestamp, close });
const strategy = given(directions);
const config = { ...backtestDefaults, feeBps: 1 };
const results = (spread: number) =>
  Array.from({ length: 50 }, (_, k) => {
    const own = walk(k + 1, k * spread);
    const one = memorySeries(`S${k}`, { timestamp: own.timestamp, close: own.close });
    return backtestSeries(one, { strategy: given(own.directions), config });
  });
const together = results(0);
const apart = results(977);

describe("200,000 bars", () => {
  const equity = new Float64Array(bars);
  bench("the simulator alone", () => {
    createSimulator(config).push({ times: timestamp, close, directions }, { times: timestamp, equity });
  });
  bench("backtestSeries under given directions", () => {
    backtestSeries(series, { strategy, config });
  });
  bench("backtestSeries under ATC", () => {
    backtestSeries(series, { strategy: atcStrategy(), config });
  });
});

describe("50 symbols x 200,000 bars", () => {
  bench("a portfolio of common times", () => {
    portfolio(together, config);
  });
  bench("a portfolio of times that are all different", () => {
    portfolio(apart, config);
  });
});
