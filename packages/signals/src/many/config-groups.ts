import { averageKinds, type SignalConfig } from "@atc/contract";
import { firstLayerCutout } from "../base/warmup.ts";
import type { Member } from "../graph/many-kernel.ts";

/** Two configurations in the lanes of a vector; a configuration without a partner fills both lanes. */
export type LanePair = readonly [Member, Member];

/** A key that is equal for configurations with the same averages and crossings. */
function sharedKey(config: SignalConfig): string {
  const { robustness, calculationSource, dialect, hma, lsma } = config;
  return JSON.stringify([
    averageKinds.map((kind) => config[`${kind}Length`]),
    robustness,
    calculationSource,
    dialect,
    hma,
    lsma,
  ]);
}

function groupBy(members: readonly Member[], key: (config: SignalConfig) => string): readonly (readonly Member[])[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const id = key(member.config);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [member]);
    else group.push(member);
  }
  return [...groups.values()];
}

/**
 * Groups configurations with the same averages and crossings: lengths, robustness, calculation source, dialect, hma
 * and lsma.
 */
export function groupConfigs(members: readonly Member[]): readonly (readonly Member[])[] {
  return groupBy(members, sharedKey);
}

/**
 * Pairs the configurations of one group. Both lanes of a pair must have the same cutout and strategyMode, because the
 * kernel applies these to whole vectors.
 */
export function pairConfigs(members: readonly Member[]): readonly LanePair[] {
  return groupBy(members, ({ cutout, strategyMode }) => `${cutout} ${strategyMode}`).flatMap((alike) => {
    const pairs: LanePair[] = [];
    for (let i = 0; i < alike.length; i += 2) {
      const first = alike[i];
      pairs.push([first, alike[i + 1] ?? first]);
    }
    return pairs;
  });
}

/** A growth that several configurations share: same lambda and growthCap, counted from the same cutout. */
export interface Growth {
  /** Any of the configurations. */
  readonly config: SignalConfig;
  /** The cutout of the layer. */
  readonly cutout: number;
}

/** The growths of both layers of several configurations, without duplicates. */
export interface Growths {
  readonly all: readonly Growth[];
  /** The index in `all` of the growth of a configuration's layer. */
  placeOf(config: SignalConfig, cutout: number): number;
}

export function collectGrowths(members: readonly Member[]): Growths {
  const places = new Map<string, number>();
  const all: Growth[] = [];
  const keyOf = ({ lambda, growthCap }: SignalConfig, cutout: number): string => `${lambda} ${growthCap} ${cutout}`;
  for (const { config } of members) {
    for (const cutout of [firstLayerCutout(config), config.cutout]) {
      const key = keyOf(config, cutout);
      if (places.has(key)) continue;
      places.set(key, all.length);
      all.push({ config, cutout });
    }
  }
  return { all, placeOf: (config, cutout) => places.get(keyOf(config, cutout)) ?? 0 };
}
