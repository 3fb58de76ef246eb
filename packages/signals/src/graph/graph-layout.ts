import { planKernel } from "../wasm/kernel-plan.ts";
import { recordLength } from "../wasm/kernel-records.ts";
import { rowBytes, wasmBlockLength } from "../wasm/working-rows.ts";
import { bundleOutputs, directionStride, type EngineOptions } from "./graph-engine.ts";
import { ladderParts } from "./ladder-layout.ts";
import type { GraphPlan } from "./plan-graph.ts";

/** Byte offsets in the slot of a graph, and in its rows. */
export interface GraphLayout {
  cutRecord(cut: number): number;
  decisionRecord(place: number): number;
  /** Doubles of the slot. */
  readonly length: number;
  /** In the rows. The row of equities follows. */
  cutRow(cut: number): number;
  averageRow(member: number): number;
  directionRow(member: number): number;
  /** Bytes between two rows of directions. */
  readonly stride: number;
  /** The rows of the ladder. */
  readonly ladderRows: number;
  /** Doubles of the rows. */
  readonly rowsLength: number;
}

interface Places {
  /** Reserves places for equally long parts. */
  reserve(bytes: number, count: number): (index: number) => number;
  /** Bytes reserved, up to a multiple of 64. */
  end(): number;
}

function places(): Places {
  let end = 0;
  return {
    reserve(bytes, count) {
      const first = end;
      end += bytes * count;
      return (index) => first + bytes * index;
    },
    end() {
      end = 64 * Math.ceil(end / 64);
      return end;
    },
  };
}

export function layOutGraph(
  { cuts, members, ladder }: GraphPlan,
  { averageSignals, window }: EngineOptions,
): GraphLayout {
  const records = places();
  const rows = places();
  const averageRow = rows.reserve(rowBytes, averageSignals ? members.length : 1);
  const cutRow = rows.reserve(2 * rowBytes, cuts.length);
  const stride = directionStride(window ?? wasmBlockLength);
  const directionRow = rows.reserve(stride, members.length);
  const ladderRows = rows.end();
  return {
    cutRecord: records.reserve(8 * recordLength("weighted"), cuts.length),
    decisionRecord: records.reserve(8 * recordLength("decision"), members.length),
    length: records.end() / 8,
    cutRow,
    // After room for the bar before the block.
    averageRow: (member) => averageRow(averageSignals ? member : 0) + 16,
    directionRow,
    stride,
    ladderRows,
    rowsLength: ladderRows / 8 + (ladder === undefined ? 0 : ladderParts(ladder).layout.rowsLength),
  };
}

/** Doubles of all slots of a graph, without its rows. */
export function graphLength({ bundles, ladder }: GraphPlan, layout: GraphLayout): number {
  const planned = bundles.map((bundle) => planKernel(bundle.config, bundleOutputs(bundle), { longBlocks: true }));
  const kernels = planned.reduce((sum, { slot }) => sum + slot.length(), layout.length);
  return kernels + (ladder === undefined ? 0 : ladderParts(ladder).length);
}

/** The bytes that a graph takes in WebAssembly, with its rows. */
export function graphBytes(plan: GraphPlan, options: EngineOptions): number {
  const layout = layOutGraph(plan, options);
  return 8 * (graphLength(plan, layout) + layout.rowsLength);
}
