import type { ConfigurationNodes } from "./configuration-nodes.ts";
import type { NodeSet } from "./node-set.ts";
import type { NodeCounts, PlanGroup } from "./sweep-plan.ts";

/** What configurations are grouped by. */
export interface GroupingOptions {
  /** The nodes of each configuration. */
  readonly nodes: readonly ConfigurationNodes[];
  /** The most bytes of a group with several configurations. */
  readonly memoryBudget: number;
  /** Makes an empty set of nodes. */
  readonly createSet: () => NodeSet;
}

/** Fills groups with configurations in an order, one after the other. */
function filled(order: Int32Array, { nodes, memoryBudget, createSet }: GroupingOptions): readonly PlanGroup[] {
  const groups: PlanGroup[] = [];
  let set = createSet();
  let members: number[] = [];
  const close = (): void => {
    const configurations = members.sort((a, b) => a - b);
    groups.push({ configurations, nodes: set.counts(), bytes: set.bytes });
  };
  for (const index of order) {
    if (members.length > 0 && set.bytes + set.bytesOf(nodes[index]) > memoryBudget) {
      close();
      set = createSet();
      members = [];
    }
    set.add(nodes[index]);
    members.push(index);
  }
  if (members.length > 0) close();
  return groups.sort((a, b) => a.configurations[0] - b.configurations[0]);
}

/** The number of computed nodes of all groups. */
function computed(groups: readonly PlanGroup[]): number {
  const sum = ({
    averages,
    firstLayerEquities,
    firstLayerSignals,
    secondLayerEquities,
    directions,
  }: NodeCounts): number => averages + firstLayerEquities + firstLayerSignals + secondLayerEquities + directions;
  return groups.reduce((total, { nodes }) => total + sum(nodes), 0);
}

/**
 * An order in which neighbours share nodes: sorted by the nodes of each place, those with the fewest different nodes
 * first.
 */
function sortedBySharing(nodes: readonly ConfigurationNodes[]): Int32Array {
  const places = nodes[0]?.first.length ?? 0;
  const columns = Array.from({ length: places }, (_, place) => Int32Array.from(nodes, ({ first }) => first[place]));
  columns.push(Int32Array.from(nodes, ({ direction }) => direction));
  const sizes = new Map(columns.map((column) => [column, new Set(column).size]));
  columns.sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0));
  const order = Int32Array.from(nodes, (_, index) => index);
  return order.sort((a, b) => {
    for (const column of columns) if (column[a] !== column[b]) return column[a] - column[b];
    return a - b;
  });
}

/** Groups that share most of two orders, the given one and one sorted by what configurations share. */
export function groupConfigurations(options: GroupingOptions): readonly PlanGroup[] {
  const given = filled(
    Int32Array.from(options.nodes, (_, index) => index),
    options,
  );
  if (given.length <= 1) return given;
  const sorted = filled(sortedBySharing(options.nodes), options);
  return computed(sorted) < computed(given) ? sorted : given;
}
