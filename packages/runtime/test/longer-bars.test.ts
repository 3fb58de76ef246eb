import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindStrategy } from "@atc/backtest";
import type { Strategy } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BacktestFileOptions, type BacktestOutcome, backtestFile } from "../src/index.ts";

let cwd: string;

/** Weekdays from Monday 2024-01-01 on. */
const dates = Array.from({ length: 420 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i))).filter(
  (date) => ![0, 6].includes(date.getUTCDay()),
);

/** Long while the last closed week closed above the average of some weeks. */
const weekly = `export default {
  name: "weekly",
  parameters: { weeks: { kind: "integer", minimum: 1, default: 4, description: "Weeks" } },
  start(symbol, { weeks }, wanted, { bars }) {
    const week = bars("1w", { days: "weekdays" });
    const closes = [];
    let direction = 0;
    return {
      decide({ close }, directions) {
        for (let i = 0, next = 0; i < close.length; i++) {
          for (; next < week.closed[i]; next++) {
            closes.push(week.close[next]);
            if (closes.length > weeks) closes.shift();
            direction = week.close[next] > closes.reduce((sum, one) => sum + one, 0) / closes.length ? 1 : 0;
          }
          directions[i] = direction;
        }
      },
    };
  },
};
`;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-longer-"));
  const rows = ["AAA", "BBB", "CCC"].flatMap((symbol, seed) =>
    dates.map((date, i) => {
      const close = 100 + 12 * Math.sin((i + 40 * seed) / (17 + seed)) + i / 20;
      return `${symbol},${date.toISOString().slice(0, 10)},${close.toFixed(2)}`;
    }),
  );
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function run(strategy: string, config: object = {}, given: BacktestFileOptions = {}): Promise<BacktestOutcome> {
  const options = { cwd, env: {}, onWarning: () => undefined, ...given };
  return await backtestFile("bars.csv", { ...options, config: { strategy, feeBps: 5, ...config } });
}

function directionsOf({ result }: BacktestOutcome): Record<string, string> {
  return Object.fromEntries((result?.symbols ?? []).map(({ symbol, directions }) => [symbol, directions.join("")]));
}

describe("a strategy of one's own that reads longer bars", () => {
  it("decides the same in code, on one thread and on several, cold and warm, from both readings of the store", async () => {
    await writeFile(join(cwd, "weekly.mjs"), weekly);
    const { default: strategy }: { default: Strategy } = await import(join(cwd, "weekly.mjs"));
    const inCode = await run("atc", {}, { strategy: bindStrategy(strategy) });
    const expected = directionsOf(inCode);
    expect(new Set(Object.values(expected)).size).toBe(3);
    // The first week that the strategy sees closed is that of Friday, bar 4.
    expect(expected["AAA"]).toMatch(/^0+1/);
    for (const threads of [1, 2])
      for (const useMemoryMapped of [false, true]) {
        const config = { useMemoryMapped, batchSize: 1 };
        const cold = await run("./weekly.mjs", config, { threads, cache: false });
        const stored = await run("./weekly.mjs", config, { threads });
        const warm = await run("./weekly.mjs", config, { threads });
        for (const outcome of [cold, stored, warm]) {
          expect(directionsOf(outcome)).toEqual(expected);
          expect(outcome.report.portfolio).toEqual(inCode.report.portfolio);
        }
        expect(warm.cachedSymbols).toBe(3);
      }
  });

  it("is computed again if the dataset says something else of its times", async () => {
    await writeFile(join(cwd, "weekly.mjs"), weekly.replace('{ days: "weekdays" }', '{ timeZone: "Asia/Tokyo" }'));
    const dated = await run("./weekly.mjs");
    expect((await run("./weekly.mjs")).cachedSymbols).toBe(3);
    const instants = await run("./weekly.mjs", {}, { sourceOptions: { timeIs: "instant" } });
    expect(instants.cachedSymbols).toBe(0);
    expect(directionsOf(dated)).toEqual(directionsOf(instants));
    const hold = await run("hold");
    expect(hold.cachedSymbols).toBe(0);
    expect((await run("hold", {}, { sourceOptions: { timeIs: "instant" } })).cachedSymbols).toBe(3);
  });

  it.each([
    ["bars of 4 h", 'bars("4h")', "", "calendar dates, which are longer than 4h"],
    ["an unknown interval", 'bars("1 fortnight")', "", "1w"],
    ["longer bars after its start", "0", 'bars("1w")', "was called after start"],
  ])("fails on each symbol if it asks for %s", async (_what, start, decide, part) => {
    const module = `export default { name: "odd", start(symbol, values, wanted, { bars }) { ${start}; return { decide() { ${decide} } }; } };\n`;
    await writeFile(join(cwd, "odd.mjs"), module);
    const { report } = await run("./odd.mjs");
    expect(report.skipped.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB", "CCC"]);
    for (const { reason } of report.skipped) expect(reason).toContain(part);
  });
});
