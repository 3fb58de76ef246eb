import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCache } from "@atc/runtime";

const symbol = "BRVO";
const bytes = readFileSync(new URL("../bars.csv", import.meta.url));
const lines = bytes
  .toString()
  .split("\n")
  .filter((line) => line.startsWith(`${symbol},`));
const closes = Float64Array.from(lines, (line) => Number(line.split(",")[5]));

/** Annualised volatility of the last `length` daily returns: the value to keep. */
function volatility(length) {
  const returns = closes.map((close, i) => (i === 0 ? Number.NaN : Math.log(close / closes[i - 1])));
  return closes.map((_, i) => {
    if (i < length) return Number.NaN;
    const window = returns.subarray(i - length + 1, i + 1);
    const mean = window.reduce((sum, value) => sum + value, 0) / length;
    const squares = window.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.sqrt((252 * squares) / (length - 1));
  });
}

// A key has the input and the computation of a value, but no path and no time. A copy of the file is a hit, another
// file is a miss.
const input = createHash("sha256").update(bytes).digest("hex");
const keyOf = (length, version = 1) => ({
  kind: "volatility",
  input,
  parameters: { symbol, length },
  algorithm: "close-to-close",
  version,
});

// Without cacheDir, the cache shares the folder of the backtests.
const cacheDir = mkdtempSync(join(tmpdir(), "atc-cache-"));
const cache = await openCache({ config: { cacheDir } });
async function show(length, version) {
  const key = keyOf(length, version);
  const { found, reason, differences } = await cache.explain(key);
  const { arrays } = await cache.compute(key, () => ({ arrays: { volatility: volatility(length) } }));
  const changes = differences.map(({ field, asked, stored }) => `${field} is ${asked}, stored ${stored}`).join("; ");
  const last = (100 * arrays.volatility.at(-1)).toFixed(1);
  console.log(`${length} bars: ${last} % per year, ${found ? "from the cache" : "computed"} (${changes || reason})`);
}
await show(20);
await show(20);
await show(60);
await show(60, 2); // the formula has changed: a new version keeps old values from being used
const { memoryHits, diskHits, misses, storedEntries, storedBytes } = await cache.stats();
console.log(`${memoryHits + diskHits} hits, ${misses} misses; ${storedEntries} files, ${storedBytes} bytes`);
await cache[Symbol.asyncDispose]();
rmSync(cacheDir, { recursive: true });
