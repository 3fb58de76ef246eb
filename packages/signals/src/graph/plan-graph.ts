import { averageKinds, type SignalConfig } from "@atc/contract";
import { cutThresholds, type KindNode, nodeKey, nodeKeys } from "./kind-nodes.ts";
import { type LadderPlan, planLadder } from "./ladder-plan.ts";
import type { Member } from "./many-kernel.ts";
import { type Bundle, packKinds } from "./pack-kinds.ts";

/** A node whose signal is cut at two thresholds. */
export interface CutNode {
  readonly node: KindNode;
  readonly long: number;
  readonly short: number;
}

/** The nodes of a member, in the order of the kinds. */
export interface PlannedMember {
  readonly member: Member;
  /** The indices of the six in {@link GraphPlan.cuts}. */
  readonly cuts: readonly number[];
}

/** A kernel of a plan, and its cut nodes: a range of {@link GraphPlan.cuts}. */
interface PlannedBundle extends Bundle {
  readonly firstCut: number;
  readonly cutCount: number;
}

/** The nodes that configurations share, each once. */
export interface GraphPlan {
  readonly bundles: readonly PlannedBundle[];
  /** The nodes without a bundle. Their cuts follow those of the bundles. */
  readonly ladder: LadderPlan | undefined;
  readonly cuts: readonly CutNode[];
  readonly members: readonly PlannedMember[];
}

/** The place of a node: the index of its kernel, and its own among the kinds of that. */
export interface NodePlace {
  readonly bundle: number;
  readonly place: number;
}

/** A node and the thresholds that its signal is cut at. */
interface NodeCuts {
  readonly node: KindNode;
  /** By threshold pair. */
  readonly cuts: Map<string, CutNode>;
}

/** The nodes of configurations by key. */
function collectNodes(configs: readonly SignalConfig[]): ReadonlyMap<string, NodeCuts> {
  const found = new Map<string, NodeCuts>();
  for (const config of configs) {
    const thresholds = cutThresholds(config);
    const pair = thresholds.join(" ");
    const [long, short] = thresholds;
    for (const [index, key] of nodeKeys(config).entries()) {
      const known = found.get(key);
      const node = known?.node ?? { kind: averageKinds[index], config };
      if (known === undefined) found.set(key, { node, cuts: new Map([[pair, { node, long, short }]]) });
      else if (!known.cuts.has(pair)) known.cuts.set(pair, { node, long, short });
    }
  }
  return found;
}

/** The nodes of configurations, each once. */
export function uniqueNodes(configs: readonly SignalConfig[]): readonly KindNode[] {
  return [...collectNodes(configs).values()].map(({ node }) => node);
}

/**
 * Plans the nodes of configurations with the same calculation source. `choose` returns those for a ladder; default:
 * none.
 */
export function planGraph(
  members: readonly Member[],
  choose: (nodes: readonly KindNode[]) => readonly KindNode[] = () => [],
): GraphPlan {
  const found = collectNodes(members.map(({ config }) => config));
  const nodes = [...found.values()].map(({ node }) => node);
  const climbers = new Set(choose(nodes));
  const cuts: CutNode[] = [];
  const places = new Map<string, number>();
  function addCuts(some: readonly KindNode[]): void {
    for (const key of some.map(nodeKey)) {
      for (const [pair, cut] of found.get(key)?.cuts ?? []) {
        places.set(`${key} ${pair}`, cuts.length);
        cuts.push(cut);
      }
    }
  }
  const bundles = packKinds(nodes.filter((node) => !climbers.has(node))).map((bundle): PlannedBundle => {
    const firstCut = cuts.length;
    addCuts(bundle.nodes);
    return { ...bundle, firstCut, cutCount: cuts.length - firstCut };
  });
  const ladder = climbers.size === 0 ? undefined : planLadder([...climbers]);
  addCuts(ladder?.nodes.map(({ node }) => node) ?? []);
  const planned = members.map((member): PlannedMember => {
    const pair = cutThresholds(member.config).join(" ");
    return { member, cuts: nodeKeys(member.config).map((key) => places.get(`${key} ${pair}`) ?? 0) };
  });
  return { bundles, ladder, cuts, members: planned };
}

/** The places of all nodes of a plan by key. */
export function nodePlaces({ bundles }: GraphPlan): ReadonlyMap<string, NodePlace> {
  const places = new Map<string, NodePlace>();
  for (const [bundle, { nodes }] of bundles.entries()) {
    for (const [place, node] of nodes.entries()) places.set(nodeKey(node), { bundle, place });
  }
  return places;
}
