import { createRequire } from "node:module";
import nodeZlib from "node:zlib";
import { AtcError } from "@atc/contract";
import { corrupt } from "./corrupt.ts";

/** Zstandard as this process has it. Neither function keeps its argument. */
export interface ZstdBinding {
  /** One frame; whether it tells its content's length or has a checksum is the binding's affair. */
  readonly compress: (source: Uint8Array, level: number, checksum: boolean) => Uint8Array;
  /** The content of one frame that was found to hold `length` bytes. */
  readonly decompress: (frame: Uint8Array, length: number) => Uint8Array;
}

/** The part of `node:zlib` that Node has from 22.15 on. */
interface NodeZstd {
  readonly zstdCompressSync: (source: Uint8Array, options: object) => Uint8Array;
  readonly zstdDecompressSync: (source: Uint8Array, options: object) => Uint8Array;
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_c_checksumFlag: number };
}

/** The part of `@toondepauw/node-zstd` in use. */
interface Addon {
  readonly Encoder: new (level: number) => { encodeSync(data: Buffer): Buffer };
  readonly Decoder: new () => { decodeSync(data: Buffer): Buffer };
}

/**
 * Room for any frame of `length` bytes. One chunk for the whole result is twice as fast as a list of small ones, and a must: where a frame
 * ends on the last byte of a chunk, Node 22 and 24 go on and write an empty frame after it.
 */
function frameChunkSize(length: number): number {
  return length + (length >> 8) + 256;
}

function nodeBinding(zlib: NodeZstd): ZstdBinding {
  const { ZSTD_c_compressionLevel: level, ZSTD_c_checksumFlag: checksum } = zlib.constants;
  return {
    compress: (source, compressionLevel, withChecksum) =>
      zlib.zstdCompressSync(source, {
        chunkSize: frameChunkSize(source.length),
        params: { [level]: compressionLevel, [checksum]: withChecksum ? 1 : 0 },
      }),
    decompress: (frame, length) =>
      zlib.zstdDecompressSync(frame, { chunkSize: Math.max(64, length + 1), maxOutputLength: Math.max(1, length) }),
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * The addon does not know a block's length when it chooses its tables: above this level they take 300 MB and more for any block, and the
 * sizes differ by nothing for blocks of 1 MiB and less.
 */
const largestAddonLevel = 19;

function addonBinding(addon: Addon): ZstdBinding {
  const decoder = new addon.Decoder();
  const encoders = new Map<number, InstanceType<Addon["Encoder"]>>();
  return {
    compress: (source, wanted) => {
      const level = Math.min(wanted, largestAddonLevel);
      const encoder = encoders.get(level) ?? new addon.Encoder(level);
      encoders.set(level, encoder);
      return encoder.encodeSync(bufferOf(source));
    },
    decompress: (frame) => decoder.decodeSync(bufferOf(frame)),
  };
}

function loadAddon(): Addon {
  try {
    return createRequire(import.meta.url)("@toondepauw/node-zstd") as Addon;
  } catch (cause) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `zstd: Node ${process.version} has no Zstandard and "@toondepauw/node-zstd" did not load on ${process.platform} ${process.arch}; use Node 22.15 or newer`,
      { cause },
    );
  }
}

function isNodeZstd(zlib: object): zlib is NodeZstd {
  return "zstdCompressSync" in zlib && "zstdDecompressSync" in zlib;
}

let loaded: ZstdBinding | undefined;

/**
 * Node's own Zstandard where it has it, else that of `@toondepauw/node-zstd`, loaded at the first call.
 *
 * @throws ATC_UNSUPPORTED where neither is there
 */
export function zstdBinding(): ZstdBinding {
  loaded ??= isNodeZstd(nodeZlib) ? nodeBinding(nodeZlib) : addonBinding(loadAddon());
  return loaded;
}

/** Decompresses, with the binding's own errors as ATC_CORRUPT_DATA. */
export function decompress(binding: ZstdBinding, frame: Uint8Array, length: number): Uint8Array {
  let content: Uint8Array;
  try {
    content = binding.decompress(frame, length);
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
  if (content.length !== length) throw corrupt(`${content.length} bytes where the frame holds ${length}`);
  return content;
}
