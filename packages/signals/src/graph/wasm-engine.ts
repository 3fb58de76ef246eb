import type { Kernel } from "../base/kernel.ts";
import { kernelSpace } from "../wasm/kernel-space.ts";
import { allocateSlot, disposeWith, type Slot } from "../wasm/slot.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";
import { rowBytes, wasmBlockLength } from "../wasm/working-rows.ts";
import { type BlockRows, createBlockRows } from "./block-rows.ts";
import { bundleOutputs, type EngineOptions, type GraphEngine } from "./graph-engine.ts";
import { type GraphLayout, graphLength, layOutGraph } from "./graph-layout.ts";
import { writeRecords } from "./graph-records.ts";
import { createLadder, type Ladder } from "./ladder.ts";
import type { GraphPlan } from "./plan-graph.ts";

/** The kernels, the ladder and the slot of a graph, and its rows, all in one memory. */
interface GraphParts {
  readonly kernels: readonly Kernel[];
  readonly ladder: Ladder | undefined;
  readonly slot: Slot;
  readonly rows: BlockRows;
  /** The slot of the rows, if they are its own. */
  readonly ownRows: Slot | undefined;
}

/** Rows for one engine, in a slot. */
function openOwnRows(length: number, rowsLength: number): readonly [BlockRows, Slot] | undefined {
  const slot = allocateSlot(rowsLength, kernelSpace(length + rowsLength));
  return slot && [createBlockRows(slot.space, slot.address, rowsLength), slot];
}

function createParts(plan: GraphPlan, layout: GraphLayout, options: EngineOptions): GraphParts | undefined {
  const { length, rowsLength } = layout;
  const whole = graphLength(plan, layout);
  const [rows, ownRows] = options.shared
    ? [options.shared.rowsFor(whole, rowsLength)]
    : (openOwnRows(whole, rowsLength) ?? []);
  if (rows === undefined) return undefined;
  const { space, address } = rows;
  const kernels = plan.bundles.flatMap((bundle) => createWasmKernel(bundle.config, bundleOutputs(bundle), space) ?? []);
  const guarded = options.ladder && { ...options.ladder, reread: rows.guard(options.ladder.reread) };
  const ladder =
    plan.ladder && guarded && createLadder(plan.ladder, { space, address: address + layout.ladderRows }, guarded);
  const slot = allocateSlot(length, space);
  const hasLadder = (plan.ladder === undefined) === (ladder === undefined);
  if (slot !== undefined && hasLadder && kernels.length === plan.bundles.length)
    return { kernels, ladder, slot, rows, ownRows };
  for (const part of [...kernels, ladder, slot, ownRows]) part?.[Symbol.dispose]();
  return undefined;
}

/** The first cut of the ladder, after those of the bundles. */
function firstLadderCut({ bundles }: GraphPlan): number {
  return bundles.reduce((sum, { cutCount }) => sum + cutCount, 0);
}

/**
 * The engine in WebAssembly; undefined if this machine cannot run it or there is no memory for it. A plan with a ladder
 * needs its options.
 */
export function createWasmEngine(plan: GraphPlan, options: EngineOptions): GraphEngine | undefined {
  const layout = layOutGraph(plan, options);
  const parts = createParts(plan, layout, options);
  if (parts === undefined) return undefined;
  const { kernels, ladder, slot, rows, ownRows } = parts;
  const { space, address } = slot;
  writeRecords(plan, { memory: space.doubles(), base: address, rows: rows.address, layout, ladder });
  const { bundles, cuts, members } = plan;
  const ladderCuts = firstLadderCut(plan);
  const { exports } = space;
  const firstDecision = address + layout.decisionRecord(0);
  // Views become useless when the memory grows.
  const averageViews: Float64Array[] = [];
  const directionViews: Int8Array[] = [];
  let matrix: Int8Array | undefined;
  const engine: GraphEngine = {
    kernels,
    begin: () => rows.begin(),
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
      const view = new Float64Array(buffer, rows.address + layout.averageRow(member) - delay, wasmBlockLength);
      averageViews[member] = view;
      return view;
    },
    stride: layout.stride,
    directionRows() {
      const { buffer } = space.doubles();
      if (matrix?.buffer !== buffer)
        matrix = new Int8Array(buffer, rows.address + layout.directionRow(0), members.length * layout.stride);
      return matrix;
    },
    directions(member, length) {
      const { buffer } = space.doubles();
      const known = directionViews[member];
      // Most blocks of a run are equally long.
      if (known?.length === length && known.buffer === buffer) return known;
      const view = new Int8Array(buffer, rows.address + layout.directionRow(member), length);
      directionViews[member] = view;
      return view;
    },
    [Symbol.dispose]() {
      for (const part of [slot, ownRows, ladder, ...kernels]) part?.[Symbol.dispose]();
    },
  };
  disposeWith(engine, slot);
  if (ownRows !== undefined) disposeWith(engine, ownRows);
  return engine;
}
