import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandomNumbers } from "@atc/sweep";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SweepValidation, sweepFile } from "../src/sweeps.ts";

// The small form of the scenario luck-study in bench.

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-study-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** Closes with independent log returns of standard deviation 1 %, whose mean `drift` turns about every 80 bars. */
function closesOf(seed: number, bars: number, drift: number): readonly number[] {
  const random = createRandomNumbers(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.real())) * Math.cos(2 * Math.PI * random.real());
  let [price, direction] = [100, 1];
  return Array.from({ length: bars }, () => {
    if (random.real() < 1 / 80) direction = -direction;
    price *= Math.exp(direction * drift + 0.01 * normal());
    return price;
  });
}

/** Writes a symbol per list of closes. A bar opens at the close of the one before it. */
async function writeSeries(series: readonly (readonly number[])[]): Promise<void> {
  const rows = series.flatMap((closes, symbol) =>
    closes.map((close, bar) => {
      const open = closes[bar - 1] ?? close;
      const day = new Date(Date.UTC(2000, 0, 1 + bar)).toISOString().slice(0, 10);
      return `S${symbol},${day},${open},${Math.max(open, close)},${Math.min(open, close)},${close}`;
    }),
  );
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`);
}

async function judge(symbol: number): Promise<SweepValidation | undefined> {
  const outcome = await sweepFile("bars.csv", {
    cwd,
    env: {},
    config: { strategy: "cross" },
    cache: false,
    onWarning: () => undefined,
    symbols: [`S${symbol}`],
    definition: { grid: { "parameters.fast": "1..10", "parameters.slow": "11..65:6" } },
  });
  return outcome.validation;
}

describe("the best of 100 crosses of averages", () => {
  it("is luck on random walks", async () => {
    const seeds = [1, 2, 3, 4];
    await writeSeries(seeds.map((seed) => closesOf(seed, 1200, 0)));
    const verdicts: unknown[] = [];
    for (const symbol of seeds.keys()) verdicts.push((await judge(symbol))?.verdict);
    expect(verdicts).toEqual(seeds.map(() => "luck"));
  });

  it("survives on a trend of 40 bps a bar that turns about every 80 bars", async () => {
    await writeSeries([closesOf(1, 2400, 0.004)]);
    const found = await judge(0);
    expect(found?.deflated?.deflatedSharpe).toBeGreaterThan(0.99);
    expect(found?.verdict).toBe("survives");
  });
});
