import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  backtest,
  bindStrategy,
  createMemberFilter,
  type DecidedBars,
  hold,
  type MemberSpan,
  memoryDataset,
  strategyOf,
  withMembers,
} from "../src/index.ts";

const bars = 400;
const times = Float64Array.from({ length: bars }, (_, i) => 1000 * i);
const spans: readonly MemberSpan[] = [
  [-5000, 20_000],
  [50_000, 51_000],
  [51_500, 51_900],
  [90_000, 250_500],
  [399_000, Number.POSITIVE_INFINITY],
];
const isMember = (bar: number): boolean => spans.some(([from, to]) => from <= 1000 * bar && 1000 * bar < to);

/** Numbers in steps of an eighth from -1 to 1, which change every few bars. */
const weightAt = (bar: number): number => ((((Math.floor(bar / 3) * 7) % 17) - 8) / 8) * (bar % 11 === 0 ? 0 : 1);

function decided(): { directions: Int8Array; strengths: Float64Array; entries: Uint8Array } {
  const strengths = Float64Array.from({ length: bars }, (_, bar) => weightAt(bar));
  return {
    strengths,
    directions: Int8Array.from(strengths, Math.sign),
    entries: Uint8Array.from({ length: bars }, (_, bar) => bar % 2),
  };
}

function restricted(config: Partial<BacktestConfig>, blockLength: number): ReturnType<typeof decided> {
  const filter = createMemberFilter({ ...backtestDefaults, ...config }, spans);
  const all = decided();
  for (let from = 0; from < bars; from += blockLength) {
    const to = Math.min(bars, from + blockLength);
    const block: DecidedBars = {
      directions: all.directions.subarray(from, to),
      strengths: all.strengths.subarray(from, to),
      entries: all.entries.subarray(from, to),
    };
    filter.restrict(block, times.subarray(from, to));
  }
  return all;
}

describe("decisions at times at which a symbol is not a member", () => {
  it.each([1, 7, 400])("keep the direction or end it, in blocks of %i bars", (blockLength) => {
    const free = decided();
    const found = restricted({}, blockLength);
    for (let bar = 0; bar < bars; bar++) {
      const before = bar === 0 ? 0 : (found.directions[bar - 1] ?? 0);
      const wanted = free.directions[bar] ?? 0;
      expect([bar, found.directions[bar]]).toEqual([bar, isMember(bar) || wanted === before ? wanted : 0]);
      expect(found.entries[bar]).toBe(isMember(bar) ? free.entries[bar] : 0);
    }
    // A strength that is not a size stays.
    expect(found.strengths).toEqual(free.strengths);
  });

  it.each([{ signal: "weight" }, { sizing: "signalProportional" }] as const)(
    "let a weight shrink only: %j",
    (config) => {
      const free = decided();
      const found = restricted(config, 13);
      for (let bar = 0; bar < bars; bar++) {
        const before = bar === 0 ? 0 : (found.strengths[bar - 1] ?? 0);
        const wanted = free.strengths[bar] ?? 0;
        const isSame = Math.sign(wanted) === Math.sign(before);
        const smaller = isSame ? Math.sign(wanted) * Math.min(Math.abs(wanted), Math.abs(before)) : 0;
        expect([bar, (found.strengths[bar] ?? 0) + 0]).toEqual([bar, (isMember(bar) ? wanted : smaller) + 0]);
        expect(found.directions[bar]).toBe(Math.sign(found.strengths[bar] ?? 0) + 0);
      }
    },
  );
});

describe("withMembers", () => {
  const day = 86_400_000;
  const series = (symbol: number): { timestamp: readonly number[]; close: readonly number[] } => ({
    timestamp: Array.from({ length: 50 }, (_, i) => i * day),
    close: Array.from({ length: 50 }, (_, i) => 100 + 9 * Math.sin(i / 4 + symbol)),
  });
  const dataset = (): ReturnType<typeof memoryDataset> =>
    memoryDataset({ AAA: series(0), BBB: series(1), CCC: series(2) });
  const members = new Map([
    ["AAA", [[10 * day, 20 * day]]],
    ["BBB", [[0, Number.POSITIVE_INFINITY]]],
  ] as const);

  it("opens positions of members only, and never those of a symbol that it lacks", async () => {
    const { symbols } = await backtest(dataset(), { strategy: withMembers(bindStrategy(hold), members) });
    const first = symbols.map(({ directions }) => directions.indexOf(1));
    expect(first).toEqual([10, 0, -1]);
    // What a member opened is held.
    expect(symbols[0]?.directions.at(-1)).toBe(1);
  });

  it("leaves a member at all times as it is", async () => {
    const rising = strategyOf("rising", () => ({ close }, directions) => {
      for (let i = 1; i < close.length; i++) directions[i] = (close[i] ?? 0) > (close[i - 1] ?? 0) ? 1 : -1;
    });
    const free = await backtest(dataset(), { strategy: rising, symbols: ["BBB"] });
    const found = await backtest(dataset(), { strategy: withMembers(rising, members), symbols: ["BBB"] });
    expect(free.symbols[0]?.trades.length).toBeGreaterThan(2);
    expect(found.symbols[0]?.equity).toEqual(free.symbols[0]?.equity);
  });
});
