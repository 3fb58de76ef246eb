import { AtcError, type BlockCodec, type BlockKernelSource } from "@atc/contract";
import { decodeInMemory, encodeInMemory } from "./block-memory.ts";
import { createMatchChains, encodeChained } from "./chain-encoder.ts";
import { createHashTable, encodeFast } from "./fast-encoder.ts";
import { chainedKernel, fastKernel } from "./lz4-kernel.ts";
import { corrupt, decodeSequences } from "./lz4-sequences.ts";

/** A Buffer has another hidden class and would slow down the loops for all later calls. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function checkClevel(name: string, clevel: number): void {
  if (Number.isInteger(clevel) && clevel >= 0 && clevel <= 9) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${name}: clevel is "${clevel}"; give an integer from 0 to 9`, {
    details: { field: "clevel" },
  });
}

function decodeBlock(source: Uint8Array, target: Uint8Array): void {
  const limit = target.length;
  const range = { start: 0, end: source.length, at: 0, limit, floor: 0 };
  const end = decodeSequences(plain(source), plain(target), range);
  if (end !== limit) throw corrupt(`the block decodes to ${end} bytes, not ${limit}`);
}

/** {@link lz4Block} in TypeScript only. */
export function plainLz4Block(): BlockCodec {
  const table = createHashTable();
  return {
    name: "lz4",
    bloscFormat: 1,
    encodeBlock: (source, target, clevel) => {
      checkClevel("lz4", clevel);
      return encodeFast(plain(source), plain(target), table, 10 - clevel);
    },
    decodeBlock,
  };
}

/** {@link lz4hcBlock} in TypeScript only. */
export function plainLz4hcBlock(): BlockCodec {
  const chains = createMatchChains();
  return {
    name: "lz4hc",
    bloscFormat: 1,
    encodeBlock: (source, target, clevel) => {
      checkClevel("lz4hc", clevel);
      return encodeChained(plain(source), plain(target), chains, clevel);
    },
    decodeBlock,
  };
}

/**
 * The kernel if it runs here. TypeScript takes over if it does not, for long blocks, and to report what is wrong with
 * damaged ones.
 */
function withKernel(create: () => BlockCodec, kernel: BlockKernelSource): BlockCodec {
  const { name, bloscFormat, decodeBlock: decodePlain } = create();
  let fallback: BlockCodec | undefined;
  return {
    name,
    bloscFormat,
    kernel,
    encodeBlock: (source, target, clevel) => {
      checkClevel(name, clevel);
      const written = encodeInMemory(kernel, source, target, clevel);
      if (written !== undefined) return written;
      fallback ??= create();
      return fallback.encodeBlock(source, target, clevel);
    },
    decodeBlock: (source, target) => {
      if (!decodeInMemory(kernel, source, target)) decodePlain(source, target);
    },
  };
}

/**
 * The block codec `lz4` of Blosc frames (format 1): the fast encoder, with the acceleration 10 - `clevel` as in
 * c-blosc.
 */
export function lz4Block(): BlockCodec {
  return withKernel(plainLz4Block, fastKernel);
}

/**
 * The block codec `lz4hc` of Blosc frames (format 1): a search that deepens with `clevel`. Its blocks are smaller and
 * have the same format as those of `lz4`.
 */
export function lz4hcBlock(): BlockCodec {
  return withKernel(plainLz4hcBlock, chainedKernel);
}
