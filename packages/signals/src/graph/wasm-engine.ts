import { averageKinds } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import { planKernel } from "../wasm/kernel-plan.ts";
import { recordLength } from "../wasm/kernel-records.ts";
import { kernelSpace } from "../wasm/kernel-space.ts";
import { allocateSlot, disposeWith, type Slot } from "../wasm/slot.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";
import { rowBytes, rows, wasmBlockLength } from "../wasm/working-rows.ts";
import { bundleOutputs, type GraphEngine, windowLength } from "./graph-engine.ts";
import { type KindNode, nodeKey } from "./kind-nodes.ts";
import { createLadder, type Ladder, type LadderOptions } from "./ladder.ts";
import { ladderLength } from "./ladder-layout.ts";
import { ladderPlaces } from "./ladder-plan.ts";
import type { GraphPlan, PlannedMember } from "./plan-graph.ts";
import { createRecordWriter, type RecordWriter } from "./write-record.ts";

/** Bytes between two rows of directions: vectors are written past the last bar, and no stride is a power of two. */
const directionStride = windowLength + 64;

/** Byte offsets in the slot of a graph. */
interface GraphLayout {
  cutRecord(cut: number): number;
  decisionRecord(member: number): number;
  /** The row of cuts; that of equities follows. */
  cutRow(cut: number): number;
  averageRow(member: number): number;
  directionRow(member: number): number;
  /** In doubles. */
  readonly length: number;
}

function layOut({ cuts, members }: GraphPlan, averageSignals: boolean): GraphLayout {
  let end = 0;
  function reserve(bytes: number, count: number): (index: number) => number {
    const first = end;
    end += bytes * count;
    return (index) => first + bytes * index;
  }
  const cutRecord = reserve(8 * recordLength("weighted"), cuts.length);
  const decisionRecord = reserve(8 * recordLength("decision"), members.length);
  end = 64 * Math.ceil(end / 64);
  const cutRow = reserve(2 * rowBytes, cuts.length);
  const averageRow = reserve(rowBytes, averageSignals ? members.length : 1);
  const directionRow = reserve(directionStride, members.length);
  return {
    cutRecord,
    decisionRecord,
    cutRow,
    // After room for the bar before the block.
    averageRow: (member) => averageRow(averageSignals ? member : 0) + 16,
    directionRow,
    length: end / 8,
  };
}

function writeDecision(
  writer: RecordWriter,
  base: number,
  layout: GraphLayout,
  index: number,
  { member: { config }, cuts }: PlannedMember,
): void {
  const row = (kind: number): number => base + layout.cutRow(cuts[kind]);
  writer.write(base + layout.decisionRecord(index), "decision", {
    kind0: row(0),
    kind1: row(1),
    kind2: row(2),
    kind3: row(3),
    kind4: row(4),
    kind5: row(5),
    long: config.longThreshold,
    short: config.shortThreshold,
    lts: Number(config.dialect === "lts"),
    delayed: Number(config.strategyMode),
    firstBar: config.cutout,
    averages: base + layout.averageRow(index),
    directions: base + layout.directionRow(index),
    last: 0,
    notAbove: 0,
    notBelow: 0,
    up: 0,
    begun: 0,
  });
}

/** The kernels, the ladder and the slot of a graph, all in one memory. */
interface GraphParts {
  readonly kernels: readonly Kernel[];
  readonly ladder: Ladder | undefined;
  readonly slot: Slot;
}

/** Finds the row of a node's signals: a working row, or one on the ladder. */
function signalsOf({ ladder: plan }: GraphPlan, ladder: Ladder | undefined): (node: KindNode) => number {
  const places = plan && ladderPlaces(plan);
  return (node) => {
    const place = places?.get(nodeKey(node));
    if (place !== undefined && ladder !== undefined) return ladder.signalsAt(place);
    return rows.signals(averageKinds.indexOf(node.kind));
  };
}

function writeGraph(plan: GraphPlan, layout: GraphLayout, { slot, ladder }: GraphParts): void {
  const { cuts, members } = plan;
  const { space, address, length } = slot;
  const memory = space.doubles();
  memory.fill(0, address / 8, address / 8 + length);
  const writer = createRecordWriter(memory);
  const signalsAt = signalsOf(plan, ladder);
  for (const [index, { node, long, short }] of cuts.entries()) {
    const signals = signalsAt(node);
    const row = address + layout.cutRow(index);
    writer.write(address + layout.cutRecord(index), "weighted", { signals, row, long, short });
  }
  for (const [index, member] of members.entries()) writeDecision(writer, address, layout, index, member);
}

/** Doubles of all slots of a graph. */
function lengthOf({ bundles, ladder }: GraphPlan, layout: GraphLayout): number {
  const planned = bundles.map((bundle) => planKernel(bundle.config, bundleOutputs(bundle), { longBlocks: true }));
  const kernels = planned.reduce((sum, { slot }) => sum + slot.length(), layout.length);
  return kernels + (ladder === undefined ? 0 : ladderLength(ladder));
}

function createParts(plan: GraphPlan, layout: GraphLayout, options: LadderOptions | undefined): GraphParts | undefined {
  const space = kernelSpace(lengthOf(plan, layout));
  if (space === undefined) return undefined;
  const kernels = plan.bundles.flatMap((bundle) => createWasmKernel(bundle.config, bundleOutputs(bundle), space) ?? []);
  const ladder = plan.ladder && options && createLadder(plan.ladder, space, options);
  const slot = allocateSlot(layout.length, space);
  const hasLadder = (plan.ladder === undefined) === (ladder === undefined);
  if (slot !== undefined && hasLadder && kernels.length === plan.bundles.length) return { kernels, ladder, slot };
  for (const part of [...kernels, ladder, slot]) part?.[Symbol.dispose]();
  return undefined;
}

/** The bytes that a graph takes in WebAssembly. */
export function graphBytes(plan: GraphPlan, averageSignals: boolean): number {
  return 8 * lengthOf(plan, layOut(plan, averageSignals));
}

/** The first cut of the ladder, after those of the bundles. */
function firstLadderCut({ bundles }: GraphPlan): number {
  return bundles.reduce((sum, { cutCount }) => sum + cutCount, 0);
}

/**
 * The engine in WebAssembly; undefined if this machine cannot run it or there is no memory for it. A plan with a ladder
 * needs its options.
 */
export function createWasmEngine(
  plan: GraphPlan,
  averageSignals: boolean,
  options?: LadderOptions,
): GraphEngine | undefined {
  const layout = layOut(plan, averageSignals);
  const parts = createParts(plan, layout, options);
  if (parts === undefined) return undefined;
  const { kernels, ladder, slot } = parts;
  const { space, address } = slot;
  writeGraph(plan, layout, parts);
  const { bundles, cuts, members } = plan;
  const ladderCuts = firstLadderCut(plan);
  const { exports } = space;
  const firstDecision = address + layout.decisionRecord(0);
  // Views become useless when the memory grows.
  const averageViews: Float64Array[] = [];
  const directionViews: Int8Array[] = [];
  const engine: GraphEngine = {
    kernels,
    cut(bundle, count) {
      const { firstCut, cutCount } = bundles[bundle];
      exports.cutKinds(address + layout.cutRecord(firstCut), cutCount, count);
    },
    ladder,
    climb(close, source, from, count) {
      if (ladder === undefined) return;
      ladder.advance(close, source, from, count);
      exports.cutKinds(address + layout.cutRecord(ladderCuts), cuts.length - ladderCuts, count);
    },
    ladderRow(node, output) {
      const row = ladder?.signalsAt(node) ?? 0;
      const first = (output === "signal" ? row : row + 6 * rowBytes) / 8;
      return space.doubles().subarray(first, first + wasmBlockLength);
    },
    decide(start, count, offset) {
      exports.advanceDecisions(firstDecision, members.length, start, count, offset);
    },
    averageSignals(member) {
      // A delayed signal is that of the bar before.
      const delay = members[member].member.config.strategyMode ? 8 : 0;
      const { buffer } = space.doubles();
      const known = averageViews[member];
      if (known?.buffer === buffer) return known;
      const view = new Float64Array(buffer, address + layout.averageRow(member) - delay, wasmBlockLength);
      averageViews[member] = view;
      return view;
    },
    directions(member, length) {
      const { buffer } = space.doubles();
      const known = directionViews[member];
      // Most blocks of a run are equally long.
      if (known?.length === length && known.buffer === buffer) return known;
      const view = new Int8Array(buffer, address + layout.directionRow(member), length);
      directionViews[member] = view;
      return view;
    },
    [Symbol.dispose]() {
      for (const part of [slot, ladder, ...kernels]) part?.[Symbol.dispose]();
    },
  };
  disposeWith(engine, slot);
  return engine;
}
