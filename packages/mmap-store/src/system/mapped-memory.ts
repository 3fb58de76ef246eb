/** How a mapping is read. The kernel reads far ahead for `sequential`, and not at all for `random`. */
export type AccessPattern = "normal" | "random" | "sequential";

/** A mapped range of memory. Every hint may have no effect. */
export interface MappedMemory {
  /** Its bytes; to be called once. */
  view(): ArrayBuffer;
  unmap(): void;
  /** Says how the bytes will be read. */
  advise(pattern: AccessPattern): void;
  /** Asks the kernel to fetch `length` bytes from `offset` on, a multiple of {@link pageLength}. */
  prefetch(offset: number, length: number): void;
  /** Releases the pages from the memory of this process. */
  release(): void;
}

/** Maps files of this operating system. */
export interface MappingSystem {
  /** Maps the first `length` bytes of an open file read-only; returns the system's name of the error if it refuses. */
  map(fd: number, length: number): MappedMemory | string;
}

/** Offsets of hints are multiples of this: the largest page of the systems that Node supports. */
export const pageLength = 65_536;
