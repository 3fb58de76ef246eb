import { averageKinds, type SignalConfig } from "@atc/contract";
import { needsAll } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { SharedRows } from "../graph/block-rows.ts";
import { createGraphKernel } from "../graph/graph-kernel.ts";
import { graphBytes } from "../graph/graph-layout.ts";
import { nodeKey, nodeKeys } from "../graph/kind-nodes.ts";
import type { LadderOptions } from "../graph/ladder.ts";
import { chooseLadder, costsOnLadder, kindCost } from "../graph/ladder-plan.ts";
import { createSeparateKernels, type ManyKernel, type Member } from "../graph/many-kernel.ts";
import { type GraphPlan, planGraph, uniqueNodes } from "../graph/plan-graph.ts";
import type { Reread } from "../graph/reread.ts";
import { groupConfigs } from "./config-groups.ts";
import { createLaneKernel, lanesWanted } from "./lane-kernel.ts";

/** How configurations are computed. */
export interface KernelsPlan {
  /** Configurations over kinds that they share, with one calculation source each. */
  readonly graphs: readonly GraphPlan[];
  /** Configurations with the same averages, two in the lanes of a vector. */
  readonly lanes: readonly (readonly Member[])[];
  /** Configurations that share nothing. */
  readonly separate: readonly (readonly Member[])[];
}

/** How kernels are created. */
export interface KernelsOptions {
  /** How ladders read bars again; a plan with ladders needs it. */
  readonly reread?: ((config: SignalConfig) => Reread) | undefined;
  /** Whether kernels count what diagnostics need. */
  readonly tallies: boolean;
  /** The most bars of a graph's rows of directions. Default: those of a block. */
  readonly window?: number | undefined;
  /** The rows that the kernels of a graph share. Default: each has rows of its own. */
  readonly sharedRows?: ((graph: GraphPlan) => SharedRows | undefined) | undefined;
}

/** Rounded nanoseconds per bar, by which the planner chooses. `pnpm bench sweep` prints what they come to. */
const costs = {
  /** The average signal and direction of one configuration from its kinds. */
  decision: 3,
  /** Averages and crossings of a group in lanes. */
  laneGroup: 110,
  /** Both layers of one configuration in lanes. */
  lane: 32,
} as const;

/** Options of {@link planKernels}. */
export interface PlanOptions {
  /** Whether kinds of several base lengths may share averages. Such graphs may read bars again. */
  readonly ladders: boolean;
  /** The most bytes of one graph of several configurations. Default: 64 MiB; a memory of WebAssembly has 2 GiB. */
  readonly largestGraph?: number | undefined;
  /** The most bars of a graph's rows of directions. Default: those of a block. */
  readonly window?: number | undefined;
}

type Group = readonly Member[];

/** In how many of the groups each node occurs. */
function countUsers(groups: readonly Group[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const group of groups) {
    for (const key of keysOf(group)) users.set(key, (users.get(key) ?? 0) + 1);
  }
  return users;
}

function keysOf(group: Group): Iterable<string> {
  // Mostly, a configuration is alone, and its kinds differ.
  return group.length === 1 ? nodeKeys(group[0].config) : new Set(group.flatMap(({ config }) => nodeKeys(config)));
}

/** The cost of each node in a graph with a ladder, by key. */
function ladderCosts(members: Group): ReadonlyMap<string, number> {
  const nodes = uniqueNodes(members.map(({ config }) => config));
  return new Map([...costsOnLadder(nodes)].map(([node, cost]) => [nodeKey(node), cost]));
}

/** The cost of a group in the graph, if all groups that need a node share its cost. */
function graphCost(
  group: Group,
  users: ReadonlyMap<string, number>,
  climbers: ReadonlyMap<string, number> | undefined,
): number {
  let cost = costs.decision * group.length;
  for (const key of keysOf(group)) cost += (climbers?.get(key) ?? kindCost) / (users.get(key) ?? 1);
  return cost;
}

function laneCost({ length }: Group): number {
  return length === 1 ? Number.POSITIVE_INFINITY : costs.laneGroup + costs.lane * (length + (length % 2));
}

/** Divides members into graphs that are not too large; neighbours in the order of their nodes share most. */
function planGraphs(
  members: Group,
  averageSignals: boolean,
  { ladders, largestGraph = 2 ** 26, window }: PlanOptions,
): readonly GraphPlan[] {
  if (members.length === 0) return [];
  const plan = planGraph(members, ladders ? chooseLadder : undefined);
  if (members.length === 1 || graphBytes(plan, { averageSignals, window }) <= largestGraph) return [plan];
  const keys = new Map(members.map((member) => [member, nodeKeys(member.config).join()]));
  const ordered = members.toSorted((a, b) => ((keys.get(a) ?? "") < (keys.get(b) ?? "") ? -1 : 1));
  const half = ordered.length >> 1;
  return [ordered.slice(0, half), ordered.slice(half)].flatMap((part) =>
    planGraphs(part, averageSignals, { ladders, largestGraph, window }),
  );
}

function bySource(configs: readonly SignalConfig[]): readonly Group[] {
  const sources = new Map<string, Member[]>();
  for (const [index, config] of configs.entries()) {
    const members = sources.get(config.calculationSource) ?? [];
    members.push({ index, config });
    sources.set(config.calculationSource, members);
  }
  return [...sources.values()];
}

/** Whether any two of the configurations have a kind in common. */
function isShared(members: Group): boolean {
  const seen = new Set<string>();
  for (const { config } of members) {
    for (const key of nodeKeys(config)) {
      if (seen.has(key)) return true;
      seen.add(key);
    }
  }
  return false;
}

/** Plans the configurations of one calculation source. */
function planSource(members: Group, outputs: ReadonlySet<SignalOutput>, options: PlanOptions): KernelsPlan {
  const groups = groupConfigs(members);
  const lanesAllowed = lanesWanted();
  if (!needsAll(outputs)) {
    const lanes = lanesAllowed ? groups.filter(({ length }) => length > 1) : [];
    return { graphs: [], lanes, separate: groups.filter((group) => !lanes.includes(group)) };
  }
  // The averages themselves would have other last bits.
  const climbs = options.ladders && lanesAllowed && !averageKinds.some((kind) => outputs.has(kind));
  const users = countUsers(groups);
  const climbers = climbs && groups.length > 1 ? ladderCosts(members) : undefined;
  const inLanes = lanesAllowed
    ? new Set(groups.filter((group) => laneCost(group) < graphCost(group, users, climbers)))
    : new Set<Group>();
  const lanes = [...inLanes];
  const rest = groups.filter((group) => !inLanes.has(group)).flat();
  const hasLadder = climbers !== undefined && climbers.size > 0;
  if (!hasLadder && !isShared(rest)) return { graphs: [], lanes, separate: rest.map((member) => [member]) };
  const graphs = planGraphs(rest, outputs.has("averageSignal"), { ...options, ladders: hasLadder });
  return { graphs, lanes, separate: [] };
}

/** Plans configurations by what they share and by cost. */
export function planKernels(
  configs: readonly SignalConfig[],
  outputs: ReadonlySet<SignalOutput>,
  options: PlanOptions,
): KernelsPlan {
  const plans = bySource(configs).map((members) => planSource(members, outputs, options));
  return {
    graphs: plans.flatMap(({ graphs }) => graphs),
    lanes: plans.flatMap(({ lanes }) => lanes),
    separate: plans.flatMap(({ separate }) => separate),
  };
}

/** Creates the kernels of a plan. */
export function createKernels(
  plan: KernelsPlan,
  outputs: ReadonlySet<SignalOutput>,
  { reread, tallies, window, sharedRows }: KernelsOptions,
): readonly ManyKernel[] {
  const ladderOf = ({ members }: GraphPlan): LadderOptions | undefined =>
    reread && { tallies, reread: reread(members[0].member.config) };
  return [
    ...plan.graphs.map((graph) =>
      createGraphKernel(graph, outputs, { ladder: ladderOf(graph), window, shared: sharedRows?.(graph) }),
    ),
    ...plan.lanes.map((group) => createLaneKernel(group, outputs) ?? createSeparateKernels(group, outputs)),
    ...plan.separate.map((group) => createSeparateKernels(group, outputs)),
  ];
}
