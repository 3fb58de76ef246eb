import type { ReadonlyTypedArray, SignalConfig } from "@atc/contract";
import type { Kernel, KernelTallies } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createKernel } from "../stream/create-kernel.ts";

/** A configuration and its index in the caller's list. */
export interface Member {
  readonly index: number;
  readonly config: SignalConfig;
}

/** The outputs of a block, from index 0, in arrays that the next block overwrites. */
export type BlockResults = Readonly<Partial<Record<SignalOutput, Float64Array | Int8Array>>>;

/** Computes several configurations together, a block of bars at a time, from checked prices. */
export interface ManyKernel extends Disposable {
  readonly members: readonly Member[];
  /** The most bars of one block. */
  readonly blockLength: number;
  /** Whether votes are computed; false if every output is an average. */
  readonly votes: boolean;
  /**
   * Computes bars `from` to `from + count` (exclusive) and passes each member's results to `deliver` as soon as they
   * are ready.
   */
  advance(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
    deliver: (member: Member, results: BlockResults) => void,
  ): void;
  /** The tallies so far of the member at index `member`. */
  tallies(member: number): KernelTallies;
}

/** Computes each configuration on its own, if nothing can be shared or WebAssembly is not available. */
export function createSeparateKernels(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): ManyKernel {
  const kernels = members.map(({ config }) => createKernel(config, outputs));
  const [first] = kernels as [Kernel, ...Kernel[]];
  return {
    members,
    blockLength: first.blockLength,
    votes: first.votes,
    advance(close, source, from, count, deliver) {
      for (let i = 0; i < kernels.length; i++) {
        kernels[i].advance(close, source, from, count);
        deliver(members[i], kernels[i].results);
      }
    },
    tallies: (member) => kernels[member].tallies(),
    [Symbol.dispose]() {
      for (const kernel of kernels) kernel[Symbol.dispose]();
    },
  };
}
