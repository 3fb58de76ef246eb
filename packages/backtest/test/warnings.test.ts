import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { atcStrategy, backtestSeries, memorySeries } from "../src/index.ts";
import { days, simulated } from "./given.ts";

function flat(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 100 + (i % 3));
}

function said(warnings: readonly string[], pattern: RegExp): boolean {
  return warnings.some((warning) => pattern.test(warning));
}

describe("warnings", () => {
  it("are none where nothing is odd", () => {
    assert.deepEqual(simulated(flat(60), Array(60).fill(1)).warnings, []);
  });
  it("tell what fees took", () => {
    const { warnings } = simulated(
      flat(60),
      Array(60)
        .fill(0)
        .map((_, i) => (i % 2 === 0 ? 1 : -1)),
      { feeBps: 100 },
    );
    assert.ok(said(warnings, /^fees of [\d,.]+ took \d+ % of the starting capital of 10,000/));
  });
  it("tell that the span is short", () => {
    assert.ok(said(simulated(flat(30), Array(30).fill(1)).warnings, /^the data span 29 days/));
    assert.ok(!said(simulated(flat(31), Array(31).fill(1)).warnings, /span/));
  });
  it("tell of jumps that look like splits, up and down, and not of others", () => {
    const jump = (to: number) => {
      const close = Array.from({ length: 60 }, (_, i) => (i < 40 ? 100 : to));
      return simulated(close, Array(60).fill(0)).warnings;
    };
    assert.ok(said(jump(50.5), /from 100 to 50.5 at 2020-02-10.*split/));
    assert.ok(said(jump(1010), /split/));
    assert.ok(said(jump(66), /split/));
    assert.deepEqual([jump(75), jump(57), jump(130)], [[], [], []]);
    const twice = Array.from({ length: 60 }, (_, i) => (i % 20 < 10 ? 100 : 50));
    assert.ok(said(simulated(twice, Array(60).fill(0)).warnings, /the first of 5 such jumps/));
  });

  const atc = (count: number, config: Parameters<typeof atcStrategy>[0], price: (i: number) => number) => {
    const series = memorySeries("X", {
      timestamp: days(count),
      close: Array.from({ length: count }, (_, i) => price(i)),
    });
    return backtestSeries(series, { strategy: atcStrategy(config) }).warnings;
  };
  const wave = (i: number): number => 100 + 10 * Math.sin(i / 7);
  it("tell that bars are fewer than the longest average needs", () => {
    assert.ok(said(atc(33, {}, wave), /^33 bars are fewer than the longest average needs/));
    assert.ok(!said(atc(60, {}, wave), /fewer/));
  });
  it("tell the strongest growth of returns", () => {
    assert.ok(said(atc(200, { lambda: 1 }, wave), /1\.1 times/));
    const strong = atc(400, { lambda: 1 }, wave);
    assert.ok(said(strong, /1\.25 times/) && !said(strong, /1\.1 times/));
    assert.ok(!said(atc(400, {}, wave), /times as much/));
  });
  it("tell that most equities lie on the floor", () => {
    assert.ok(said(atc(400, { decay: 50 }, wave), /% of the equities .* floor/));
    assert.ok(!said(atc(400, {}, wave), /floor/));
  });
});
