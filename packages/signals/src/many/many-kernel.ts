import type { ReadonlyTypedArray } from "@atc/contract";
import type { Kernel, KernelTallies } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createKernel } from "../stream/create-kernel.ts";
import type { Member } from "./config-groups.ts";

/** The outputs of a block, from index 0 on, in arrays that the next block overwrites. */
export type BlockResults = Readonly<Partial<Record<SignalOutput, Float64Array | Int8Array>>>;

/** Configurations that are computed together, a block of bars at a time, over prices that were checked before. */
export interface ManyKernel extends Disposable {
  /** The configurations. */
  readonly members: readonly Member[];
  /** The most bars of one block. */
  readonly blockLength: number;
  /** Whether votes are taken: not where every output is an average. */
  readonly votes: boolean;
  /** Takes bars `from` to `from + count` (exclusive) and hands out each member's results as soon as they are there. */
  advance(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
    deliver: (member: number, results: BlockResults) => void,
  ): void;
  /** The counts so far of member number `member`. */
  tallies(member: number): KernelTallies;
}

/** Configurations each computed on its own, where there is nothing to share or no WebAssembly to share it in. */
export function createSeparateKernels(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): ManyKernel {
  const kernels = members.map(({ config }) => createKernel(config, outputs));
  const [first] = kernels as [Kernel, ...Kernel[]];
  return {
    members,
    blockLength: first.blockLength,
    votes: first.votes,
    advance(close, source, from, count, deliver) {
      for (const [member, kernel] of kernels.entries()) {
        kernel.advance(close, source, from, count);
        deliver(member, kernel.results);
      }
    },
    tallies: (member) => (kernels[member] as Kernel).tallies(),
    [Symbol.dispose]() {
      for (const kernel of kernels) kernel[Symbol.dispose]();
    },
  };
}
