import { averageKinds } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import type { GraphEngine } from "./graph-engine.ts";
import { type KindNode, nodeKey, nodeKeys } from "./kind-nodes.ts";
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

function outputsOf({ kind }: KindNode): readonly SignalOutput[] {
  return [kind, `${kind}Signal`, `${kind}Equity`];
}

/** Allocates the copies of the outputs in `outputs`; without any, all functions do nothing. */
export function createCopies(
  { bundles, ladder, members }: GraphPlan,
  engine: GraphEngine,
  outputs: ReadonlySet<SignalOutput>,
  blockLength: number,
): BlockCopies {
  const climbers = ladder?.nodes.map(({ node }) => node) ?? [];
  const nodes = new Map<string, NodeCopies>();
  for (const node of [...bundles.flatMap((bundle) => bundle.nodes), ...climbers]) {
    const wanted = outputsOf(node).filter((output) => outputs.has(output));
    nodes.set(nodeKey(node), Object.fromEntries(wanted.map((output) => [output, new Float64Array(blockLength)])));
  }
  const isEmpty = !averageKinds.some((kind) =>
    outputsOf({ kind, config: members[0].member.config }).some((output) => outputs.has(output)),
  );
  const ofMembers = isEmpty
    ? []
    : members.map(
        ({ member }): BlockResults => Object.assign({}, ...nodeKeys(member.config).map((key) => nodes.get(key))),
      );
  return {
    copyBundle(bundle) {
      if (isEmpty) return;
      const { results } = engine.kernels[bundle];
      for (const node of bundles[bundle].nodes) {
        const copies = nodes.get(nodeKey(node)) ?? {};
        for (const output of outputsOf(node)) copies[output]?.set(results[output] as Float64Array);
      }
    },
    copyLadder() {
      if (isEmpty) return;
      for (const [place, node] of climbers.entries()) {
        const copies = nodes.get(nodeKey(node)) ?? {};
        copies[`${node.kind}Signal`]?.set(engine.ladderRow(place, "signal"));
        copies[`${node.kind}Equity`]?.set(engine.ladderRow(place, "equity"));
      }
    },
    of: (member) => ofMembers[member] ?? {},
  };
}
