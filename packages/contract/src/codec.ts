/** How to encode. */
export interface EncodeOptions {
  /** Bytes of one element of what is encoded, 1 to 255; a codec that shuffles bytes uses it, others ignore it. 1 where absent. */
  readonly typesize?: number;
}

/** How to decode. */
export interface DecodeOptions {
  /** Where to decode to; its length must be the decoded length exactly (ATC_INVALID_ARGUMENT). The codec allocates where absent. */
  readonly target?: Uint8Array;
  /** The most bytes that may come out; more is ATC_CORRUPT_DATA, before anything is allocated. 2^31 - 1 where absent. */
  readonly maxLength?: number;
}

/** A reversible bytes-to-bytes transformation. Synchronous and stateless; start-up alone may be asynchronous. Neither method keeps or changes its argument. */
export interface Codec {
  /** The algorithm, in lower case: `zlib`, `blosc`. */
  readonly name: string;
  /** The ending of a file that holds what `encode` returns, with the dot: `.blosc`. */
  readonly extension: string;
  /** Encodes `decoded`; no bytes are legal too. */
  encode(decoded: Uint8Array, options?: EncodeOptions): Uint8Array;
  /** Inverts `encode`. Throws ATC_CORRUPT_DATA on bytes that no encoder wrote, never crashes, never allocates beyond `maxLength`. */
  decode(encoded: Uint8Array, options?: DecodeOptions): Uint8Array;
  /** How many bytes `decode` returns, where the encoded bytes tell; undefined where they do not, or are not of this codec. */
  decodedLength(encoded: Uint8Array): number | undefined;
}

/** The memory that WebAssembly code works in: a `WebAssembly.Memory`, as far as is needed here. */
export interface KernelMemory {
  /** The bytes; another buffer after the memory grew. */
  readonly buffer: ArrayBuffer;
}

/**
 * A block codec bound to the memory of a container, which keeps its blocks there and saves copying them. Sources and targets are offsets into
 * that memory, lengths are bytes. Both methods may read up to 32 bytes after a source, and write nowhere but in the target and their scratch.
 */
export interface BlockKernel {
  /** As `encodeBlock` of the codec, with the same bytes for the same arguments. */
  encodeBlock(source: number, sourceLength: number, target: number, targetLength: number, clevel: number): number;
  /** Whether the source decodes to the target's length exactly; where it does not, `decodeBlock` of the codec throws and tells why. */
  decodeBlock(source: number, sourceLength: number, target: number, targetLength: number): boolean;
}

/** A block codec's code in WebAssembly, before it is bound to a memory. */
export interface BlockKernelSource {
  /** Bytes of the memory that the code needs for tables of its own. */
  readonly scratchLength: number;
  /** Binds the code to `memory`, where `scratchLength` bytes from offset `scratch` on, a multiple of 16, are its own; undefined where it cannot run here. */
  bind(memory: KernelMemory, scratch: number): BlockKernel | undefined;
}

/** One algorithm over one block, for container formats such as Blosc. Synchronous and stateless. */
export interface BlockCodec {
  /** The name that Blosc gives the algorithm (its `cname`): `lz4`, `lz4hc`, `zlib`, `zstd`, `snappy`. */
  readonly name: string;
  /** The format number that a Blosc header holds: 0 blosclz, 1 lz4 and lz4hc, 2 snappy, 3 zlib, 4 zstd. */
  readonly bloscFormat: 0 | 1 | 2 | 3 | 4;
  /** Encodes `source` into `target` at `clevel` 0 to 9; returns the bytes written, 0 where they do not fit. */
  encodeBlock(source: Uint8Array, target: Uint8Array, clevel: number): number;
  /** Decodes `source` so that it fills `target` exactly; ATC_CORRUPT_DATA where it does not. */
  decodeBlock(source: Uint8Array, target: Uint8Array): void;
  /** The same algorithm for blocks in a WebAssembly memory; absent where the codec has none. */
  readonly kernel?: BlockKernelSource;
}
