import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Strategy, StrategyBars } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtest, bindStrategy, builtInStrategies, type GivenValues, memoryDataset } from "../src/index.ts";
import { days } from "./given.ts";
import { createRandom } from "./random.ts";

const sources = fileURLToPath(new URL("../src/strategy/built-in/", import.meta.url));
const built = fileURLToPath(new URL("../dist/strategy/built-in/", import.meta.url));
const contract = fileURLToPath(new URL("../../contract", import.meta.url));

function decisionsOf(name: string, values: GivenValues, bars: StrategyBars): number[] {
  const strategy = builtInStrategies.find((one) => one.name === name);
  if (strategy === undefined) throw new Error(`there is no built-in strategy ${name}`);
  const bound = bindStrategy(strategy, values);
  if (bound.scope === "universe") throw new Error(`${name} decides for all symbols at once`);
  const run = bound.start("X");
  const directions = new Int8Array(bars.close.length);
  run.decide(bars, directions, {});
  return [...directions];
}

function closesOf(...close: readonly number[]): StrategyBars {
  return { close: Float64Array.from(close) };
}

interface RandomBars extends StrategyBars {
  readonly close: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** A walk in steps of 1/8, whose sums are exact, so that averages are often equal. */
function randomBars(count: number, seed: number): RandomBars {
  const random = createRandom(seed);
  const bars = { close: new Float64Array(count), high: new Float64Array(count), low: new Float64Array(count) };
  let price = 100;
  for (let i = 0; i < count; i++) {
    price = Math.max(1, price + Math.floor(random() * 9 - 4) / 8);
    bars.close[i] = price;
    bars.high[i] = price + Math.floor(random() * 4) / 8;
    bars.low[i] = price - Math.floor(random() * 4) / 8;
  }
  return bars;
}

/** The values of the `length` bars before bar `end`. */
function before(values: Float64Array, end: number, length: number): number[] {
  return [...values.subarray(Math.max(0, end - length), end)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const lengths = [1, 2, 3, 7, 20] as const;

describe("hold", () => {
  it("is long from the first bar on", () => {
    expect(decisionsOf("hold", {}, closesOf(3, 2, 1))).toEqual([1, 1, 1]);
  });
});

describe("cross", () => {
  it("is long while the fast average is above the slow one, short while it is below, and flat if they are equal", () => {
    const closes = closesOf(10, 11, 12, 11, 10, 10, 10, 10);
    // The averages of 3: 11, 11.33, 11, 10.33, 10, 10.
    expect(decisionsOf("cross", { fast: 1, slow: 3 }, closes)).toEqual([0, 0, 1, -1, -1, -1, 0, 0]);
  });

  it.each(lengths)("equals a computation of both averages from scratch, fast %d", (fast) => {
    const slow = 2 * fast + 1;
    const { close } = randomBars(3000, fast);
    // All products are exact, so that equal averages are found as such.
    const wanted = Array.from(close, (_, i) => {
      if (i + 1 < slow) return 0;
      return Math.sign(slow * sum(before(close, i + 1, fast)) - fast * sum(before(close, i + 1, slow)));
    });
    expect(decisionsOf("cross", { fast, slow }, { close })).toEqual(wanted);
    expect(new Set(wanted)).toEqual(new Set([-1, 0, 1]));
  });

  it("does not depend on bars that have left the slow average, even if their prices were enormous", () => {
    const { close } = randomBars(2000, 9);
    const enormous = Float64Array.from(close, (price, i) => (i < 500 ? price * 1e15 : price / 3));
    const whole = decisionsOf("cross", { fast: 7, slow: 30 }, { close: enormous });
    const part = decisionsOf("cross", { fast: 7, slow: 30 }, { close: enormous.slice(500) });
    expect(whole.slice(530)).toEqual(part.slice(30));
  });

  it("stays flat while a price that binary fractions cannot express does not move", () => {
    expect(new Set(decisionsOf("cross", { fast: 10, slow: 50 }, { close: new Float64Array(200).fill(0.1) }))).toEqual(
      new Set([0]),
    );
    // The same mean in another order of the prices.
    const alternating = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.1 : 0.3));
    expect(new Set(decisionsOf("cross", { fast: 10, slow: 50 }, { close: alternating }))).toEqual(new Set([0]));
  });

  it("refuses a fast average that is not shorter than the slow one", () => {
    for (const fast of [20, 21])
      expect(() => decisionsOf("cross", { fast, slow: 20 }, closesOf(1))).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: { parameter: "fast", fast, slow: 20 } }),
      );
  });
});

describe("donchian", () => {
  it("enters at a close beyond the bars before, and leaves at a close beyond the fewer bars before", () => {
    const closes = closesOf(10, 12, 11, 13, 12.5, 12, 11.5, 10, 10.5, 12.1);
    const values = { entry: 3, exit: 2, prices: "closes" };
    // 13 breaks 12; 12 breaks below the lower of 13 and 12.5; 11.5 breaks below 12, the lowest of three; 12.1 breaks
    // above 11.5.
    expect(decisionsOf("donchian", values, closes)).toEqual([0, 0, 0, 1, 1, 0, -1, -1, -1, 1]);
  });

  it("needs a close beyond highs and lows, unless it reads closes", () => {
    const bars = { ...closesOf(10, 10, 11), high: Float64Array.of(10, 12, 12), low: Float64Array.of(9, 9, 10) };
    expect(decisionsOf("donchian", { entry: 2 }, bars)).toEqual([0, 0, 0]);
    expect(decisionsOf("donchian", { entry: 2, prices: "closes" }, bars)).toEqual([0, 0, 1]);
  });

  it("requests high and low only if it reads them", async () => {
    const donchian = builtInStrategies.find(({ name }) => name === "donchian");
    if (donchian === undefined) throw new Error("there is no donchian");
    expect(bindStrategy(donchian).columns).toEqual(["high", "low"]);
    expect(bindStrategy(donchian, { prices: "closes" }).columns).toEqual([]);
    const dataset = memoryDataset({ X: { timestamp: days(300), close: randomBars(300, 3).close } });
    const { portfolio } = await backtest(dataset, { strategy: bindStrategy(donchian, { prices: "closes" }) });
    expect(portfolio?.metrics.trades).toBeGreaterThan(1);
  });

  it.each(lengths)("equals a search of all bars of both channels, entry %d", (entry) => {
    for (const exit of [1, 4, 25]) {
      const { close, high, low } = randomBars(2000, entry);
      let direction = 0;
      const wanted = Array.from(close, (price, i) => {
        if (i < entry) return 0;
        if (price > Math.max(...before(high, i, entry))) direction = 1;
        else if (price < Math.min(...before(low, i, entry))) direction = -1;
        else if (direction > 0 && price < Math.min(...before(low, i, exit))) direction = 0;
        else if (direction < 0 && price > Math.max(...before(high, i, exit))) direction = 0;
        return direction;
      });
      expect(decisionsOf("donchian", { entry, exit }, { close, high, low })).toEqual(wanted);
      expect(new Set(wanted).size).toBeGreaterThan(1);
    }
  });
});

describe("rsi", () => {
  it("is long below oversold until the index is above 50, and short above overbought until it is below 50", () => {
    // The index of length 2: 0 after two falls; then with average gain and loss 0.5 and 0.5 (50), 1.25 and 0.25 (83.3),
    // 0.625 and 1.125 (35.7).
    const closes = closesOf(10, 9, 8, 9, 11, 9);
    expect(decisionsOf("rsi", { length: 2 }, closes)).toEqual([0, 0, 1, 1, -1, 0]);
  });

  it("has an index of 50 without a change, which decides nothing", () => {
    expect(decisionsOf("rsi", { length: 2 }, closesOf(5, 5, 5, 5))).toEqual([0, 0, 0, 0]);
  });

  it.each(lengths)("equals Wilder's averages as sums of weights, length %d", (length) => {
    const { close } = randomBars(400, length);
    const changes = Array.from(close, (price, i) => (i === 0 ? 0 : price - (close[i - 1] ?? 0)));
    const keep = 1 - 1 / length;
    const averageOf = (bar: number, sign: number): number => {
      const moves = changes.slice(1, bar + 1).map((change) => Math.max(0, sign * change));
      const seed = sum(moves.slice(0, length)) / length;
      const later = moves.slice(length);
      return (
        seed * keep ** later.length + sum(later.map((move, k) => (move / length) * keep ** (later.length - 1 - k)))
      );
    };
    let direction = 0;
    const wanted = changes.map((_, i) => {
      if (i < length) return 0;
      const [gain, loss] = [averageOf(i, 1), averageOf(i, -1)];
      const index = gain + loss > 0 ? 100 / (1 + loss / gain) : 50;
      if (index < 30.5) direction = 1;
      else if (index > 69.5) direction = -1;
      else if (direction === 1 && index > 50 + 1e-9) direction = 0;
      else if (direction === -1 && index < 50 - 1e-9) direction = 0;
      return direction;
    });
    expect(decisionsOf("rsi", { length, oversold: 30.5, overbought: 69.5 }, { close })).toEqual(wanted);
    expect(new Set(wanted)).toEqual(new Set([-1, 0, 1]));
  });
});

describe("the file of a built-in strategy", () => {
  const names = readdirSync(sources).map((file) => basename(file, ".ts"));

  it("has the name of its strategy", () => {
    expect(names.toSorted()).toEqual(builtInStrategies.map(({ name }) => name).toSorted());
  });

  it("imports names that are published for strategies only", () => {
    for (const name of names) {
      const imports = [...readFileSync(join(sources, `${name}.ts`), "utf8").matchAll(/from "(.*)"/g)];
      expect(
        imports.map(([, module]) => module).filter((module) => !/^@atc\/(contract|plugin-kit)$/.test(module ?? "")),
      ).toEqual([]);
    }
  });

  it("runs as a copy elsewhere", async () => {
    const folder = mkdtempSync(join(tmpdir(), "atc-copied-strategy-"));
    try {
      mkdirSync(join(folder, "node_modules/@atc"), { recursive: true });
      symlinkSync(contract, join(folder, "node_modules/@atc/contract"), "junction");
      const bars = randomBars(500, 1);
      for (const name of names) {
        const copy = join(folder, `my-${name}.mjs`);
        // Without the comment that names its source map, which stays behind.
        writeFileSync(copy, readFileSync(join(built, `${name}.js`), "utf8").replace(/^\/\/# sourceMappingURL.*$/m, ""));
        const { default: strategy } = await import(/* @vite-ignore */ pathToFileURL(copy).href);
        if (strategy.scope === "universe") {
          const original = builtInStrategies.find((one) => one.name === name) as Strategy;
          const dataset = memoryDataset({ X: { timestamp: days(500), close: bars.close } });
          const copied = await backtest(dataset, { strategy: bindStrategy(strategy) });
          expect(copied).toEqual(await backtest(dataset, { strategy: bindStrategy(original) }));
          expect(copied.portfolio?.metrics.exposure).toBeGreaterThan(0);
          continue;
        }
        const directions = new Int8Array(500);
        bindStrategy(strategy).start("X").decide(bars, directions, {});
        expect([...directions]).toEqual(decisionsOf(name, {}, bars));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
