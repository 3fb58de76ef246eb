import { type AverageKind, averageKinds, type SignalConfig, signalDefaults } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import { type KindNode, nodeKey } from "./kind-nodes.ts";

/** Nine averages of consecutive lengths of some kinds, which one kernel computes. */
export interface Rung {
  readonly config: SignalConfig;
  /** In the order of the kinds. */
  readonly kinds: readonly AverageKind[];
  /** The units of the rung: a range of {@link LadderPlan.units}. */
  readonly firstUnit: number;
  readonly unitCount: number;
}

/** An average whose crossings several kinds share. */
interface LadderUnit {
  readonly kind: AverageKind;
  readonly length: number;
  /** Its index among the nine of its kind in the rung. */
  readonly place: number;
}

/** Nodes whose equities depend on the same settings: a range of {@link LadderPlan.nodes}. */
interface LadderSetting {
  readonly config: SignalConfig;
  readonly firstNode: number;
  readonly nodeCount: number;
}

/** A kind of configurations whose nine averages are units. */
interface LadderNode {
  readonly node: KindNode;
  /** The indices of its units, in voting order. */
  readonly units: readonly number[];
}

/**
 * Kinds of several base lengths over averages that they share, in dialect lts. An average of a window has other last
 * bits for another base length, so the votes count only while no side is near a tie; otherwise kinds leave the ladder.
 */
export interface LadderPlan {
  readonly rungs: readonly Rung[];
  readonly units: readonly LadderUnit[];
  readonly settings: readonly LadderSetting[];
  readonly nodes: readonly LadderNode[];
}

/** Lengths of a rung. The shortest length of any rung is 2, because HMA and LSMA have no shorter one. */
const rungLength = 9;
const shortest = 2;

/** Whether a node can be on a ladder. */
export function canClimb({ kind, config }: KindNode): boolean {
  const lengths = derivedLengths(config[`${kind}Length`], config.robustness);
  return config.dialect === "lts" && Math.min(...lengths) >= shortest;
}

function settingKey({ lambda, decay, growthCap, cutout }: SignalConfig): string {
  return `${lambda} ${decay} ${growthCap} ${cutout}`;
}

/** The variants of averages that are computed together; those of kinds without a choice are the defaults. */
function variantsOf({ kind, config }: KindNode): Pick<SignalConfig, "hma" | "lsma"> {
  const { hma, lsma } = signalDefaults;
  return { hma: kind === "hma" ? config.hma : hma, lsma: kind === "lsma" ? config.lsma : lsma };
}

function variantKey(node: KindNode): string {
  const { hma, lsma } = variantsOf(node);
  return `${node.config.robustness} ${hma} ${lsma}`;
}

interface WantedUnit {
  readonly kind: AverageKind;
  readonly length: number;
  readonly variants: Pick<SignalConfig, "hma" | "lsma">;
  readonly key: string;
  readonly rung: string;
  readonly centre: number;
}

function wantedUnits(node: KindNode): readonly WantedUnit[] {
  const { kind, config } = node;
  const variants = variantsOf(node);
  const suffix = `${variants.hma} ${variants.lsma}`;
  return derivedLengths(config[`${kind}Length`], config.robustness).map((length) => {
    const centre = shortest + rungLength * Math.floor((length - shortest) / rungLength) + 4;
    return { kind, length, variants, key: `${kind} ${length} ${suffix}`, rung: `${centre} ${suffix}`, centre };
  });
}

function groupBy<Value>(values: Iterable<Value>, keyOf: (value: Value) => string): ReadonlyMap<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function rungConfig({ centre, variants }: WantedUnit, { calculationSource }: SignalConfig): SignalConfig {
  const lengths = Object.fromEntries(averageKinds.map((kind) => [`${kind}Length`, centre]));
  return { ...signalDefaults, ...lengths, ...variants, robustness: "Narrow", calculationSource };
}

/** Plans the ladder of nodes that can be on one, each once. */
export function planLadder(nodes: readonly KindNode[]): LadderPlan {
  const wanted = new Map(nodes.flatMap(wantedUnits).map((unit) => [unit.key, unit]));
  const units: LadderUnit[] = [];
  const indices = new Map<string, number>();
  const rungs: Rung[] = [];
  for (const group of groupBy(wanted.values(), ({ rung }) => rung).values()) {
    const config = rungConfig(group[0], nodes[0].config);
    const places = derivedLengths(group[0].centre, "Narrow");
    const firstUnit = units.length;
    for (const { kind, length, key } of group) {
      indices.set(key, units.length);
      units.push({ kind, length, place: places.indexOf(length) });
    }
    const kinds = averageKinds.filter((kind) => group.some((unit) => unit.kind === kind));
    rungs.push({ config, kinds, firstUnit, unitCount: group.length });
  }
  const planned: LadderNode[] = [];
  const settings: LadderSetting[] = [];
  for (const group of groupBy(nodes, ({ config }) => settingKey(config)).values()) {
    settings.push({ config: group[0].config, firstNode: planned.length, nodeCount: group.length });
    for (const node of group) {
      planned.push({ node, units: wantedUnits(node).map(({ key }) => indices.get(key) ?? 0) });
    }
  }
  return { rungs, units, settings, nodes: planned };
}

/** Rounded nanoseconds per bar of a kind with a kernel of its own. */
export const kindCost = 14;

/** Rounded nanoseconds per bar, by which {@link chooseLadder} chooses. */
const costs = {
  /** An average, its votes, and an equity. */
  unit: 1.3,
  equity: 0.8,
  /** Signal and equity of a kind on the ladder. */
  climber: 3.5,
} as const;

/** The cost of each node that takes less time on a ladder than with a kernel of its own; all or none of a kind. */
export function costsOnLadder(nodes: readonly KindNode[]): ReadonlyMap<KindNode, number> {
  const chosen = new Map<KindNode, number>();
  for (const group of groupBy(nodes.filter(canClimb), ({ kind }) => kind).values()) {
    const bases = groupBy(group, (node) => `${node.config[`${node.kind}Length`]} ${variantKey(node)}`);
    // One base length has nothing to share.
    if (bases.size === 1) continue;
    const units = new Set([...bases.values()].flatMap(([node]) => wantedUnits(node)).map(({ key }) => key)).size;
    const settings = new Set(group.map(({ config }) => settingKey(config))).size;
    const onLadder = units * (costs.unit + costs.equity * settings) + group.length * costs.climber;
    const each = onLadder / group.length;
    if (each < kindCost) for (const node of group) chosen.set(node, each);
  }
  return chosen;
}

/** The nodes that take less time on a ladder. */
export function chooseLadder(nodes: readonly KindNode[]): readonly KindNode[] {
  return [...costsOnLadder(nodes).keys()];
}

/** The places of a ladder's nodes by key. */
export function ladderPlaces({ nodes }: LadderPlan): ReadonlyMap<string, number> {
  return new Map(nodes.map(({ node }, place) => [nodeKey(node), place]));
}
