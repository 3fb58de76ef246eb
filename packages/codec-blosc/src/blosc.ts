import { AtcError, type BlockCodec, type Codec, type EncodeOptions, nearest } from "@atc/contract";
import { blosclzBlock } from "./blosclz/blosclz-block.ts";
import { adaptOptions } from "./frame/adapted-options.ts";
import { decodedLengthOf, type FrameSequence, readFrames, writeFrames } from "./frame/frame-sequence.ts";
import type { FrameOptions } from "./frame/frame-writer.ts";
import { blockMemory } from "./kernel/block-memory.ts";
import { type BloscCname, bloscAlgorithms, cnames } from "./layout/algorithms.ts";
import type { Shuffle } from "./layout/frame-header.ts";
import { type BloscPreset, presetNames, withPreset } from "./layout/preset.ts";

/** Options of {@link blosc}. All members mean the same as in python-blosc. */
export interface BloscOptions {
  /**
   * The preset that the options start from; default: `compat`, the choices of c-blosc 1.21. `fast` is Zstandard at
   * clevel 1 in blocks of 1 MiB after a bit or byte shuffle, whichever is smaller for a sample, and at clevel 3 for
   * content that shrinks far. It compresses floats about as well as python-blosc's zstd at clevel 5 in a fraction of
   * the time. python-blosc reads both. If `cname`, `clevel`, `shuffle` or `blocksize` is given, nothing is sampled.
   */
  readonly preset?: BloscPreset;
  /** The algorithm; default: that of the first block codec, or `blosclz` without one. */
  readonly cname?: BloscCname;
  /** 0 (stored) to 9 (smallest); default: 5. */
  readonly clevel?: number;
  /** How bytes are rearranged before the algorithm: `shuffle` by bytes, `bitshuffle` by bits; default: `shuffle`. */
  readonly shuffle?: Shuffle;
  /**
   * Bytes of an element, 1 to 255, if `encode` is not given one; default: 1, which leaves nothing to shuffle by bytes.
   */
  readonly typesize?: number;
  /** Bytes of a block, 128 to 2^30; default: the choice of c-blosc 1.21 for the algorithm and level. */
  readonly blocksize?: number;
}

const shuffles: readonly Shuffle[] = ["noshuffle", "shuffle", "bitshuffle"];
const defaultClevel = 5;

function invalid(field: string, value: unknown, remedy: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `blosc: ${field} is "${String(value)}"; ${remedy}`, {
    details: { field },
  });
}

function checkInteger(field: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to)
    throw invalid(field, value, `give an integer from ${from} to ${to}`);
}

function checkName(field: string, value: string, names: readonly string[]): void {
  if (names.includes(value)) return;
  const suggestion = nearest(value, names);
  const hint = suggestion === undefined ? "" : `did you mean "${suggestion}"? `;
  throw invalid(field, value, `${hint}give one of ${names.join(", ")}`);
}

/** Throws ATC_INVALID_ARGUMENT if an option is out of range. */
export function checkOptions(options: BloscOptions): void {
  const { cname, clevel = defaultClevel, shuffle = "shuffle", typesize = 1, blocksize, preset } = options;
  if (preset !== undefined) checkName("preset", preset, presetNames);
  if (cname !== undefined) checkName("cname", cname, cnames);
  checkInteger("clevel", clevel, 0, 9);
  checkName("shuffle", shuffle, shuffles);
  checkInteger("typesize", typesize, 1, 255);
  if (blocksize !== undefined) checkInteger("blocksize", blocksize, 128, 2 ** 30);
}

function findWriter(cname: BloscCname, codecs: readonly BlockCodec[]): BlockCodec {
  const codec = codecs.find(({ name }) => name === cname);
  if (codec !== undefined) return codec;
  const packageName = bloscAlgorithms[cname].package;
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `blosc: no block codec "${cname}" was given; install ${packageName}, and in code pass its ${cname}Block() to blosc()`,
    { details: { kind: "block-codec", name: cname, packages: [packageName] } },
  );
}

function readersOf(blockCodecs: readonly BlockCodec[]): Map<number, BlockCodec> {
  const readers = new Map<number, BlockCodec>();
  for (const codec of blockCodecs) if (!readers.has(codec.bloscFormat)) readers.set(codec.bloscFormat, codec);
  return readers;
}

/** A Buffer has another hidden class and would slow down the shuffle loops for all later calls. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * The Blosc name of a block codec. A codec with another name encodes under the rules of the first algorithm of its
 * format.
 */
function cnameOf(codec: BlockCodec): BloscCname {
  const known = cnames.find((cname) => cname === codec.name);
  return known ?? cnames.find((cname) => bloscAlgorithms[cname].bloscFormat === codec.bloscFormat) ?? "lz4";
}

/** Whether the preset alone decides. */
function isUntouched({ cname, clevel, shuffle, blocksize }: BloscOptions): boolean {
  return [cname, clevel, shuffle, blocksize].every((one) => one === undefined);
}

/** {@link blosc} with another frame length, given by `sequence`. */
export function bloscOf(
  options: BloscOptions,
  blockCodecs: readonly BlockCodec[],
  sequence: FrameSequence = {},
): Codec {
  checkOptions(options);
  const settings = withPreset(options);
  const { clevel = defaultClevel, shuffle = "shuffle", blocksize } = settings;
  const largestBitBlock = blocksize === undefined && shuffle === "bitshuffle" ? settings.largestBitBlock : undefined;
  const isAdaptive = settings.adaptive === true && isUntouched(options);
  const codecs = [...blockCodecs, blosclzBlock()];
  const codec = settings.cname === undefined ? (codecs[0] as BlockCodec) : findWriter(settings.cname, codecs);
  const cname = cnameOf(codec);
  const readers = readersOf(codecs);
  return {
    name: "blosc",
    extension: ".blosc",
    encode: (decoded, { typesize = options.typesize ?? 1 }: EncodeOptions = {}) => {
      checkInteger("typesize", typesize, 1, 255);
      const bytes = plain(decoded);
      const memory = blockMemory();
      const set: FrameOptions = { cname, clevel, shuffle, typesize, blocksize, largestBitBlock };
      const frameOptions = isAdaptive ? adaptOptions(bytes, set, codec, memory) : set;
      return writeFrames(bytes, frameOptions, codec, memory, sequence);
    },
    decode: (encoded, decodeOptions) => readFrames(plain(encoded), decodeOptions, readers, blockMemory(), sequence),
    decodedLength: (encoded) => decodedLengthOf(plain(encoded), sequence),
  };
}

/**
 * The codec `blosc`: Blosc 1 frames.
 *
 * It writes frames that python-blosc (c-blosc 1.21) reads, with the same block lengths, split rules and levels. It
 * reads all frames of python-blosc with an algorithm among `blockCodecs`. A frame has no checksum, so store one beside
 * it. Content of more than 2^31 - 17 bytes becomes several consecutive frames, which decode as one if `maxLength`
 * allows it.
 *
 * @param blockCodecs - the algorithms besides `blosclz`: the one with the name `cname` encodes, the first of each
 * format decodes
 * @throws ATC_INVALID_ARGUMENT for an option out of range, ATC_MISSING_PLUGIN if `blockCodecs` lacks `cname`; `decode`
 * throws ATC_MISSING_PLUGIN for a frame of another algorithm
 */
export function blosc(options: BloscOptions, blockCodecs: readonly BlockCodec[] = []): Codec {
  return bloscOf(options, blockCodecs);
}
