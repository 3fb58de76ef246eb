import { flatDeviation } from "./flat-deviation.ts";

/** The mean of a list and its standard deviation with count - 1. NaN for the mean of none, and 0 deviation of one. */
export function meanAndDeviation(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  const { length } = values;
  let sum = 0;
  for (let place = 0; place < length; place++) sum += values[place];
  const mean = sum / length;
  let squares = 0;
  for (let place = 0; place < length; place++) squares += (values[place] - mean) ** 2;
  return { mean, deviation: length > 1 ? Math.sqrt(squares / (length - 1)) : 0 };
}

/** The Sharpe ratio per bar of returns: mean / standard deviation, 0 for returns that do not vary. */
export function sharpePerBar(returns: ArrayLike<number>): number {
  const { mean, deviation } = meanAndDeviation(returns);
  return deviation > flatDeviation ? mean / deviation : 0;
}

/** The compounded return. */
export function compounded(returns: ArrayLike<number>): number {
  let equity = 1;
  for (let place = 0; place < returns.length; place++) equity *= 1 + returns[place];
  return equity - 1;
}
