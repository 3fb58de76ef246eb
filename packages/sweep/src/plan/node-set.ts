import type { ConfigurationNodes, NodeBook, SignalUnits } from "./configuration-nodes.ts";
import type { NodeBytes, NodeCounts } from "./sweep-plan.ts";

/** The distinct nodes of some configurations. */
export interface NodeSet {
  /** How many there are of each kind. */
  counts(): NodeCounts;
  /** Their memory. */
  readonly bytes: number;
  /** The memory that the nodes of a configuration would add. */
  bytesOf(nodes: ConfigurationNodes): number;
  /** Adds the nodes of a configuration. */
  add(nodes: ConfigurationNodes): void;
}

/** The elements that a set does not have. A configuration has no node twice. */
function missing(set: ReadonlySet<number>, ids: Int32Array): number {
  let count = 0;
  for (const id of ids) if (!set.has(id)) count++;
  return count;
}

function addAll(set: Set<number>, ids: Int32Array): void {
  for (const id of ids) set.add(id);
}

/** Creates an empty set. */
export function createNodeSet(book: NodeBook, sizes: NodeBytes): NodeSet {
  const averages = new Set<number>();
  const equities = new Set<number>();
  const first = new Set<number>();
  const second = new Set<number>();
  const directions = new Set<number>();
  const accounts = new Set<number>();
  let bytes = 0;

  function bytesOfUnits({ averages: ids, bars, equities: own }: SignalUnits): number {
    let sum = missing(equities, own) * sizes.firstLayerEquities;
    for (let i = 0; i < ids.length; i++) if (!averages.has(ids[i])) sum += sizes.averages + sizes.windowBar * bars[i];
    return sum;
  }

  function bytesOf(nodes: ConfigurationNodes): number {
    let sum = missing(second, nodes.second) * sizes.secondLayerEquities;
    for (const id of nodes.first) if (!first.has(id)) sum += sizes.firstLayerSignals + bytesOfUnits(book.unitsOf(id));
    if (!directions.has(nodes.direction)) sum += sizes.directions;
    return accounts.has(nodes.account) ? sum : sum + sizes.accounts;
  }

  return {
    get bytes() {
      return bytes;
    },
    bytesOf,
    add(nodes) {
      bytes += bytesOf(nodes);
      for (const id of nodes.first) {
        if (first.has(id)) continue;
        const units = book.unitsOf(id);
        addAll(averages, units.averages);
        addAll(equities, units.equities);
      }
      addAll(first, nodes.first);
      addAll(second, nodes.second);
      directions.add(nodes.direction);
      accounts.add(nodes.account);
    },
    counts: () => ({
      averages: averages.size,
      firstLayerEquities: equities.size,
      firstLayerSignals: first.size,
      secondLayerEquities: second.size,
      directions: directions.size,
      accounts: accounts.size,
    }),
  };
}
