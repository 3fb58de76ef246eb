import { type AverageKind, averageKinds, type SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import type { SignalOutput } from "../src/index.ts";

/**
 * The specification, word by word, in O(bars x length): every window is summed from scratch, every formula is as
 * written. Slow, and shares no code with the kernel.
 */
type Values = number[];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** An EMA of `series` from index `begin`, seeded with the mean of `seed` values. */
function emaOf(series: readonly number[], length: number, begin: number, seed: number): Values {
  const rate = 2 / (length + 1);
  const result: Values = [];
  for (let t = 0; t < series.length; t++) {
    const first = begin + seed - 1;
    if (t < first) result.push(Number.NaN);
    else if (t === first) result.push(mean(series.slice(begin, t + 1)));
    else result.push(rate * Number(series[t]) + (1 - rate) * Number(result[t - 1]));
  }
  return result;
}

/** A function of each full window; the first window ends `begin` bars after the series starts. */
function overWindows(
  series: readonly number[],
  length: number,
  begin: number,
  take: (window: readonly number[]) => number,
): Values {
  return series.map((_, t) => (t < begin + length - 1 ? Number.NaN : take(series.slice(t - length + 1, t + 1))));
}

function weightedMean(window: readonly number[]): number {
  const sum = window.reduce((total, value, i) => total + (i + 1) * value, 0);
  return sum / ((window.length * (window.length + 1)) / 2);
}

function lineEnd(window: readonly number[]): number {
  const n = window.length;
  // The end of the least-squares line is this weighted sum; the weights are integers until the division.
  return window.reduce((sum, value, i) => sum + (6 * (i + 1) - 2 * (n + 1)) * value, 0) / (n * (n + 1));
}

/** The value of the least-squares line at the point before the newest, from its slope and the mean of the window. */
function lineBeforeEnd(window: readonly number[]): number {
  const n = window.length;
  const center = (n + 1) / 2;
  const middle = mean(window);
  const slope =
    window.reduce((sum, value, i) => sum + (i + 1 - center) * (value - middle), 0) /
    window.reduce((sum, _, i) => sum + (i + 1 - center) ** 2, 0);
  return middle + slope * (n - 1 - center);
}

function kamaOf(series: readonly number[], length: number, lts: boolean): Values {
  const result: Values = [];
  for (let t = 0; t < series.length; t++) {
    const price = Number(series[t]);
    const before = t === 0 ? (lts ? price : 0) : Number(result[t - 1]);
    if (t < length && lts) {
      result.push(before);
      continue;
    }
    let noise = 0;
    for (let i = t - length + 1; t >= length && i <= t; i++)
      noise += Math.abs(Number(series[i]) - Number(series[i - 1]));
    const ratio = noise === 0 ? 0 : Math.abs(price - Number(series[t - length])) / noise;
    const constant = (ratio * (0.666 - 0.064) + 0.064) ** 2;
    result.push(before + constant * (price - before));
  }
  return result;
}

function hullOf(series: readonly number[], length: number): Values {
  const half = overWindows(series, Math.floor(length / 2), 0, weightedMean);
  const whole = overWindows(series, length, 0, weightedMean);
  const differences = half.map((value, t) => 2 * value - Number(whole[t]));
  return overWindows(differences, Math.floor(Math.sqrt(length)), length - 1, weightedMean);
}

/** One average at every bar. */
export function naiveAverage(
  kind: AverageKind,
  series: readonly number[],
  length: number,
  config: SignalConfig,
): Values {
  switch (kind) {
    case "ema":
      return emaOf(series, length, 0, length);
    case "wma":
      return overWindows(series, length, 0, weightedMean);
    case "hma":
      return config.hma === "sma" ? overWindows(series, length, 0, mean) : hullOf(series, length);
    case "dema": {
      const first = emaOf(series, length, 0, length);
      const second = emaOf(first, length, length - 1, config.dialect === "lts" ? 1 : length);
      return first.map((value, t) => 2 * value - Number(second[t]));
    }
    case "lsma":
      return overWindows(series, length, 0, config.lsma === "delayed" ? lineBeforeEnd : lineEnd);
    case "kama":
      return kamaOf(series, length, config.dialect === "lts");
  }
}

/** Votes by crossings of the close and an average. */
export function naiveVotes(close: readonly number[], average: readonly number[]): Values {
  function side(t: number): number {
    const price = Number(close[t]);
    const difference = price - Number(average[t]);
    return Math.abs(difference) <= 1e-10 * Math.abs(price) ? 0 : Math.sign(difference);
  }
  const votes: Values = [];
  for (let t = 0; t < close.length; t++) {
    let vote = t === 0 ? 0 : Number(votes[t - 1]);
    if (t > 0 && Number.isFinite(average[t]) && Number.isFinite(average[t - 1])) {
      if (side(t) > 0 && side(t - 1) <= 0) vote = 1;
      else if (side(t) < 0 && side(t - 1) >= 0) vote = -1;
    }
    votes.push(vote);
  }
  return votes;
}

/** The equity that votes earn from bar `cutout`. */
function naiveEquity(
  close: readonly number[],
  votes: readonly number[],
  start: number,
  cutout: number,
  config: SignalConfig,
): Values {
  const cap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  const held = (x: number): number => (x > 0.25 ? Math.min(x, 1e300) : 0.25);
  const equities: Values = [];
  let term = 0;
  for (let t = 0; t < close.length; t++) {
    if (t > 0) {
      const growth = t >= cutout ? Math.exp((config.lambda / 1000) * Math.min(t - cutout, cap)) : 1;
      const change = (Number(close[t]) / Number(close[t - 1]) - 1) * growth;
      const vote = Number(votes[t - 1]);
      if (vote > 0) term = change;
      else if (vote < 0) term = -change;
      else if (config.dialect === "lts") term = 0;
    }
    if (t < cutout) equities.push(Number.NaN);
    else if (t === cutout) equities.push(held(start));
    else equities.push(held(Number(equities[t - 1]) * (1 - config.decay / 100) * (1 + term)));
  }
  return equities;
}

function rounded(x: number, config: SignalConfig): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const scaled = Math.abs(100 * x);
  let whole = Math.floor(scaled + 0.5);
  if (config.dialect === "lts" && scaled - Math.floor(scaled) === 0.5 && whole % 2 === 1) whole -= 1;
  return (Math.sign(x) * whole) / 100 + 0;
}

/** The layer-1 signal of nine averages. */
function naiveSignal(close: readonly number[], averages: readonly Values[], config: SignalConfig): Values {
  const cutout = config.dialect === "lts" ? 0 : config.cutout;
  const voters = averages.map((average) => {
    const votes = naiveVotes(close, average);
    return { votes, equities: naiveEquity(close, votes, 1, cutout, config) };
  });
  return close.map((_, t) => {
    let weighted = 0;
    let total = 0;
    for (const { votes, equities } of voters) {
      weighted += Number(votes[t]) * Number(equities[t]);
      total += Number(equities[t]);
    }
    return rounded(weighted / total, config);
  });
}

function cut(signal: number, config: SignalConfig): number {
  const long = config.dialect === "lts" ? config.longThreshold : 0.49;
  const short = config.dialect === "lts" ? config.shortThreshold : -0.49;
  return signal > long ? 1 : signal < short ? -1 : 0;
}

function averageSignal(outputs: Partial<Record<SignalOutput, Values>>, bars: number, config: SignalConfig): Values {
  const signal = Array.from({ length: bars }, (_, t) => {
    let weighted = 0;
    let total = 0;
    for (const kind of averageKinds) {
      const equity = Number(outputs[`${kind}Equity`]?.[t]);
      weighted += cut(Number(outputs[`${kind}Signal`]?.[t]), config) * equity;
      total += equity;
    }
    const value = weighted / total;
    return config.dialect === "lts" && !Number.isFinite(value) ? 0 : value;
  });
  return config.strategyMode ? [0, ...signal.slice(0, -1)] : signal;
}

function directionOf(signal: readonly number[], { longThreshold, shortThreshold }: SignalConfig): Values {
  const direction: Values = [];
  for (let t = 0; t < signal.length; t++) {
    const now = Number(signal[t]);
    const before = t === 0 ? Number.NaN : Number(signal[t - 1]);
    if (now > longThreshold && before <= longThreshold) direction.push(1);
    else if (now < shortThreshold && before >= shortThreshold) direction.push(-1);
    else direction.push(t === 0 ? 0 : Number(direction[t - 1]));
  }
  return direction;
}

/** Every output of a series. */
export function naiveSignals(
  close: readonly number[],
  source: readonly number[],
  config: SignalConfig,
): Record<SignalOutput, Values> {
  const outputs: Partial<Record<SignalOutput, Values>> = {};
  for (const kind of averageKinds) {
    const lengths = derivedLengths(config[`${kind}Length`], config.robustness);
    const averages = lengths.map((length) => naiveAverage(kind, source, length, config));
    const signal = naiveSignal(close, averages, config);
    outputs[kind] = averages[0] ?? [];
    outputs[`${kind}Signal`] = signal;
    outputs[`${kind}Equity`] = naiveEquity(close, signal, config[`${kind}Weight`], config.cutout, config);
  }
  const average = averageSignal(outputs, close.length, config);
  outputs.averageSignal = average;
  outputs.direction = directionOf(average, config);
  return outputs as Record<SignalOutput, Values>;
}
