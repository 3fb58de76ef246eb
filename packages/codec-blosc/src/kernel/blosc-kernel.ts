import { readFileSync } from "node:fs";
import type { BlockKernelSource, KernelMemory } from "@atc/contract";
import { kernelModule } from "@atc/plugin-kit";

/** The exports of `assembly/index.ts`. Addresses and lengths are bytes. */
export interface BloscExports {
  /** `stride` is the distance between planes. */
  shuffle(source: number, target: number, stride: number, count: number, typesize: number): void;
  unshuffle(source: number, target: number, stride: number, count: number, typesize: number): void;
  bitShuffle(source: number, target: number, length: number, typesize: number, scratch: number): void;
  bitUnshuffle(source: number, target: number, length: number, typesize: number, scratch: number): void;
  encodeBlosclz(source: number, length: number, target: number, room: number, table: number, clevel: number): number;
  /** 1 if the stream fills the room exactly, 0 if it does not or breaks the format. */
  decodeBlosclz(source: number, length: number, target: number, room: number, tables: number): number;
  prepareDecoder(tables: number): void;
}

const code = kernelModule<BloscExports>(() => readFileSync(new URL("../../dist/kernel.wasm", import.meta.url)));

/** The kernel over `memory`; undefined if it cannot run here. */
export function instantiateBlosc(memory: KernelMemory): BloscExports | undefined {
  return code.instantiate(memory);
}

const decoderTablesLength = 304;
const hashTableLength = 4 * 2 ** 14;

/** BloscLZ for blocks in a memory. */
export const blosclzKernel: BlockKernelSource = {
  scratchLength: decoderTablesLength + hashTableLength,
  bind: (memory, scratch) => {
    const exports = instantiateBlosc(memory);
    if (exports === undefined) return undefined;
    const { encodeBlosclz, decodeBlosclz, prepareDecoder } = exports;
    const table = scratch + decoderTablesLength;
    prepareDecoder(scratch);
    return {
      encodeBlock: (source, sourceLength, target, targetLength, clevel) =>
        encodeBlosclz(source, sourceLength, target, targetLength, table, clevel),
      decodeBlock: (source, sourceLength, target, targetLength) =>
        decodeBlosclz(source, sourceLength, target, targetLength, scratch) === 1,
    };
  },
};
