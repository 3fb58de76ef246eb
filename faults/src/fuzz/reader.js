/**
 * @typedef {object} Reader
 * @property {string} name
 * @property {() => Promise<readonly Uint8Array[]> | readonly Uint8Array[]} valid - inputs that it reads without an error
 * @property {(bytes: Buffer) => unknown} read - reads an input; may return a promise
 * @property {(random: ReturnType<import("../generator.js").generator>, valid: readonly Uint8Array[]) => Buffer} [change] -
 * makes an input, if bytes at random would only meet a checksum
 * @property {boolean} [hasNoCodes] - whether its errors have no codes, because it runs in browsers
 * @property {() => Promise<void>} [close]
 */

/** The most decoded bytes that readers accept here. */
export const mostBytes = 2 ** 24;

/** Bars as CSV text. */
export function csvText(rows) {
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let row = 0; row < rows; row++) {
    const time = new Date(Date.UTC(2024, 0, 1) + 60_000 * row).toISOString();
    lines.push(`${row % 3 === 0 ? "A" : '"B, b"'},${time},${row + 1},${row + 2},${row},${row + 1.5},${row * 7}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Decimal prices as float64, which all codecs shorten. */
export function prices(length) {
  const values = Float64Array.from({ length }, (_, i) => 100 + Math.round(Math.sin(i / 9) * 400) / 100);
  return new Uint8Array(values.buffer);
}

/** Bytes without a pattern. */
export function noise(random, length) {
  return Uint8Array.from({ length }, () => random.below(256));
}
