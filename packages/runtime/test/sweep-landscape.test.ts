import { deflateRawSync } from "node:zlib";
import { universeDefaults } from "@atc/backtest";
import { type AxisValue, createSpace, parseObjective, type Space } from "@atc/sweep";
import { describe, expect, it } from "vitest";
import { openRuntime } from "../src/index.ts";
import { countBins } from "../src/report/count-bins.ts";
import { leastKept } from "../src/report/least-kept.ts";
import { searchAxes } from "../src/report/search-axes.ts";
import { searchFigures } from "../src/report/search-figures.ts";
import { type SweepLandscape, sweepLandscape } from "../src/report/sweep-landscape.ts";
import { winnerRuntime } from "../src/report/winner-runtime.ts";

const objective = parseObjective("sharpe");
const shown = ["totalReturn", "sharpe", "maxDrawdown"] as const;

function landscapeOf(space: Space, map?: readonly [number, number]): SweepLandscape {
  return sweepLandscape({
    axes: space.axes,
    objective,
    metrics: [...shown],
    shown: [...shown],
    map,
    over: undefined,
    seed: 5,
  });
}

/** A score that many configurations share, by the values of two axes. */
const scoreOf = (values: readonly AxisValue[]): number =>
  Math.round(10 * Math.sin(Number(values[0])) * Math.cos(Number(values[1]))) / 10;

function addTo(landscape: SweepLandscape, space: Space, indices: Iterable<number>): void {
  const sizes = space.axes.map(({ size = 1 }) => size);
  for (const index of indices) {
    let rest = index;
    const values = space.axes.map((axis, place) => {
      const at = rest % (sizes[place] ?? 1);
      rest = Math.floor(rest / (sizes[place] ?? 1));
      return axis.at(at);
    });
    const score = scoreOf(values);
    // The last of each hundred has no place; one of a thousand ran over a part of the bars.
    const [isExcluded, isPart] = [index % 100 === 99, index % 1000 === 500];
    const portfolio = Float64Array.of(score / 2, score, index % 7 === 0 ? Number.NaN : 0.1);
    landscape.add(
      { index, configuration: index, values, span: isPart ? 0.5 : 1 },
      portfolio,
      isExcluded ? undefined : score,
    );
  }
}

const plainOf = (landscape: SweepLandscape): unknown => ({
  ranked: landscape.ranked,
  above: landscape.above,
  maps: landscape.maps(undefined),
  lines: landscape.lines(),
});

describe("what a report keeps of a sweep", () => {
  const space = createSpace({ grid: { emaLength: "1..40:1", hmaLength: "5..44:1", feeBps: [0, 1, 2, 3, 4] } });
  const count = 8000;

  it("does not depend on the order of the evaluations", () => {
    const [forwards, backwards] = [landscapeOf(space), landscapeOf(space)];
    addTo(
      forwards,
      space,
      Array.from({ length: count }, (_, i) => i),
    );
    // 7919 is prime, so all indices occur once.
    addTo(
      backwards,
      space,
      Array.from({ length: count }, (_, i) => (count - 1 - i * 7919 + count * 7919) % count),
    );
    expect(plainOf(backwards)).toEqual(plainOf(forwards));
  });

  it("counts configurations with a place, and keeps the best and a sample of the others", () => {
    const landscape = landscapeOf(space);
    addTo(
      landscape,
      space,
      Array.from({ length: count }, (_, i) => i),
    );
    // 80 are excluded and 8 ran over a part of the bars.
    expect(landscape.ranked).toBe(count - 88);
    const { best, drawn, configurations } = landscape.lines();
    expect([best, drawn, configurations.length]).toEqual([1000, 1000, 2000]);
    expect(new Set(configurations.map(({ configuration }) => configuration)).size).toBe(2000);
    const scores = configurations.map(({ figures }) => figures[0] ?? Number.NaN);
    expect(Math.min(...scores.slice(0, 1000))).toBeGreaterThanOrEqual(Math.max(...scores.slice(1000)));
    expect(configurations[0]?.figures).toHaveLength(3);
    expect(landscape.figures.map(({ name }) => name)).toEqual(["sharpe", "totalReturn", "maxDrawdown"]);
  });

  it("has in each cell the best of its pair of values, and null where no configuration has a place", () => {
    const landscape = landscapeOf(space);
    addTo(landscape, space, [0, 1, 40, 1600, 99]);
    const [map] = landscape.maps({
      index: 1,
      configuration: 1,
      values: space.axes.map((axis, i) => axis.at(i === 0 ? 1 : 0)),
      score: 0,
      metrics: new Float64Array(3),
    });
    expect([map?.columnAxis, map?.rowAxis, map?.columns.length, map?.rows.length]).toEqual([1, 0, 40, 40]);
    expect(map?.figures[0]?.filter((value) => value !== null)).toHaveLength(3);
    expect(map?.figures[0]?.[0]).toBe(scoreOf([1, 5]));
    expect(map?.best).toBe(40);
    // Index 0 has no drawdown; the same pair with another fee comes later and does not replace it.
    expect(map?.figures[2]?.[0]).toBeNull();
    expect(landscape.ranked).toBe(4);
  });

  it("stays small whatever the number of axes and configurations", () => {
    const axes = [
      "emaLength",
      "hmaLength",
      "wmaLength",
      "demaLength",
      "lsmaLength",
      "kamaLength",
      "feeBps",
      "slippageBps",
      "spreadBps",
      "stopLoss",
      "takeProfit",
      "trailingStop",
      "decay",
    ];
    const large = createSpace({
      grid: Object.fromEntries(axes.map((name, i) => [name, i < 6 ? "5..104:1" : "0.01..0.2:0.01"])),
    });
    const landscape = landscapeOf(large);
    addTo(
      landscape,
      large,
      Array.from({ length: 100_000 }, (_, i) => i * 9_999_991),
    );
    const text = JSON.stringify({ axes: searchAxes(large.axes), ...(plainOf(landscape) as object) });
    expect(landscape.maps(undefined)).toHaveLength(66);
    expect(deflateRawSync(text).length).toBeLessThan(600_000);
  });
});

it("lists ranges without steps by values at equal parts", () => {
  const { axes } = createSpace({
    grid: { lambda: "0.001..0.1:log", robustness: ["Narrow", "Wide"], emaLength: "5..2000:1" },
  });
  const [lambda, robustness, length] = searchAxes(axes);
  expect([lambda?.size, lambda?.ticks.length, lambda?.ticks[16]?.value]).toEqual([null, 33, expect.closeTo(0.01, 6)]);
  expect(robustness?.ticks).toEqual([
    { value: "Narrow", part: 0.25 },
    { value: "Wide", part: 0.75 },
  ]);
  expect([length?.ticks.length, length?.ticks[0]?.value, length?.ticks.at(-1)?.value]).toEqual([33, 5, 2000]);
});

it("names an objective of several metrics, or of symbols, beside the metrics", () => {
  const names = (text: string, over?: string): readonly string[] =>
    searchFigures(parseObjective(text), over, [...shown]).figures.map(({ name, unit }) => `${name} ${unit}`);
  expect(names("sharpe")).toEqual(["sharpe ratio", "totalReturn part", "maxDrawdown part"]);
  expect(names("sharpe - maxDrawdown")[0]).toBe("sharpe - maxDrawdown ratio");
  expect(names("sharpe - maxDrawdown")).toHaveLength(4);
  expect(names("totalReturn", "median")).toHaveLength(4);
  expect(names("-maxDrawdown")).toHaveLength(4);
});

it("counts values in bins up to the edges and the marks", () => {
  const bins = countBins(
    Float64Array.from({ length: 1000 }, (_, i) => i / 1000),
    { marks: [-1, Number.NaN] },
  );
  expect([bins?.low, bins?.counts.length, bins?.counts.reduce((a, b) => a + b)]).toEqual([-1, 41, 1000]);
  expect(countBins(Float64Array.of(2, 2))).toMatchObject({ low: 1.5, high: 2.5, outside: 0 });
  expect(countBins(Float64Array.of(-1, 3), { isSymmetric: true })).toMatchObject({ low: -3, high: 3 });
  expect(countBins(Float64Array.of(Number.NaN))).toBeUndefined();
});

it("keeps the least of many, equals by index", () => {
  const kept = leastKept<number>(3);
  for (const index of [9, 2, 7, 4, 1, 8]) kept.add(index === 9 ? 0 : 1, index, index);
  expect(kept.list()).toEqual([9, 1, 2]);
  expect([kept.accepts(2), kept.accepts(1)]).toEqual([false, true]);
});

it("gives the configuration of a sweep to a backtest, without the defaults of strategies that see all symbols", async () => {
  await using runtime = await openRuntime({ config: { strategy: "cross" } });
  const { config } = runtime;
  const space = createSpace({ grid: { feeBps: [3] } });
  const winner = winnerRuntime(runtime, space.configuration([3]));
  expect([winner.config.feeBps, winner.config.strategy, winner.config.dataDir]).toEqual([3, "cross", config.dataDir]);
  for (const name of Object.keys(universeDefaults))
    expect(winner.loaded.origins[name as keyof typeof universeDefaults].kind).not.toBe("default");
});
