/** Options of {@link Codec.encode}. */
export interface EncodeOptions {
  /** Bytes of one element of the input, 1 to 255. Defaults to 1. Codecs that shuffle bytes use it; others ignore it. */
  readonly typesize?: number;
}

/** Options of {@link Codec.decode}. */
export interface DecodeOptions {
  /**
   * The output array. Its length must equal the decoded length (else ATC_INVALID_ARGUMENT). Default: the codec
   * allocates it.
   */
  readonly target?: Uint8Array;
  /**
   * The largest decoded length to accept, in bytes. Defaults to 2^31 - 1. More is ATC_CORRUPT_DATA, before anything is
   * allocated.
   */
  readonly maxLength?: number;
}

/**
 * A reversible transformation of bytes to bytes. Synchronous and stateless; only its creation may be asynchronous. The
 * methods neither keep nor change their arguments.
 */
export interface Codec {
  /** The algorithm in lower case: `zlib`, `blosc`. */
  readonly name: string;
  /** The extension of files that hold the result of `encode`, with the dot: `.blosc`. */
  readonly extension: string;
  /** Encodes `decoded`, which may be empty. */
  encode(decoded: Uint8Array, options?: EncodeOptions): Uint8Array;
  /**
   * Inverts `encode`. Throws ATC_CORRUPT_DATA for bytes that no encoder wrote. Never crashes, and never allocates more
   * than `maxLength`.
   */
  decode(encoded: Uint8Array, options?: DecodeOptions): Uint8Array;
  /**
   * The number of bytes that `decode` returns. Undefined if the encoded bytes do not contain it, or are not of this
   * codec.
   */
  decodedLength(encoded: Uint8Array): number | undefined;
}

/** The memory of WebAssembly code: the part of `WebAssembly.Memory` that kernels need. */
export interface KernelMemory {
  /** The bytes. A memory that grows gets a new buffer. */
  readonly buffer: ArrayBuffer;
}

/**
 * A block codec bound to the memory of a container, so that blocks need not be copied. Sources and targets are offsets
 * into that memory; lengths are in bytes. Both methods may read up to 32 bytes after a source. They write to the
 * target and to their scratch memory only.
 */
export interface BlockKernel {
  /** Like {@link BlockCodec.encodeBlock}, with the same bytes for the same arguments. */
  encodeBlock(source: number, sourceLength: number, target: number, targetLength: number, clevel: number): number;
  /**
   * Returns whether the source decodes to exactly the target's length. If not, {@link BlockCodec.decodeBlock} throws
   * with the reason.
   */
  decodeBlock(source: number, sourceLength: number, target: number, targetLength: number): boolean;
}

/** The WebAssembly code of a block codec, before it is bound to a memory. */
export interface BlockKernelSource {
  /** Bytes of scratch memory that the code needs for its tables. */
  readonly scratchLength: number;
  /**
   * Binds the code to `memory`. It owns `scratchLength` bytes from offset `scratch`, a multiple of 16. Undefined if
   * this machine cannot run the code.
   */
  bind(memory: KernelMemory, scratch: number): BlockKernel | undefined;
}

/** An algorithm for one block, for container formats such as Blosc. Synchronous and stateless. */
export interface BlockCodec {
  /** Blosc's name of the algorithm (`cname`): `lz4`, `lz4hc`, `zlib`, `zstd`, `snappy`. */
  readonly name: string;
  /** The format number in a Blosc header: 0 blosclz, 1 lz4 and lz4hc, 2 snappy, 3 zlib, 4 zstd. */
  readonly bloscFormat: 0 | 1 | 2 | 3 | 4;
  /**
   * Encodes `source` into `target` at `clevel` 0 to 9. Returns the number of bytes written, or 0 if they do not fit.
   */
  encodeBlock(source: Uint8Array, target: Uint8Array, clevel: number): number;
  /** Decodes `source` into `target`. Throws ATC_CORRUPT_DATA if the result does not fill `target` exactly. */
  decodeBlock(source: Uint8Array, target: Uint8Array): void;
  /** The same algorithm for blocks in a WebAssembly memory, if the codec has one. */
  readonly kernel?: BlockKernelSource;
}
