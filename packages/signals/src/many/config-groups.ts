import { averageKinds, type SignalConfig } from "@atc/contract";
import { firstLayerCutout } from "../base/warmup.ts";

/** A configuration and its place among all that are computed. */
export interface Member {
  /** Its index in the list that was given. */
  readonly index: number;
  /** The whole configuration. */
  readonly config: SignalConfig;
}

/** Two configurations in the lanes of a vector; an odd one is in both. */
export type LanePair = readonly [Member, Member];

/** What the averages and their crossings depend on. */
function sharedKey(config: SignalConfig): string {
  const { robustness, calculationSource, dialect, hma } = config;
  return JSON.stringify([
    averageKinds.map((kind) => config[`${kind}Length`]),
    robustness,
    calculationSource,
    dialect,
    hma,
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

/** The configurations whose averages and crossings are the same: lengths, robustness, calculation source, dialect and hma. */
export function groupConfigs(configs: readonly SignalConfig[]): readonly (readonly Member[])[] {
  const members = configs.map((config, index) => ({ index, config }));
  return groupBy(members, sharedKey);
}

/** Pairs of one group's configurations; both of a pair begin at the same bars and are delayed alike, for those are not told apart by lane. */
export function pairConfigs(members: readonly Member[]): readonly LanePair[] {
  return groupBy(members, ({ cutout, strategyMode }) => `${cutout} ${strategyMode}`).flatMap((alike) => {
    const pairs: LanePair[] = [];
    for (let i = 0; i < alike.length; i += 2) {
      const first = alike[i] as Member;
      pairs.push([first, alike[i + 1] ?? first]);
    }
    return pairs;
  });
}

/** A growth that several configurations share: of one lambda and growthCap, counted from one cutout. */
export interface Growth {
  /** Any of the configurations. */
  readonly config: SignalConfig;
  /** The cutout of the layer. */
  readonly cutout: number;
}

/** The growths of both layers of some configurations, each once, and the place of each configuration's. */
export interface Growths {
  /** The growths. */
  readonly all: readonly Growth[];
  /** The place in `all` of the growth of a configuration's layer. */
  placeOf(config: SignalConfig, cutout: number): number;
}

/** Finds the growths that are needed. */
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
