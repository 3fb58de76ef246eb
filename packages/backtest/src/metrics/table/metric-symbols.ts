/** The symbols of the formulas in `metricTable`, in the order in which they are explained. */
export const metricSymbols: Readonly<Record<string, string>> = Object.freeze({
  n: "number of bars; bar 0 is the first",
  m: "n - 1, the number of returns, and the last bar",
  E: "equity at the close of a bar; E[0] is the initial capital",
  r: "return of a bar: E[t] / E[t-1] - 1",
  years: "time from the first bar to the last, in years of 365.25 days",
  A: "bars per year: barsPerYear, or m / years",
  rf: "riskFreeRate, a year",
  x: "r - rf / A",
  mean: "sum / count",
  sd: "standard deviation, count - 1 in the denominator; of returns, 1e-14 or less counts as 0",
  SR: "Sharpe ratio per bar: mean(x) / sd(r)",
  S: "Sharpe ratio per bar to beat: sharpeThreshold / sqrt(A)",
  V: "1 - skewness SR + (kurtosis + 2) / 4 SR^2",
  Phi: "distribution function of the standard normal distribution",
  PhiInv: "the inverse of Phi",
  J: "lags: min(autocorrelationLags or floor(4 (m / 100)^(2/9)), m - 1, ceil(A) - 1)",
  rho_j: "sum over t > j of (x[t] - mean(x)) (x[t-j] - mean(x)) / sum of (x - mean(x))^2",
  y: "ln(E[t] / E[0]), t = 1..m",
  se: "standard error: se(slope)^2 = SSE / (m - 2) / sum of (t - mean(t))^2",
  SSE: "sum of the squared residuals of the line",
  SST: "sum of (y - mean(y))^2",
  M: "highest equity so far: max(E[0..t])",
  D: "drawdown: 1 - E[t] / M[t]",
  peak: "last bar at the maximum before a drawdown",
  end: "first bar at or above that maximum, or bar m",
  d: "returns of UTC days",
  k: "number of day returns",
  Ad: "days per year: daysPerYear, or k / years",
  tail: "share of days in the tail, 0.05 by default",
  quantile:
    "h = (count - 1) p, i = floor(h), v[i] + (h - i) (v[i+1] - v[i]) of sorted values v (Hyndman and Fan 1996, type 7)",
  median: "quantile(v, 0.5)",
  N: "number of closed trades",
  e: "equity at a common time of account and benchmark",
  b: "the benchmark at a common time",
  "r'": "return of e from one common time to the next",
  "b'": "return of b from one common time to the next",
  "A'": "common times per year: barsPerYear, or (their number - 1) / years from the first to the last",
  z: "rf / A'",
});

/** The words of a text that are symbols. */
function symbolsIn(text: string): readonly string[] {
  return (text.match(/(?<![\dA-Za-z])[A-Za-z]+(?:_j)?'?/g) ?? []).filter((word) => Object.hasOwn(metricSymbols, word));
}

/** The symbols that a formula uses, and those that explain them, in order. */
export function symbolsOf(formula: string): readonly string[] {
  const found = new Set(symbolsIn(formula));
  for (const symbol of found)
    for (const more of symbolsIn((metricSymbols[symbol] ?? "").replace(/^[^:]*: /, ""))) found.add(more);
  return Object.keys(metricSymbols).filter((symbol) => found.has(symbol));
}
