import { getSystemErrorName } from "node:util";
import type { Koffi } from "./koffi.ts";
import type { AccessPattern, MappingSystem } from "./mapped-memory.ts";

const protRead = 1;
const mapShared = 1;
const advice: Readonly<Record<AccessPattern, number>> = { normal: 0, random: 1, sequential: 2 };
/** MADV_WILLNEED. */
const willNeed = 3;
/** MADV_DONTNEED: in a shared mapping of a file it drops page table entries, never data. */
const dontNeed = 4;

/** Maps files with `mmap`. */
export function openPosixMapping(koffi: Koffi): MappingSystem {
  const c = koffi.load(null);
  const mmap = c.func("intptr_t mmap(void*, size_t, int, int, int, int64_t)");
  const munmap = c.func("int munmap(intptr_t, size_t)");
  const madvise = c.func("int madvise(intptr_t, size_t, int)");
  return {
    map(fd, length) {
      const address = BigInt(mmap(null, length, protRead, mapShared, fd, 0));
      if (address === -1n) return getSystemErrorName(-koffi.errno());
      return {
        view: () => koffi.view(address, length),
        unmap: () => void munmap(address, length),
        advise: (pattern) => void madvise(address, length, advice[pattern]),
        prefetch: (offset, bytes) => void madvise(address + BigInt(offset), bytes, willNeed),
        release: () => void madvise(address, length, dontNeed),
      };
    },
  };
}
