import { describe, expect, it } from "vitest";
import { atcStrategy, backtestSeries, decodeFigures, encodeFigures, memorySeries } from "../src/index.ts";
import { days, simulated } from "./given.ts";

function flat(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 100 + (i % 3));
}

function said(warnings: readonly string[], pattern: RegExp): boolean {
  return warnings.some((warning) => pattern.test(warning));
}

describe("warnings", () => {
  it("are absent from an ordinary backtest", () => {
    expect(simulated(flat(60), Array(60).fill(1)).warnings).toStrictEqual([]);
  });
  it("report what fees took", () => {
    const { warnings } = simulated(
      flat(60),
      Array(60)
        .fill(0)
        .map((_, i) => (i % 2 === 0 ? 1 : -1)),
      { feeBps: 100 },
    );
    expect(said(warnings, /^fees of [\d,.]+ took \d+ % of the starting capital of 10,000/)).toBe(true);
  });
  it("write an amount that has no readable digits as a power of ten", () => {
    const directions = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const { warnings } = simulated(flat(60), directions, { feeBps: 100, initialCapital: 1e300 });
    expect(said(warnings, /^fees of \d\.\de\+\d+ took \d+ % of the starting capital of 1\.0e\+300:/)).toBe(true);
  });
  it("report that the span is short", () => {
    expect(said(simulated(flat(30), Array(30).fill(1)).warnings, /^the data span 29 days/)).toBe(true);
    expect(!said(simulated(flat(31), Array(31).fill(1)).warnings, /span/)).toBe(true);
  });
  it("report a short whose equity is below zero at a close, first, though the price is back before the next fill", () => {
    const close = Array.from({ length: 60 }, (_, i) => (i === 30 ? 10_000 : 100));
    const short = simulated(close, Array(60).fill(-1));
    expect(short.warnings[0]).toMatch(
      /^the account was lost: its equity was below zero at the close of 2020-01-31T00:00:00.000Z, a drawdown of 9,9\d\d.* %/,
    );
    const { warnings } = decodeFigures({ ...encodeFigures(short), warnings: ["other"] });
    expect(warnings).toStrictEqual([short.warnings[0], "other"]);
    expect(decodeFigures(encodeFigures(short)).warnings).toStrictEqual(short.warnings);
    expect(said(simulated(close, Array(60).fill(1)).warnings, /lost/)).toBe(false);
    const nearly = close.map((price) => Math.min(price, 199));
    expect(said(simulated(nearly, Array(60).fill(-1)).warnings, /lost/)).toBe(false);
  });
  it("report jumps that look like splits, up and down, and no others", () => {
    const jump = (to: number) => {
      const close = Array.from({ length: 60 }, (_, i) => (i < 40 ? 100 : to));
      return simulated(close, Array(60).fill(0)).warnings;
    };
    expect(said(jump(50.5), /from 100 to 50.5 at 2020-02-10.*split/)).toBe(true);
    expect(said(jump(1010), /split/)).toBe(true);
    expect(said(jump(66), /split/)).toBe(true);
    expect([jump(75), jump(57), jump(130)]).toStrictEqual([[], [], []]);
    const twice = Array.from({ length: 60 }, (_, i) => (i % 20 < 10 ? 100 : 50));
    expect(said(simulated(twice, Array(60).fill(0)).warnings, /the first of 5 such jumps/)).toBe(true);
  });
  it("do not take a price that is back within five bars for a split, in blocks of any length", () => {
    const print = (bars: number, factor: number, blockLength: number) => {
      const close = Array.from({ length: 60 }, (_, i) => (i >= 30 && i < 30 + bars ? 66.9 * factor : 66.9));
      return simulated(close, Array(60).fill(0), {}, { blockLength }).warnings;
    };
    for (const blockLength of [1, 7, 100]) {
      for (const bars of [1, 5]) expect(print(bars, 100, blockLength)).toStrictEqual([]);
      expect(said(print(6, 100, blockLength), /from 66.9 to 6690 .*the first of 2 such jumps/)).toBe(true);
    }
    expect(said(print(30, 100, 100), /it looks like a split or a change of units/)).toBe(true);
    expect(said(print(30, 0.5, 100), /it looks like a split;/)).toBe(true);
  });

  const atc = (count: number, config: Parameters<typeof atcStrategy>[0], price: (i: number) => number) => {
    const series = memorySeries("X", {
      timestamp: days(count),
      close: Array.from({ length: count }, (_, i) => price(i)),
    });
    return backtestSeries(series, { strategy: atcStrategy(config) }).warnings;
  };
  const wave = (i: number): number => 100 + 10 * Math.sin(i / 7);
  it("report that bars are fewer than the longest average needs", () => {
    expect(said(atc(33, {}, wave), /^33 bars are fewer than the longest average needs/)).toBe(true);
    expect(!said(atc(60, {}, wave), /fewer/)).toBe(true);
  });
  it("report the strongest growth of returns", () => {
    expect(said(atc(200, { lambda: 1 }, wave), /1\.1 times/)).toBe(true);
    const strong = atc(400, { lambda: 1 }, wave);
    expect(said(strong, /1\.25 times/) && !said(strong, /1\.1 times/)).toBe(true);
    expect(!said(atc(400, {}, wave), /times as much/)).toBe(true);
  });
  it("report that most equities are at the floor", () => {
    expect(said(atc(400, { decay: 50 }, wave), /% of the equities .* floor/)).toBe(true);
    expect(!said(atc(400, {}, wave), /floor/)).toBe(true);
  });
});
