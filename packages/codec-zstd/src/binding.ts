import { createRequire } from "node:module";
import nodeZlib from "node:zlib";
import { AtcError } from "@atc/contract";
import { corrupt } from "./corrupt.ts";

/** The Zstandard of this process. Neither function keeps its argument. */
export interface ZstdBinding {
  /** Compresses to one frame. The binding decides whether it has a content length or a checksum. */
  readonly compress: (source: Uint8Array, level: number, checksum: boolean) => Uint8Array;
  /** Decompresses one frame, whose content is known to have `length` bytes. */
  readonly decompress: (frame: Uint8Array, length: number) => Uint8Array;
}

/** The part of `node:zlib` that Node has since 22.15. */
interface NodeZstd {
  readonly zstdCompressSync: (source: Uint8Array, options: object) => Uint8Array;
  readonly zstdDecompressSync: (source: Uint8Array, options: object) => Uint8Array;
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_c_checksumFlag: number };
}

/** The part of `@toondepauw/node-zstd` that is used. */
interface Addon {
  readonly Encoder: new (level: number) => { encodeSync(data: Buffer): Buffer };
  readonly Decoder: new () => { decodeSync(data: Buffer): Buffer };
}

/**
 * Room for any frame of `length` bytes. One chunk for the whole result is twice as fast as many small ones. It is also
 * required: if a frame ends on the last byte of a chunk, Node 22 and 24 write an empty frame after it.
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
 * The addon does not know the length of a block when it allocates its tables. Above this level they take 300 MB and
 * more for any block, and blocks of up to 1 MiB do not shrink further.
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
 * The Zstandard of Node if it has one, else of `@toondepauw/node-zstd`, loaded by the first call.
 *
 * @throws ATC_UNSUPPORTED if neither is available
 */
export function zstdBinding(): ZstdBinding {
  loaded ??= isNodeZstd(nodeZlib) ? nodeBinding(nodeZlib) : addonBinding(loadAddon());
  return loaded;
}

/** Decompresses, with errors of the binding as ATC_CORRUPT_DATA. */
export function decompress(binding: ZstdBinding, frame: Uint8Array, length: number): Uint8Array {
  let content: Uint8Array;
  try {
    content = binding.decompress(frame, length);
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
  if (content.length !== length) throw corrupt(`the frame decodes to ${content.length} bytes, not ${length}`);
  return content;
}
