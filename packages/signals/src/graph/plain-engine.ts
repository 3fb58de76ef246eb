import type { SignalConfig } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { createReferenceKernel } from "../reference/reference-kernel.ts";
import { bundleOutputs, directionStride, type EngineOptions, type GraphEngine } from "./graph-engine.ts";
import type { CutNode, GraphPlan } from "./plan-graph.ts";

/** A kind's equities in a block, and the same with the sign of a signal beyond a threshold, else 0. */
interface CutRows {
  readonly cuts: Float64Array;
  readonly equities: Float64Array;
}

/** A member's rows, and its state: the average signal at the last bar, its output and the direction. */
interface PlainMember {
  readonly config: SignalConfig;
  readonly kinds: readonly CutRows[];
  readonly averages: Float64Array;
  readonly directions: Int8Array;
  readonly state: Float64Array;
}

function cutRow({ long, short }: CutNode, signals: Float64Array, rows: CutRows, count: number): void {
  for (let i = 0; i < count; i++) {
    const signal = signals[i];
    const equity = rows.equities[i];
    rows.cuts[i] = signal > long ? equity : signal < short ? -equity : 0;
  }
}

function decideMember({ config, kinds, averages, directions, state }: PlainMember, count: number, at: number): void {
  const { dialect, longThreshold, shortThreshold, strategyMode } = config;
  const lts = dialect === "lts";
  let last = state[0];
  let lastOutput = state[1];
  let held = state[2];
  for (let i = 0; i < count; i++) {
    let weighted = 0;
    let total = 0;
    for (const { cuts, equities } of kinds) {
      weighted += cuts[i];
      total += equities[i];
    }
    let value = weighted / total;
    if (lts && !Number.isFinite(value)) value = 0;
    const output = strategyMode ? last : value;
    if (output > longThreshold && lastOutput <= longThreshold) held = 1;
    else if (output < shortThreshold && lastOutput >= shortThreshold) held = -1;
    averages[i] = output;
    directions[at + i] = held;
    last = value;
    lastOutput = output;
  }
  state[0] = last;
  state[1] = lastOutput;
  state[2] = held;
}

/** The engine in plain TypeScript, for plans without a ladder. It computes the bits of the one in WebAssembly. */
export function createPlainEngine({ bundles, cuts, members }: GraphPlan, { window }: EngineOptions): GraphEngine {
  const kernels = bundles.map((bundle) => createReferenceKernel(bundle.config, bundleOutputs(bundle)));
  const { blockLength } = kernels[0];
  const row = (): Float64Array => new Float64Array(blockLength);
  const rows = cuts.map((): CutRows => ({ cuts: row(), equities: row() }));
  const stride = directionStride(window ?? blockLength);
  const directions = new Int8Array(members.length * stride);
  const plain = members.map(
    ({ member: { config }, cuts: places }, index): PlainMember => ({
      config,
      kinds: places.map((place) => rows[place]),
      averages: row(),
      directions: directions.subarray(index * stride, (index + 1) * stride),
      state: Float64Array.of(0, Number.NaN, 0),
    }),
  );
  return {
    kernels,
    begin() {},
    cut(bundle, count) {
      const { firstCut, cutCount } = bundles[bundle];
      const { results } = kernels[bundle];
      const rowOf = (output: SignalOutput): Float64Array => results[output] as Float64Array;
      for (let place = firstCut; place < firstCut + cutCount; place++) {
        const { kind } = cuts[place].node;
        rows[place].equities.set(rowOf(`${kind}Equity`));
        cutRow(cuts[place], rowOf(`${kind}Signal`), rows[place], count);
      }
    },
    ladder: undefined,
    climb() {},
    ladderRow: () => new Float64Array(0),
    decide(_start, count, offset) {
      for (const member of plain) decideMember(member, count, offset);
    },
    averageSignals: (member) => plain[member].averages,
    directions: (member, length) => plain[member].directions.subarray(0, length),
    stride,
    directionRows: () => directions,
    [Symbol.dispose]() {},
  };
}
