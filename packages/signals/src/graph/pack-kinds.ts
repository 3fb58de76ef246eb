import { averageKinds, type SignalConfig } from "@atc/contract";
import { type KindNode, settingsKey } from "./kind-nodes.ts";

/** Kinds that one kernel computes: at most one node of each kind, all with the same settings. */
export interface Bundle {
  /** The configuration of the kernel. Its members for kinds without a node have no meaning. */
  readonly config: SignalConfig;
  /** In the order of the kinds. */
  readonly nodes: readonly KindNode[];
}

function bundleOf(nodes: readonly KindNode[]): Bundle {
  const ordered = nodes.toSorted((a, b) => averageKinds.indexOf(a.kind) - averageKinds.indexOf(b.kind));
  const own: Record<string, unknown> = {};
  for (const { kind, config } of ordered) {
    own[`${kind}Length`] = config[`${kind}Length`];
    own[`${kind}Weight`] = config[`${kind}Weight`];
    if (kind === "hma" || kind === "lsma") own[kind] = config[kind];
  }
  return { config: { ...ordered[0].config, ...own }, nodes: ordered };
}

/** Adds nodes of different kinds to the first list that has none of their kinds, or to a new one. */
function addTo(lists: KindNode[][], nodes: readonly KindNode[]): void {
  const fits = lists.find((list) => !list.some(({ kind }) => nodes.some((node) => node.kind === kind)));
  if (fits === undefined) lists.push([...nodes]);
  else fits.push(...nodes);
}

/** Sets of nodes of equal length, with each kind once. Kernels share the window sums of equal lengths. */
function byLength(nodes: readonly KindNode[]): readonly (readonly KindNode[])[] {
  const lengths = new Map<number, KindNode[][]>();
  for (const node of nodes) {
    const length = node.config[`${node.kind}Length`];
    const sets = lengths.get(length) ?? [];
    addTo(sets, [node]);
    lengths.set(length, sets);
  }
  return [...lengths.values()].flat();
}

/**
 * Packs nodes into few kernels: the largest sets of equal length first, each added to the first kernel that lacks its
 * kinds.
 */
export function packKinds(nodes: readonly KindNode[]): readonly Bundle[] {
  const groups = new Map<string, KindNode[]>();
  for (const node of nodes) {
    const key = settingsKey(node.config);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()].flatMap((group) => {
    const lists: KindNode[][] = [];
    for (const set of byLength(group).toSorted((a, b) => b.length - a.length)) addTo(lists, set);
    return lists.map(bundleOf);
  });
}
