import type { ReadonlyTypedArray } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { chooseKernel } from "@atc/plugin-kit";
import type { KindTallies } from "../base/kernel.ts";
import { neededKinds, sumTallies } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { GraphEngine } from "./graph-engine.ts";
import { nodeKeys } from "./kind-nodes.ts";
import type { BlockResults, ManyKernel, Member } from "./many-kernel.ts";
import { createPlainEngine } from "./plain-engine.ts";
import { type GraphPlan, nodePlaces } from "./plan-graph.ts";
import { createWasmEngine } from "./wasm-engine.ts";

/** Computes configurations over kinds that they share. */
export interface GraphKernel extends ManyKernel {
  /** Like `advance`, but delivers nothing: directions are written to their rows from `offset` on. */
  advanceRows(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
    offset: number,
  ): void;
  /** The row of directions of a member. Valid until another computation of the thread begins. */
  directions(member: number): Int8Array;
}

type NodeOutputs = Partial<Record<SignalOutput, Float64Array>>;

/** Copies of the outputs of each bundle's kernel, because kernels share their rows. */
function createCopies(
  { bundles }: GraphPlan,
  outputs: ReadonlySet<SignalOutput>,
  blockLength: number,
): readonly NodeOutputs[] {
  return bundles.map(({ nodes }) => {
    const copies: NodeOutputs = {};
    for (const { kind } of nodes) {
      for (const output of [kind, `${kind}Signal`, `${kind}Equity`] as const) {
        if (outputs.has(output)) copies[output] = new Float64Array(blockLength);
      }
    }
    return copies;
  });
}

function copyOutputs(copies: NodeOutputs, results: NodeOutputs): void {
  for (const [output, copy] of Object.entries(copies)) copy.set(results[output as SignalOutput] as Float64Array);
}

function createEngine(plan: GraphPlan, outputs: ReadonlySet<SignalOutput>): GraphEngine {
  return chooseKernel({
    wasm: () => createWasmEngine(plan, outputs.has("averageSignal")),
    reference: () => createPlainEngine(plan),
    needs: "SIMD, its file dist/kernel.wasm, and memory for the configurations",
  });
}

/** A kernel for configurations with the same calculation source, whose outputs need all six kinds. */
export function createGraphKernel(plan: GraphPlan, outputs: ReadonlySet<SignalOutput>): GraphKernel {
  const engine = createEngine(plan, outputs);
  const { kernels } = engine;
  const [{ blockLength, name }] = kernels as readonly [(typeof kernels)[number], ...(typeof kernels)[number][]];
  const copies = createCopies(plan, outputs, blockLength);
  const hasCopies = copies.some((each) => Object.keys(each).length > 0);
  const places = nodePlaces(plan);
  const members = plan.members.map(({ member }) => member);
  let bars = 0;

  /** The outputs of a member's kinds; the same arrays after every block. */
  function kindResults({ config }: Member): BlockResults {
    const results: Partial<Record<SignalOutput, Float64Array>> = {};
    for (const [index, key] of nodeKeys(config).entries()) {
      const kind = averageKinds[index];
      const bundle = places.get(key)?.bundle ?? 0;
      for (const output of [kind, `${kind}Signal`, `${kind}Equity`] as const) {
        const copy = copies[bundle][output];
        if (copy !== undefined) results[output] = copy;
      }
    }
    return results;
  }
  const ofKinds = hasCopies ? members.map(kindResults) : [];

  function resultsOf(member: number): BlockResults {
    const results: { -readonly [Output in keyof BlockResults]: BlockResults[Output] } = { ...ofKinds[member] };
    if (outputs.has("averageSignal")) results.averageSignal = engine.averageSignals(member);
    if (outputs.has("direction")) results.direction = engine.directions(member);
    return results;
  }

  function advanceRows(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
    offset: number,
  ): void {
    for (let bundle = 0; bundle < kernels.length; bundle++) {
      kernels[bundle].advance(close, source, from, count);
      engine.cut(bundle, count);
      if (hasCopies) copyOutputs(copies[bundle], kernels[bundle].results as NodeOutputs);
    }
    engine.decide(bars, count, offset);
    bars += count;
  }

  function kindTallies(config: Member["config"], index: number): KindTallies {
    const place = places.get(nodeKeys(config)[index]);
    return kernels[place?.bundle ?? 0].kindTallies(place?.place ?? 0);
  }

  return {
    members,
    blockLength,
    votes: true,
    advanceRows,
    directions: (member) => engine.directions(member),
    advance(close, source, from, count, deliver) {
      advanceRows(close, source, from, count, 0);
      for (let member = 0; member < members.length; member++) deliver(members[member], resultsOf(member));
    },
    tallies(member) {
      const { config } = members[member];
      return sumTallies(neededKinds(config, outputs), (index) => kindTallies(config, index), config, bars, name);
    },
    [Symbol.dispose]() {
      engine[Symbol.dispose]();
    },
  };
}
