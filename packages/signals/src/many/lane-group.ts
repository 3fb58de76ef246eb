import { averageKinds } from "@atc/contract";
import { needsAll } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { firstLayerCutout } from "../base/warmup.ts";
import type { Member } from "../graph/many-kernel.ts";
import { type KernelPlan, planKernel } from "../wasm/kernel-plan.ts";
import { memberPlace } from "../wasm/kernel-records.ts";
import { allocateSlot, type Slot } from "../wasm/slot.ts";
import { collectGrowths, type Growth, type Growths, type LanePair, pairConfigs } from "./config-groups.ts";
import { type LaneLayout, lengthCount, planLaneLayout, writePair } from "./lane-layout.ts";

/** A pair of configurations and what its passes need. */
export interface PairPlan {
  readonly pair: LanePair;
  /** The address of its state. */
  readonly state: number;
  /** The first bars of layers 1 and 2. */
  readonly cutouts: readonly [number, number];
  /** Whether layer 2 begins at another bar than layer 1 and so needs factors of its own. */
  readonly separateLayers: boolean;
  /** Addresses of the growth, by layer and lane. */
  readonly growths: readonly [readonly [number, number], readonly [number, number]];
  readonly lts: boolean;
  readonly strategyMode: boolean;
}

/** Configurations with the same averages, and their slot. */
export interface LaneGroup {
  readonly members: readonly Member[];
  /**
   * The pairs, an even number. If the number of pairs is odd, the last one is repeated and the results of the copy are
   * dropped.
   */
  readonly pairs: readonly PairPlan[];
  /** The number of pairs with results. */
  readonly delivered: number;
  readonly growths: readonly Growth[];
  readonly plan: KernelPlan;
  readonly layout: LaneLayout;
  readonly slot: Slot;
  /** The address of the layout. */
  readonly base: number;
  /** The indices of the kinds whose averages vote. */
  readonly voting: readonly number[];
  readonly outputs: ReadonlySet<SignalOutput>;
  /** Whether the average signal is needed. */
  readonly all: boolean;
  /** By kind, whether its signals are outputs. */
  readonly signals: readonly boolean[];
  /** By kind, whether its equities are outputs. */
  readonly equities: readonly boolean[];
}

function planPair(pair: LanePair, state: number, growthOf: (member: Member, cutout: number) => number): PairPlan {
  const [a, b] = pair;
  const { cutout, dialect, strategyMode } = a.config;
  const first = firstLayerCutout(a.config);
  const of = (begin: number): readonly [number, number] => [growthOf(a, begin), growthOf(b, begin)];
  return {
    pair,
    state,
    cutouts: [first, cutout],
    separateLayers: first !== cutout,
    growths: [of(first), of(cutout)],
    lts: dialect === "lts",
    strategyMode,
  };
}

function planPairs(
  pairs: readonly LanePair[],
  growths: Growths,
  layout: LaneLayout,
  base: number,
): readonly PairPlan[] {
  const growthOf = ({ config }: Member, cutout: number): number =>
    base + layout.growth(growths.placeOf(config, cutout));
  return pairs.map((pair, place) => planPair(pair, base + layout.pair(place), growthOf));
}

/** Initialises the slot of a group. Its kernel computes only averages: no votes and no average signal. */
function writeGroup({ plan, slot, layout, base, pairs }: LaneGroup): void {
  const memory = slot.space.doubles();
  plan.slot.write(memory, slot.address);
  const record = slot.address / 8 + plan.kernel.first;
  memory[record + memberPlace("kernel", "pairCount")] = 0;
  memory[record + memberPlace("kernel", "averaged")] = 0;
  memory.fill(0, base / 8, base / 8 + layout.length);
  const bytes = new Uint8Array(memory.buffer);
  for (let kind = 0; kind < averageKinds.length; kind++) {
    // The code of a vote of 0.
    bytes.fill(32, base + layout.codes(kind), base + layout.codes(kind) + lengthCount);
    for (let i = 0; i < lengthCount; i++) memory[(base + layout.crossing(kind, i)) / 8 + 1] = Number.NaN;
  }
  for (const { pair, state } of pairs) writePair(memory, state / 8, pair);
}

/** What a group of configurations with the same averages is made of. */
interface PlannedGroup {
  readonly plan: KernelPlan;
  readonly pairs: readonly LanePair[];
  /** The pairs, the last of which is repeated if their number is odd. */
  readonly even: readonly LanePair[];
  readonly growths: Growths;
  readonly layout: LaneLayout;
}

function planGroup(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): PlannedGroup {
  const [{ config }] = members as readonly [Member, ...Member[]];
  const pairs = pairConfigs(members);
  const even = pairs.length % 2 === 0 ? pairs : [...pairs, ...pairs.slice(-1)];
  const growths = collectGrowths(members);
  const layout = planLaneLayout(growths.all.length, even.length);
  return { plan: planKernel(config, outputs), pairs, even, growths, layout };
}

/** The doubles that a group takes. */
export function laneGroupLength(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): number {
  const { plan, layout } = planGroup(members, outputs);
  return plan.slot.length() + layout.length;
}

/**
 * Lays out a group of configurations with the same averages; undefined if WebAssembly with SIMD cannot run or there is
 * no memory for it.
 */
export function createLaneGroup(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): LaneGroup | undefined {
  const { plan, pairs, even, growths, layout } = planGroup(members, outputs);
  const planned = plan.slot.length();
  const slot = allocateSlot(planned + layout.length);
  if (slot === undefined) return undefined;
  const base = slot.address + 8 * planned;
  const group: LaneGroup = {
    members,
    pairs: planPairs(even, growths, layout, base),
    delivered: pairs.length,
    growths: growths.all,
    plan,
    layout,
    slot,
    base,
    voting: plan.parts.filter(({ withVotes }) => withVotes).map(({ kind }) => averageKinds.indexOf(kind)),
    outputs,
    all: needsAll(outputs),
    signals: averageKinds.map((kind) => outputs.has(`${kind}Signal`)),
    equities: averageKinds.map((kind) => outputs.has(`${kind}Equity`)),
  };
  writeGroup(group);
  return group;
}
