import { constants } from "node:buffer";
import { AtcError } from "@atc/contract";
import { type AccessPattern, type MappedMemory, type MappingSystem, pageLength } from "../system/mapped-memory.ts";
import { type LoadedSystem, loadMappingSystem } from "../system/mapping-system.ts";

/** A file mapped read-only. It stays readable after the file is closed, replaced or deleted. */
export interface Mapping {
  /** The file's bytes. A write to them ends the process. */
  readonly buffer: ArrayBuffer;
  /** Advises the kernel how the bytes will be read. Its result is ignored, since it is a hint. */
  advise(pattern: AccessPattern): void;
  /**
   * Asks the kernel to fetch `length` bytes from `offset` on in the background. Its result is ignored, since it is a
   * hint.
   */
  prefetch(offset: number, length: number): void;
  /**
   * Releases the pages from this process's memory. They stay in the page cache, from which the next access fetches
   * them.
   */
  release(): void;
  /** Detaches the views and unmaps on Node 22 and later. On Node 20, unmaps once no view is left. */
  dispose(): void;
}

/** Whether this process can map files. */
export interface MappingBackend {
  /** Whether `backend: "mmap"` works in this process. */
  readonly available: boolean;
  /**
   * Whether `backend: "auto"` maps on this platform. It maps on Linux, the only platform on which mapping is tested by
   * itself: Windows under Wine, macOS not at all.
   */
  readonly isDefault: boolean;
  /** Why mapping is not available or not the default, and what to do. */
  readonly reason?: string;
}

/** Node 20 ends the process if an external ArrayBuffer is longer than its limit, so lengths are checked first. */
const maxLength = Math.min(constants.MAX_LENGTH, 2 ** 40) - 65_536;

let loaded: LoadedSystem | undefined;

/** Throws ATC_MISSING_PLUGIN or ATC_UNSUPPORTED if this process cannot map files. */
export function requireMapping(): void {
  system();
}

function system(): MappingSystem {
  loaded ??= loadMappingSystem();
  if ("error" in loaded) throw loaded.error;
  return loaded.system;
}

/** Whether this process can map files, for diagnostics. Loads the native package on the first call. Never throws. */
export function mappingBackend(): MappingBackend {
  loaded ??= loadMappingSystem();
  if ("error" in loaded) return { available: false, isDefault: false, reason: loaded.error.message };
  if (process.platform === "linux") return { available: true, isDefault: true };
  return {
    available: true,
    isDefault: false,
    reason: `mapping is tested less on ${process.platform}; set backend "mmap" to use it`,
  };
}

/**
 * Unmaps mappings that were not disposed, and on Node 20 all: a collected buffer has no view left that could be read.
 */
const unmapOnCollection: FinalizationRegistry<() => void> = new FinalizationRegistry((unmap) => unmap());

/** Disposed mappings that wait for the garbage collector: their registry tokens and unmap functions. */
const lingering = new Map<object, () => void>();

/** The action after a buffer is collected. A separate function: a closure next to the buffer would keep it alive. */
function collected(token: object, unmap: () => void): () => void {
  return () => {
    lingering.delete(token);
    unmap();
  };
}

/**
 * Unmaps what disposed datasets of this thread still map; on Node 22 and later that is nothing. Node 20 keeps a
 * mapping until its views are collected, and a thread that ends collects nothing. So the mapping, and the disk space
 * of a deleted file, stay until the process ends.
 *
 * Call it only if no view of a disposed dataset is read any more: such a read ends the process.
 */
export function unmapDisposed(): void {
  for (const [token, unmap] of lingering) {
    unmapOnCollection.unregister(token);
    unmap();
  }
  lingering.clear();
}

/**
 * Maps the first `length` bytes of an open file, which must have at least as many.
 *
 * @throws ATC_MISSING_PLUGIN or ATC_UNSUPPORTED if this process cannot map them, ATC_IO if the system refuses.
 */
export function mapFile(fd: number, length: number, path: string): Mapping {
  if (length > maxLength)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `cannot map "${path}": it has ${length} bytes, more than the ${maxLength} that this version of Node can map; use backend "read"`,
    );
  const mapped = system().map(fd, length);
  if (typeof mapped !== "string") return mappingOf(mapped);
  throw new AtcError("ATC_IO", `cannot map "${path}": ${mapped}; use backend "read"`, {
    details: { path, system: mapped },
  });
}

function mappingOf({ view, unmap, advise, prefetch, release }: MappedMemory): Mapping {
  let buffer: ArrayBuffer | undefined;
  let isClosed = false;
  const token = {};
  const mapping: Mapping = {
    get buffer() {
      if (isClosed) throw new AtcError("ATC_CLOSED", "the mapping is closed");
      if (buffer !== undefined) return buffer;
      // Created on first use: Node counts it as memory, and collects garbage more often.
      buffer = view();
      unmapOnCollection.unregister(token);
      unmapOnCollection.register(buffer, collected(token, unmap), token);
      return buffer;
    },
    advise(pattern) {
      if (!isClosed) advise(pattern);
    },
    prefetch(offset, length) {
      const start = offset - (offset % pageLength);
      if (!isClosed) prefetch(start, offset - start + length);
    },
    release() {
      if (!isClosed) release();
    },
    dispose() {
      if (isClosed) return;
      isClosed = true;
      const closing = buffer;
      buffer = undefined;
      if (closing !== undefined && !isTransferable(closing)) {
        lingering.set(token, unmap);
        return;
      }
      unmapOnCollection.unregister(token);
      closing?.transfer();
      unmap();
    },
  };
  unmapOnCollection.register(mapping, unmap, token);
  return mapping;
}

/** Node 22 and later can detach an ArrayBuffer, with all of its views. */
function isTransferable(buffer: ArrayBuffer): buffer is ArrayBuffer & { transfer(): ArrayBuffer } {
  return "transfer" in buffer && typeof buffer.transfer === "function";
}
