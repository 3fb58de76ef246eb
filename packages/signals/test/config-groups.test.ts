import { type SignalConfig, signalDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import type { Member } from "../src/graph/many-kernel.ts";
import { groupConfigs, pairConfigs } from "../src/many/config-groups.ts";
import { createLaneKernel } from "../src/many/lane-kernel.ts";

function members(...configs: readonly Partial<SignalConfig>[]): readonly Member[] {
  return configs.map((config, index) => ({ index, config: { ...signalDefaults, ...config } }));
}

function groupSizes(...configs: readonly Partial<SignalConfig>[]): readonly number[] {
  return groupConfigs(members(...configs)).map(({ length }) => length);
}

describe("configurations", () => {
  it("share averages if only layers, thresholds or precision differ", () => {
    const sizes = groupSizes(
      { lambda: 1 },
      { decay: 1 },
      { emaWeight: 2 },
      { longThreshold: 0.3 },
      { shortThreshold: -0.3 },
      { cutout: 9 },
      { growthCap: "none" },
      { strategyMode: true },
      { precision: "float32" },
    );
    expect(sizes).toEqual([9]);
  });

  it("share nothing if lengths, robustness, source, dialect, hma or lsma differ", () => {
    const sizes = groupSizes(
      {},
      { kamaLength: 20 },
      { robustness: "Wide" },
      { calculationSource: "open" },
      { dialect: "tradingview" },
      { hma: "sma" },
      { lsma: "delayed" },
    );
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it("are paired with those that begin at the same bar, the last of an odd number with itself", () => {
    const [group = []] = groupConfigs(members({ cutout: 5 }, {}, { lambda: 1 }, { cutout: 5, decay: 1 }, { decay: 2 }));
    expect(pairConfigs(group).map((pair) => pair.map(({ index }) => index))).toEqual([
      [0, 3],
      [1, 2],
      [4, 4],
    ]);
  });

  it("of one group are computed together in WebAssembly", () => {
    const [group = []] = groupConfigs(members({}, { lambda: 1 }, { decay: 1 }));
    const kernel = createLaneKernel(group, new Set(["direction"]));
    expect(kernel?.members).toHaveLength(3);
    kernel?.[Symbol.dispose]();
  });
});
