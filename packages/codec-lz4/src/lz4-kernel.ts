import { readFileSync } from "node:fs";
import type { BlockKernel, BlockKernelSource, KernelMemory } from "@atc/contract";
import { kernelModule } from "@atc/plugin-kit";
import { depths } from "./chain-encoder.ts";

/** The exports of `assembly/index.ts`. Addresses and lengths are bytes; 0 means failure. */
interface Lz4Exports {
  encodeFast(source: number, length: number, target: number, room: number, table: number, acceleration: number): number;
  encodeChained(source: number, length: number, target: number, room: number, tables: number, depth: number): number;
  decode(source: number, end: number, target: number, floor: number, limit: number, tables: number): number;
  prepareDecoder(tables: number): void;
}

const code = kernelModule<Lz4Exports>(() => readFileSync(new URL("../dist/kernel.wasm", import.meta.url)));

/** Bytes of the tables of the decoder, at the start of the scratch. */
const decoderTablesLength = 304;
const fastTableLength = 2 * 2 ** 13;
const chainTablesLength = 4 * 2 ** 15 + 2 * 2 ** 16;

/** The largest scratch that any function requires. */
const largestScratch = decoderTablesLength + chainTablesLength;

type Encoder = (exports: Lz4Exports, tables: number) => BlockKernel["encodeBlock"];

const fast: Encoder =
  ({ encodeFast }, tables) =>
  (source, sourceLength, target, targetLength, clevel) =>
    encodeFast(source, sourceLength, target, targetLength, tables, 10 - clevel);

const chained: Encoder =
  ({ encodeChained }, tables) =>
  (source, sourceLength, target, targetLength, clevel) =>
    encodeChained(source, sourceLength, target, targetLength, tables, depths[clevel]);

function bind(memory: KernelMemory, scratch: number, encoder: Encoder): BlockKernel | undefined {
  const exports = code.instantiate(memory);
  if (exports === undefined) return undefined;
  exports.prepareDecoder(scratch);
  return {
    encodeBlock: encoder(exports, scratch + decoderTablesLength),
    decodeBlock: (source, sourceLength, target, targetLength) => {
      const limit = target + targetLength;
      return exports.decode(source, source + sourceLength, target, target, limit, scratch) === limit;
    },
  };
}

/** The fast encoder and the decoder, for blocks in the memory of a container. */
export const fastKernel: BlockKernelSource = {
  scratchLength: decoderTablesLength + fastTableLength,
  bind: (memory, scratch) => bind(memory, scratch, fast),
};

/** The chained encoder and the decoder, for blocks in the memory of a container. */
export const chainedKernel: BlockKernelSource = {
  scratchLength: largestScratch,
  bind: (memory, scratch) => bind(memory, scratch, chained),
};
