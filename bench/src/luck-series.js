const day = 86_400_000;

/** 1,000 crosses of a fast and a slow average. */
export const luckDefinition = {
  grid: { "parameters.fast": "1..20", "parameters.slow": "21..119:2" },
};

/** Numbers from 0, inclusive, to 1, exclusive, from a seed: sfc32, the same on every machine. */
function uniformNumbers(seed) {
  let [a, b, c, counter] = [0x9e37_79b9, 0x243f_6a88, seed | 0, 1];
  const word = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) word();
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

/** Numbers of the standard normal distribution, in pairs (Box and Muller 1958). */
function normalNumbers(uniform) {
  let next;
  return () => {
    if (next !== undefined) {
      const value = next;
      next = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    next = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * Closes with independent log returns of standard deviation 1 %. With `drift`, their mean is that or its negative: it
 * turns with the probability 1 / `turn` per bar.
 */
export function priceSeries({ seed, bars, drift = 0, turn = Number.POSITIVE_INFINITY }) {
  const uniform = uniformNumbers(seed);
  const normal = normalNumbers(uniform);
  const closes = new Float64Array(bars);
  let price = 100;
  let direction = 1;
  for (let bar = 0; bar < bars; bar++) {
    if (uniform() < 1 / turn) direction = -direction;
    price *= Math.exp(direction * drift + 0.01 * normal());
    closes[bar] = price;
  }
  return closes;
}

/** Series of one length as CSV, a symbol each. A bar opens at the close of the one before it. */
export function seriesCsv(series) {
  const lines = ["symbol,timestamp,open,high,low,close"];
  for (const [symbol, closes] of series)
    for (const [bar, close] of closes.entries()) {
      const open = closes[bar - 1] ?? close;
      const date = new Date(Date.UTC(2000, 0, 1) + bar * day).toISOString().slice(0, 10);
      lines.push(`${symbol},${date},${open},${Math.max(open, close)},${Math.min(open, close)},${close}`);
    }
  return `${lines.join("\n")}\n`;
}
