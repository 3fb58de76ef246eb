import { averageKinds, backtestDefaults, type SignalConfig, signalDefaults } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createSpace,
  type NodeCounts,
  planSweep,
  randomSampler,
  type SweepConfiguration,
  type SweepDefinition,
} from "../src/index.ts";
import { messageOf } from "./faults.ts";
import { cross } from "./strategies.ts";

function randomConfigurations(definition: SweepDefinition, count: number): readonly SweepConfiguration[] {
  const space = createSpace(definition);
  const sampler = randomSampler(space, { count });
  const all: SweepConfiguration[] = [];
  while (!sampler.isDone) all.push(...sampler.ask().map(({ values }) => space.configuration(values)));
  return all;
}

/** The nodes of a list of configurations, from sets of texts with everything that a node depends on. */
function naiveCounts(configurations: readonly SweepConfiguration[]): NodeCounts {
  const sets = Array.from({ length: 6 }, () => new Set<string>());
  const [averages, equities, firsts, seconds, directions, accounts] = sets as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  for (const { signals: s, backtest } of configurations) {
    const all: string[] = [];
    const cutout = s.dialect === "tradingview" ? s.cutout : 0;
    const layer = [s.lambda, s.decay, s.growthCap, cutout, s.dialect].join();
    for (const kind of averageKinds) {
      const variant = { hma: s.hma, lsma: s.lsma, dema: s.dialect, kama: s.dialect, ema: "", wma: "" }[kind];
      const own: string[] = [];
      for (const length of derivedLengths(s[`${kind}Length`], s.robustness)) {
        const average = [kind, length, s.calculationSource, variant].join();
        averages.add(average);
        equities.add([average, layer].join());
        own.push([average, layer].join());
      }
      firsts.add(own.join("|"));
      const cuts = s.dialect === "lts" ? [s.longThreshold, s.shortThreshold] : [];
      const second = [own.join("|"), s[`${kind}Weight`], s.cutout, ...cuts, s.lambda, s.decay, s.growthCap].join();
      seconds.add(second);
      all.push(second);
    }
    const direction = [...all, s.longThreshold, s.shortThreshold, s.strategyMode].join("#");
    directions.add(direction);
    accounts.add(direction + JSON.stringify(backtest));
  }
  return {
    averages: averages.size,
    firstLayerEquities: equities.size,
    firstLayerSignals: firsts.size,
    secondLayerEquities: seconds.size,
    directions: directions.size,
    accounts: accounts.size,
  };
}

const lengths = Object.fromEntries(averageKinds.map((kind) => [`${kind}Length`, "20..39"]));

const signalConfigs: fc.Arbitrary<SignalConfig> = fc
  .record({
    ...Object.fromEntries(averageKinds.map((kind) => [`${kind}Length`, fc.integer({ min: 20, max: 24 })])),
    lambda: fc.constantFrom(0.01, 0.02),
    decay: fc.constantFrom(0.03, 0.04),
    cutout: fc.constantFrom(0, 5),
    growthCap: fc.constantFrom<SignalConfig["growthCap"][]>(10_000, "none"),
    robustness: fc.constantFrom<SignalConfig["robustness"][]>("Narrow", "Wide"),
    dialect: fc.constantFrom<SignalConfig["dialect"][]>("lts", "tradingview"),
    hma: fc.constantFrom<SignalConfig["hma"][]>("hull", "sma"),
    emaWeight: fc.constantFrom(1, 2),
    longThreshold: fc.constantFrom(0.1, 0.2),
    strategyMode: fc.boolean(),
    precision: fc.constantFrom<SignalConfig["precision"][]>("float64", "float32"),
  })
  .map((some) => ({ ...signalDefaults, ...some }) as SignalConfig);

const configurations = fc.array(
  fc.tuple(signalConfigs, fc.constantFrom(0, 10)).map(
    ([signals, feeBps]): SweepConfiguration => ({
      signals,
      backtest: { ...backtestDefaults, feeBps },
      parameters: {},
    }),
  ),
  { minLength: 1, maxLength: 40 },
);

describe("a plan", () => {
  it("of 20 lengths for each of six kinds has the nodes of the kinds, not of the configurations", () => {
    const { nodes, separate, groups, lanes } = planSweep(randomConfigurations({ grid: lengths }, 1000));
    // 20 base lengths reach 6 bars below and above: 32 lengths of each kind.
    expect(nodes).toEqual({
      averages: 192,
      firstLayerEquities: 192,
      firstLayerSignals: 120,
      secondLayerEquities: 120,
      directions: 1000,
      accounts: 1000,
    });
    expect(separate.averages).toBe(54_000);
    expect(groups).toHaveLength(1);
    expect(lanes).toHaveLength(1000);
  });

  it("of lambda and decay shares the averages", () => {
    const { nodes } = planSweep(
      randomConfigurations({ grid: { lambda: "0.01..0.1:0.01", decay: "0.01..0.1:0.01" } }, 100),
    );
    expect(nodes).toEqual({
      averages: 54,
      firstLayerEquities: 5400,
      firstLayerSignals: 600,
      secondLayerEquities: 600,
      directions: 100,
      accounts: 100,
    });
  });

  it("of simulation keys shares the directions", () => {
    const { nodes } = planSweep(randomConfigurations({ grid: { feeBps: "0..49:1", side: "long,both" } }, 100));
    expect([nodes.directions, nodes.accounts]).toEqual([1, 100]);
  });

  it("of any list counts the distinct nodes", () => {
    fc.assert(
      fc.property(configurations, (all) => {
        expect(planSweep(all).nodes).toEqual(naiveCounts(all));
      }),
    );
  });

  it("puts every configuration into one group, within the budget if a group has several", () => {
    fc.assert(
      fc.property(configurations, fc.integer({ min: 1, max: 600_000 }), (all, memoryBudget) => {
        const { groups, isOverBudget } = planSweep(all, { memoryBudget });
        const members = groups.flatMap((group) => group.configurations);
        expect([...members].sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
        for (const group of groups) {
          expect(group.nodes).toEqual(naiveCounts(group.configurations.flatMap((index) => all[index] ?? [])));
          expect(group.configurations).toEqual([...group.configurations].sort((a, b) => a - b));
          if (group.configurations.length > 1) expect(group.bytes).toBeLessThanOrEqual(memoryBudget);
        }
        expect(isOverBudget).toBe(groups.some(({ bytes }) => bytes > memoryBudget));
        const firsts = groups.map((group) => group.configurations[0] ?? -1);
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }),
    );
  });

  it("groups configurations that share, even if the list alternates between them", () => {
    const two = [0.01, 0.02].map((lambda) =>
      randomConfigurations({ grid: { emaLength: "20..59" }, fixed: { lambda } }, 40),
    );
    const alternating = Array.from({ length: 80 }, (_, i) => two[i % 2]?.[Math.floor(i / 2)]).filter(
      (one) => one !== undefined,
    );
    const whole = planSweep(alternating);
    const { groups } = planSweep(alternating, { memoryBudget: (whole.groups[0]?.bytes ?? 0) * 0.6 });
    expect(groups.map(({ configurations: own }) => own.length)).toEqual([40, 40]);
    expect(groups.map(({ nodes }) => nodes.firstLayerSignals)).toEqual([45, 45]);
  });

  it("takes the sizes of nodes that it is given", () => {
    const [one] = randomConfigurations({ grid: { emaLength: "20,21" } }, 1);
    const nodeBytes = {
      averages: 1,
      windowBar: 0,
      firstLayerEquities: 100,
      firstLayerSignals: 10_000,
      secondLayerEquities: 1_000_000,
      directions: 1e8,
      accounts: 1e9,
    };
    expect(planSweep(one === undefined ? [] : [one], { nodeBytes }).groups[0]?.bytes).toBe(
      54 + 5400 + 60_000 + 6_000_000 + 1e8 + 1e9,
    );
  });

  it("lists what lanes do not cover", () => {
    const all = randomConfigurations(
      { grid: { stopLoss: "0,0.1", sizing: "allIn,fixedFraction", account: "separate,shared", feeBps: "1,2" } },
      16,
    );
    const { lanes, general, uncovered } = planSweep(all);
    const isCovered = ({ backtest: { stopLoss, sizing, account } }: SweepConfiguration): boolean =>
      stopLoss === 0 && sizing === "allIn" && account === "separate";
    expect(lanes).toEqual(all.flatMap((one, index) => (isCovered(one) ? [index] : [])));
    expect([...lanes, ...general].sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
    expect(uncovered.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual(
      ["account", "sizing", "stopLoss"].map((key) => ({ key, configurations: 8 })),
    );
    expect(planSweep(randomConfigurations({ grid: { signal: "weight,entries,strategy" } }, 3)).lanes).toHaveLength(1);
  });

  it("of a strategy has directions and accounts only", () => {
    const space = createSpace({ grid: { "parameters.fast": "5..9", feeBps: "1,2" } }, { strategy: cross });
    const all = [5, 6, 7, 8, 9].flatMap((fast) => [1, 2].map((fee) => space.configuration([fast, fee])));
    expect(planSweep(all, { hasStrategy: true }).nodes).toEqual({
      averages: 0,
      firstLayerEquities: 0,
      firstLayerSignals: 0,
      secondLayerEquities: 0,
      directions: 5,
      accounts: 10,
    });
  });

  it("of nothing has no groups, and needs a budget", () => {
    expect(planSweep([]).groups).toEqual([]);
    expect(messageOf(() => planSweep([], { memoryBudget: 0 }), "ATC_INVALID_ARGUMENT")).toContain("above 0");
  });
});
