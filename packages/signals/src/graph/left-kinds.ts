import type { ReadonlyTypedArray } from "@atc/contract";
import type { Kernel } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createReferenceKernel } from "../reference/reference-kernel.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";
import { rowBytes, wasmBlockLength } from "../wasm/working-rows.ts";
import type { LadderMemory } from "./ladder-memory.ts";
import type { LadderPlan } from "./ladder-plan.ts";
import { type Reread, replay } from "./reread.ts";

/** The nodes that have left a ladder, each with a kernel of its own. */
export interface LeftKinds extends Disposable {
  readonly size: number;
  /** The kernel of a node, if it has left. */
  kernel(node: number): Kernel | undefined;
  /** Gives a node a kernel that has computed the first `bars` bars; without effect if it has one. */
  leave(node: number, bars: number): void;
  /** Computes the next bars of all of them, and writes their signals and equities to the rows of the ladder. */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
}

export function createLeftKinds(
  { nodes }: LadderPlan,
  { space, layout, rows }: LadderMemory,
  reread: Reread,
): LeftKinds {
  const kernels = new Map<number, Kernel>();

  function copyResults(node: number, { results }: Kernel): void {
    const { kind } = nodes[node].node;
    const memory = space.doubles();
    const row = (rows + layout.signals(node)) / 8;
    const copy = (output: SignalOutput, at: number): void => {
      memory.set((results[output] as Float64Array).subarray(0, wasmBlockLength), at);
    };
    copy(`${kind}Signal`, row);
    copy(`${kind}Equity`, row + (6 * rowBytes) / 8);
  }

  return {
    get size() {
      return kernels.size;
    },
    kernel: (node) => kernels.get(node),
    leave(node, bars) {
      if (kernels.has(node)) return;
      const { kind, config } = nodes[node].node;
      const outputs = new Set<SignalOutput>([`${kind}Signal`, `${kind}Equity`]);
      const kernel = createWasmKernel(config, outputs, space) ?? createReferenceKernel(config, outputs);
      kernels.set(node, kernel);
      replay(reread, bars, kernel.blockLength, ({ close, source }, from, count) => {
        kernel.advance(close, source, from, count);
      });
    },
    advance(close, source, from, count) {
      for (const [node, kernel] of kernels) {
        kernel.advance(close, source, from, count);
        copyResults(node, kernel);
      }
    },
    [Symbol.dispose]() {
      for (const kernel of kernels.values()) kernel[Symbol.dispose]();
    },
  };
}
