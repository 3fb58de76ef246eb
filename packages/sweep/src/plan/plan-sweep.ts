import { slowKeys } from "@atc/backtest";
import { AtcError, type BacktestConfig } from "@atc/contract";
import type { SweepConfiguration } from "../space/space.ts";
import { createNodeBook } from "./configuration-nodes.ts";
import { groupConfigurations } from "./group-configurations.ts";
import { createNodeSet, type NodeSet } from "./node-set.ts";
import type { NodeBytes, NodeCounts, PlanOptions, SweepPlan } from "./sweep-plan.ts";

const defaultBudget = 256 * 2 ** 20;

/** A row of 128 doubles, and 64 bytes that keep strides from being powers of two. */
const row = 128 * 8 + 64;

const defaultBytes: NodeBytes = {
  averages: row,
  windowBar: 16,
  firstLayerEquities: row + 32,
  firstLayerSignals: row,
  secondLayerEquities: 2 * row + 32,
  directions: row + 64,
  accounts: 512,
};

/** Nodes of one configuration of ATC, and of one of a strategy. */
const ownOfAtc: NodeCounts = {
  averages: 54,
  firstLayerEquities: 54,
  firstLayerSignals: 6,
  secondLayerEquities: 6,
  directions: 1,
  accounts: 1,
};
const ownOfStrategy: NodeCounts = {
  averages: 0,
  firstLayerEquities: 0,
  firstLayerSignals: 0,
  secondLayerEquities: 0,
  directions: 1,
  accounts: 1,
};

function times({ averages, ...counts }: NodeCounts, factor: number): NodeCounts {
  return {
    averages: averages * factor,
    firstLayerEquities: counts.firstLayerEquities * factor,
    firstLayerSignals: counts.firstLayerSignals * factor,
    secondLayerEquities: counts.secondLayerEquities * factor,
    directions: counts.directions * factor,
    accounts: counts.accounts * factor,
  };
}

/** The keys that accounts in lanes do not cover. */
function uncoveredKeys(backtest: BacktestConfig): readonly string[] {
  const keys = new Set<string>(slowKeys(backtest));
  if (backtest.signal !== "strategy") keys.add("signal");
  if (backtest.account !== "separate") keys.add("account");
  return [...keys];
}

interface Coverage {
  readonly lanes: readonly number[];
  readonly general: readonly number[];
  readonly uncovered: SweepPlan["uncovered"];
}

/** Which accounts run in lanes. */
function coverageOf(configurations: readonly SweepConfiguration[]): Coverage {
  const lanes: number[] = [];
  const general: number[] = [];
  const counts = new Map<string, number>();
  const known = new WeakMap<object, readonly string[]>();
  for (const [index, { backtest }] of configurations.entries()) {
    const keys = known.get(backtest) ?? uncoveredKeys(backtest);
    known.set(backtest, keys);
    (keys.length === 0 ? lanes : general).push(index);
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const uncovered = Array.from(counts, ([key, count]) => ({ key, configurations: count }));
  return { lanes, general, uncovered: uncovered.sort((a, b) => b.configurations - a.configurations) };
}

/**
 * Plans how a list of configurations is computed: the nodes that they share, and groups that fit the memory budget.
 * Nodes are equal if all that they depend on is equal, however the configurations were chosen.
 *
 * @throws ATC_INVALID_ARGUMENT for a memory budget that is not above 0
 */
export function planSweep(configurations: readonly SweepConfiguration[], options: PlanOptions = {}): SweepPlan {
  const { memoryBudget = defaultBudget, nodeBytes = {}, hasStrategy = false } = options;
  if (!(memoryBudget > 0))
    throw new AtcError("ATC_INVALID_ARGUMENT", `the memory budget is ${memoryBudget} bytes; give a number above 0`, {
      details: { memoryBudget: String(memoryBudget) },
    });
  const sizes: NodeBytes = { ...defaultBytes, ...nodeBytes };
  const book = createNodeBook(hasStrategy);
  const nodes = configurations.map((configuration) => book.nodesOf(configuration));
  const createSet = (): NodeSet => createNodeSet(book, sizes);
  const all = createSet();
  for (const one of nodes) all.add(one);
  const groups = groupConfigurations({ nodes, memoryBudget, createSet });
  return {
    configurations: configurations.length,
    nodes: all.counts(),
    separate: times(hasStrategy ? ownOfStrategy : ownOfAtc, configurations.length),
    groups,
    ...coverageOf(configurations),
    isOverBudget: groups.some(({ bytes }) => bytes > memoryBudget),
  };
}
