import { averageKinds } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { graphLength, layOutGraph } from "../graph/graph-layout.ts";
import { planKernel } from "../wasm/kernel-plan.ts";
import { laneGroupLength } from "./lane-group.ts";
import { lengthCount } from "./lane-layout.ts";
import type { KernelsPlan } from "./plan-kernels.ts";

/** How many nodes a graph computes, and how it computes its configurations. */
export interface SignalGraphDescription {
  /** Number of configurations. */
  readonly configurations: number;
  /** Moving averages with their votes. */
  readonly averages: number;
  /** Equities of votes. */
  readonly layer1Equities: number;
  /** Signals of nine votes. */
  readonly layer1Signals: number;
  /** Equities of signals. */
  readonly layer2Equities: number;
  /** Average signals, each with its direction. */
  readonly directions: number;
  /**
   * Number of configurations by method: over kinds that they share; two at a time over averages that they share; on
   * their own.
   */
  readonly methods: { readonly shared: number; readonly lanes: number; readonly separate: number };
  /** The bytes of state that each symbol takes in WebAssembly. */
  readonly bytesPerSymbol: number;
  /** The bytes of rows that the symbols share. */
  readonly sharedBytes: number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The bytes of each symbol, and those of shared rows. */
function bytesOf(
  { graphs, lanes, separate }: KernelsPlan,
  outputs: ReadonlySet<SignalOutput>,
  window: number,
): readonly [perSymbol: number, shared: number] {
  const averageSignals = outputs.has("averageSignal");
  const layouts = graphs.map((graph) => ({ graph, layout: layOutGraph(graph, { averageSignals, window }) }));
  const ofGraphs = layouts.map(({ graph, layout }) => 8 * graphLength(graph, layout));
  const ofLanes = lanes.map((group) => 8 * laneGroupLength(group, outputs));
  const ofOthers = separate.flat().map(({ config }) => 8 * planKernel(config, outputs).slot.length());
  return [sum([...ofGraphs, ...ofLanes, ...ofOthers]), sum(layouts.map(({ layout }) => 8 * layout.rowsLength))];
}

/** Counts the nodes of a plan. `window` is the most bars of a row of directions. */
export function describePlan(
  plan: KernelsPlan,
  outputs: ReadonlySet<SignalOutput>,
  window: number,
): SignalGraphDescription {
  const { graphs, lanes, separate } = plan;
  const ofBundles = sum(graphs.flatMap(({ bundles }) => bundles.map(({ nodes }) => nodes.length)));
  const ladders = graphs.flatMap(({ ladder }) => ladder ?? []);
  const climbers = sum(ladders.map(({ nodes }) => nodes.length));
  const methods = {
    shared: sum(graphs.map(({ members }) => members.length)),
    lanes: sum(lanes.map(({ length }) => length)),
    separate: sum(separate.map(({ length }) => length)),
  };
  const configurations = methods.shared + methods.lanes + methods.separate;
  const whole = averageKinds.length * (methods.lanes + methods.separate);
  const withVotes = ofBundles + averageKinds.length * (lanes.length + methods.separate);
  const kinds = ofBundles + climbers + whole;
  const [bytesPerSymbol, sharedBytes] = bytesOf(plan, outputs, window);
  return {
    configurations,
    averages: lengthCount * withVotes + sum(ladders.map(({ units }) => units.length)),
    layer1Equities:
      lengthCount * (ofBundles + whole) + sum(ladders.map(({ units, settings }) => units.length * settings.length)),
    layer1Signals: kinds,
    layer2Equities: kinds,
    directions: configurations,
    methods,
    bytesPerSymbol,
    sharedBytes,
  };
}
