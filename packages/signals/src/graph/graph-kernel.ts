import type { ReadonlyTypedArray, SignalConfig } from "@atc/contract";
import { chooseKernel } from "@atc/plugin-kit";
import type { KindTallies } from "../base/kernel.ts";
import { neededKinds, sumTallies } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { wasmBlockLength } from "../wasm/working-rows.ts";
import { createCopies } from "./block-copies.ts";
import type { SharedRows } from "./block-rows.ts";
import type { EngineOptions, GraphEngine } from "./graph-engine.ts";
import { nodeKeys } from "./kind-nodes.ts";
import type { LadderOptions } from "./ladder.ts";
import { ladderPlaces } from "./ladder-plan.ts";
import type { BlockResults, ManyKernel, Member } from "./many-kernel.ts";
import { createPlainEngine } from "./plain-engine.ts";
import { type GraphPlan, type NodePlace, nodePlaces, planGraph } from "./plan-graph.ts";
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
  /** The rows of directions of all members, `stride` apart. Valid until another computation of the thread begins. */
  directionRows(): Int8Array;
  /** Elements from a row of directions to the next. */
  readonly stride: number;
  /** Number of kinds that have left the ladder of the plan, for kernels of their own. */
  readonly left: number;
}

/** The engine and the plan that it follows: in TypeScript, one without a ladder. */
interface PlannedEngine {
  readonly plan: GraphPlan;
  readonly engine: GraphEngine;
}

function createEngine(plan: GraphPlan, options: EngineOptions): PlannedEngine {
  const flat = (): GraphPlan =>
    plan.ladder === undefined ? plan : planGraph(plan.members.map(({ member }) => member));
  return chooseKernel({
    wasm() {
      const engine = createWasmEngine(plan, options);
      return engine && { plan, engine };
    },
    reference() {
      const own = flat();
      return { plan: own, engine: createPlainEngine(own, options) };
    },
    needs: "SIMD, its file dist/kernel.wasm, and memory for the configurations",
  });
}

/** Options of {@link createGraphKernel}. */
export interface GraphKernelOptions {
  /** Those of the plan's ladder, if it has one. */
  readonly ladder?: LadderOptions | undefined;
  /** The most bars of a row of directions. Default: those of a block. */
  readonly window?: number | undefined;
  /** The rows of the kernels of the plan. Default: rows of its own. */
  readonly shared?: SharedRows | undefined;
}

/**
 * A kernel for configurations with the same calculation source, whose outputs need all six kinds. A plan with a ladder
 * needs its options, and computes no averages as outputs.
 */
export function createGraphKernel(
  wanted: GraphPlan,
  outputs: ReadonlySet<SignalOutput>,
  options: GraphKernelOptions = {},
): GraphKernel {
  const { plan, engine } = createEngine(wanted, { ...options, averageSignals: outputs.has("averageSignal") });
  const { kernels, ladder } = engine;
  const name = kernels[0]?.name ?? "wasm";
  const blockLength = kernels[0]?.blockLength ?? wasmBlockLength;
  const copies = createCopies(plan, engine, outputs, blockLength);
  // Only tallies need them.
  let places: ReadonlyMap<string, NodePlace> | undefined;
  let climbers: ReadonlyMap<string, number> | undefined;
  const members = plan.members.map(({ member }) => member);
  let bars = 0;

  function resultsOf(member: number): BlockResults {
    const results: { -readonly [Output in keyof BlockResults]: BlockResults[Output] } = { ...copies.of(member) };
    if (outputs.has("averageSignal")) results.averageSignal = engine.averageSignals(member);
    if (outputs.has("direction")) results.direction = engine.directions(member, blockLength);
    return results;
  }

  function advanceRows(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
    offset: number,
  ): void {
    engine.begin();
    for (let bundle = 0; bundle < kernels.length; bundle++) {
      kernels[bundle].advance(close, source, from, count);
      engine.cut(bundle, count);
      copies.copyBundle(bundle);
    }
    engine.climb(close, source, from, count);
    copies.copyLadder();
    engine.decide(bars, count, offset);
    bars += count;
  }

  function kindTallies(config: SignalConfig, index: number): KindTallies {
    const key = nodeKeys(config)[index];
    climbers ??= new Map(plan.ladder && ladderPlaces(plan.ladder));
    const climber = climbers.get(key);
    if (climber !== undefined && ladder !== undefined) return ladder.tallies(climber);
    places ??= nodePlaces(plan);
    const place = places.get(key);
    return kernels[place?.bundle ?? 0].kindTallies(place?.place ?? 0);
  }

  return {
    members,
    blockLength,
    votes: true,
    get left() {
      return ladder?.left ?? 0;
    },
    advanceRows,
    directionRows: () => engine.directionRows(),
    stride: engine.stride,
    advance(close, source, from, count, deliver) {
      advanceRows(close, source, from, count, 0);
      for (let member = 0; member < members.length; member++) deliver(members[member], resultsOf(member));
    },
    tallies(member) {
      const { config }: Member = members[member];
      return sumTallies(neededKinds(config, outputs), (index) => kindTallies(config, index), config, bars, name);
    },
    [Symbol.dispose]() {
      engine[Symbol.dispose]();
    },
  };
}
