import { constants } from "node:buffer";
import { createRequire } from "node:module";
import { getSystemErrorName } from "node:util";
import { AtcError } from "@atc/contract";

/** What is used of a koffi platform package, which ships no types. */
interface Koffi {
  load(library: string | null): { func(prototype: string): (...values: readonly unknown[]) => number | bigint };
  view(pointer: bigint, length: number): ArrayBuffer;
  errno(): number;
}

/** How a mapping will be read: `sequential` reads far ahead, `random` not at all. */
export type AccessPattern = keyof typeof advice;

/** A file mapped read-only. It can be read to its end after the file was closed, replaced or deleted. */
export interface Mapping {
  /** The file's bytes. A write to them ends the process. */
  readonly buffer: ArrayBuffer;
  /** Tells the kernel how the bytes will be read; a hint, so what it answers is ignored. */
  advise(pattern: AccessPattern): void;
  /** Asks the kernel to fetch `length` bytes from `offset` on in the background; a hint, so what it answers is ignored. */
  prefetch(offset: number, length: number): void;
  /** Takes the bytes out of this process's memory. They stay in the page cache, from where the next access fetches them. */
  release(): void;
  /** Makes the views unusable where Node can (22 and later), and unmaps. Elsewhere the memory is unmapped once no view is left. */
  dispose(): void;
}

/** Whether files can be mapped here, and why not. */
export interface MappingBackend {
  /** Whether `backend: "mmap"` works in this process. */
  readonly available: boolean;
  /** Whether `backend: "auto"` maps on this platform: it does where mapping was tried out, which is Linux. */
  readonly isDefault: boolean;
  /** Why it is not available, or not the default, and what to do. */
  readonly reason?: string;
}

interface System {
  readonly koffi: Koffi;
  readonly mmap: (...values: readonly unknown[]) => number | bigint;
  readonly munmap: (...values: readonly unknown[]) => number | bigint;
  readonly madvise: (...values: readonly unknown[]) => number | bigint;
}

const protRead = 1;
const mapShared = 1;
const advice = { normal: 0, random: 1, sequential: 2 } as const;
/** MADV_WILLNEED. */
const willNeed = 3;
/** MADV_DONTNEED: of a shared mapping of a file it drops entries of the page table, never data. */
const dontNeed = 4;
/** What addresses of advice are multiples of: the largest page of the systems that Node runs on. */
const pageLength = 65_536;
/** Node 20 ends the process where an external ArrayBuffer would be longer than its limit, so lengths are checked ahead. */
const maxLength = Math.min(constants.MAX_LENGTH, 2 ** 40) - 65_536;

let loaded: { readonly system: System } | { readonly error: AtcError } | undefined;

function load(): { readonly system: System } | { readonly error: AtcError } {
  const name = `@koromix/koffi-${process.platform}-${process.arch}`;
  if (process.platform === "win32")
    return { error: new AtcError("ATC_UNSUPPORTED", 'mapping is not built for Windows; use backend "read"') };
  try {
    const koffi = createRequire(import.meta.url)(name) as Koffi;
    const c = koffi.load(null);
    return {
      system: {
        koffi,
        mmap: c.func("intptr_t mmap(void*, size_t, int, int, int, int64_t)"),
        munmap: c.func("int munmap(intptr_t, size_t)"),
        madvise: c.func("int madvise(intptr_t, size_t, int)"),
      },
    };
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "MODULE_NOT_FOUND";
    const error = isMissing
      ? new AtcError("ATC_MISSING_PLUGIN", `"${name}" is not installed; run: pnpm add ${name}`, { cause })
      : new AtcError("ATC_UNSUPPORTED", `"${name}" does not load: ${String(cause)}; use backend "read"`, { cause });
    return { error };
  }
}

/** Throws ATC_MISSING_PLUGIN or ATC_UNSUPPORTED where this process cannot map files. */
export function requireMapping(): void {
  system();
}

function system(): System {
  loaded ??= load();
  if ("error" in loaded) throw loaded.error;
  return loaded.system;
}

/** Whether this process can map files, for diagnostics; loads the native package on the first call. Never throws. */
export function mappingBackend(): MappingBackend {
  loaded ??= load();
  if ("error" in loaded) return { available: false, isDefault: false, reason: loaded.error.message };
  if (process.platform === "linux") return { available: true, isDefault: true };
  return {
    available: true,
    isDefault: false,
    reason: `mapping was not tried out on ${process.platform}; ask for it with backend "mmap"`,
  };
}

/** Unmaps what was forgotten, and on Node 20 everything: a buffer lives as long as any of its views, so nobody can read it any more. */
const forgotten: FinalizationRegistry<() => void> = new FinalizationRegistry((unmap) => unmap());

/** What was disposed of and waits for the garbage collector: the token under which it is forgotten, and how it is unmapped. */
const lingering = new Map<object, () => void>();

/** What happens when nobody can read a mapping any more. A function of its own, which does not keep the buffer alive as a closure beside it would. */
function collected(token: object, unmap: () => void): () => void {
  return () => {
    lingering.delete(token);
    unmap();
  };
}

/**
 * Unmaps what disposed datasets of this thread still map, which is nothing on Node 22 and later. Node 20 keeps a mapping until its views are
 * collected, and a thread that ends collects nothing: the mapping, and the disk space of a deleted file, stay until the process ends.
 *
 * Call it only if no view of a disposed dataset is read any more: reading one ends the process.
 */
export function unmapDisposed(): void {
  for (const [token, unmap] of lingering) {
    forgotten.unregister(token);
    unmap();
  }
  lingering.clear();
}

/**
 * Maps the first `length` bytes of an open file, which must have them.
 *
 * @throws ATC_MISSING_PLUGIN or ATC_UNSUPPORTED where this process cannot map them, ATC_IO where the system refuses.
 */
export function mapFile(fd: number, length: number, path: string): Mapping {
  if (length > maxLength)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `cannot map "${path}": ${length} bytes are more than this Node maps (${maxLength})`,
    );
  const { koffi, mmap, munmap, madvise } = system();
  const address = BigInt(mmap(null, length, protRead, mapShared, fd, 0));
  if (address === -1n) {
    const system = getSystemErrorName(-koffi.errno());
    throw new AtcError("ATC_IO", `cannot map "${path}": ${system}; use backend "read"`, { details: { path, system } });
  }
  return mappingOf({
    // Made when it is first wanted: Node counts it as memory, and collects garbage the more often for it.
    view: () => koffi.view(address, length),
    unmap: () => munmap(address, length),
    madvise: (value, from = 0, bytes = length) => madvise(address + BigInt(from), bytes, value),
  });
}

interface MappedMemory {
  view(): ArrayBuffer;
  unmap(): void;
  /** Of `length` bytes from a page's `offset` on; of all where both are absent. */
  madvise(value: number, offset?: number, length?: number): void;
}

function mappingOf({ view, unmap, madvise }: MappedMemory): Mapping {
  let buffer: ArrayBuffer | undefined;
  let isClosed = false;
  const token = {};
  const mapping: Mapping = {
    get buffer() {
      if (isClosed) throw new AtcError("ATC_CLOSED", "the mapping was closed before");
      if (buffer !== undefined) return buffer;
      buffer = view();
      forgotten.unregister(token);
      forgotten.register(buffer, collected(token, unmap), token);
      return buffer;
    },
    advise(pattern) {
      if (!isClosed) madvise(advice[pattern]);
    },
    prefetch(offset, length) {
      const start = offset - (offset % pageLength);
      if (!isClosed) madvise(willNeed, start, offset - start + length);
    },
    release() {
      if (!isClosed) madvise(dontNeed);
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
      forgotten.unregister(token);
      closing?.transfer();
      unmap();
    },
  };
  forgotten.register(mapping, unmap, token);
  return mapping;
}

/** Node 22 and later can take the memory away from an ArrayBuffer and all of its views. */
function isTransferable(buffer: ArrayBuffer): buffer is ArrayBuffer & { transfer(): ArrayBuffer } {
  return "transfer" in buffer && typeof buffer.transfer === "function";
}
