import { type AverageKind, averageKinds } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import type { GraphEngine } from "./graph-engine.ts";
import { nodeKey, nodeKeys } from "./kind-nodes.ts";
import type { BlockResults } from "./many-kernel.ts";
import type { GraphPlan } from "./plan-graph.ts";

type NodeCopies = Partial<Record<SignalOutput, Float64Array>>;

/** Copies of the outputs of kinds, because kernels share their rows. */
export interface BlockCopies {
  /** Copies the outputs of a bundle's kernel, which has just advanced. */
  copyBundle(bundle: number): void;
  /** Copies the outputs of the ladder. */
  copyLadder(): void;
  /** The outputs of a member's kinds. */
  of(member: number): BlockResults;
}

function outputsOf(kind: AverageKind): readonly SignalOutput[] {
  return [kind, `${kind}Signal`, `${kind}Equity`];
}

/** Allocates copies of the outputs in `outputs`; without any output of a kind, nothing is copied. */
export function createCopies(
  { bundles, ladder, members }: GraphPlan,
  engine: GraphEngine,
  outputs: ReadonlySet<SignalOutput>,
  blockLength: number,
): BlockCopies {
  if (!averageKinds.flatMap(outputsOf).some((output) => outputs.has(output)))
    return { copyBundle() {}, copyLadder() {}, of: () => ({}) };
  const climbers = ladder?.nodes.map(({ node }) => node) ?? [];
  const nodes = new Map<string, NodeCopies>();
  for (const node of [...bundles.flatMap((bundle) => bundle.nodes), ...climbers]) {
    const wanted = outputsOf(node.kind).filter((output) => outputs.has(output));
    nodes.set(nodeKey(node), Object.fromEntries(wanted.map((output) => [output, new Float64Array(blockLength)])));
  }
  const ofMembers = members.map(
    ({ member }): BlockResults => Object.assign({}, ...nodeKeys(member.config).map((key) => nodes.get(key))),
  );
  return {
    copyBundle(bundle) {
      const { results } = engine.kernels[bundle];
      for (const node of bundles[bundle].nodes) {
        const copies = nodes.get(nodeKey(node)) ?? {};
        for (const output of outputsOf(node.kind)) copies[output]?.set(results[output] as Float64Array);
      }
    },
    copyLadder() {
      for (const [place, node] of climbers.entries()) {
        const copies = nodes.get(nodeKey(node)) ?? {};
        copies[`${node.kind}Signal`]?.set(engine.ladderRow(place, "signal"));
        copies[`${node.kind}Equity`]?.set(engine.ladderRow(place, "equity"));
      }
    },
    of: (member) => ofMembers[member],
  };
}
