import { createKernelSpace, type KernelSpace } from "../wasm/kernel-space.ts";
import type { Reread } from "./reread.ts";

/** Rows that are valid while a block is computed. Several engines of a plan may use them in turns. */
export interface BlockRows {
  readonly space: KernelSpace;
  /** In bytes. */
  readonly address: number;
  /** Reports that an engine begins a block, which overwrites the rows. */
  begin(): void;
  /** A function like `reread`, during which other engines may use the rows. */
  guard(reread: Reread): Reread;
}

/** Rows of `length` doubles at an address. Their first contents are zeros. */
export function createBlockRows(space: KernelSpace, address: number, length: number): BlockRows {
  const first = address / 8;
  space.doubles().fill(0, first, first + length);
  let onOverwrite: (() => void) | undefined;
  return {
    space,
    address,
    begin() {
      onOverwrite?.();
      onOverwrite = undefined;
    },
    guard: (reread) => (from, count) => {
      const before = onOverwrite;
      let saved: Float64Array | undefined;
      onOverwrite = () => {
        saved = space.doubles().slice(first, first + length);
      };
      try {
        return reread(from, count);
      } finally {
        onOverwrite = before;
        if (saved !== undefined) space.doubles().set(saved, first);
      }
    },
  };
}

/** The most bytes of a memory of several engines, which leaves some for kinds that leave their ladders. */
const largestShared = 2 ** 30;

/** Memories for the engines of one plan. Those in one memory share rows, which so stay in the caches. */
export interface SharedRows {
  /** Rows of `rowsLength` doubles in a memory with room for `length` further ones; undefined if there is no memory. */
  rowsFor(length: number, rowsLength: number): BlockRows | undefined;
}

export function createSharedRows(): SharedRows {
  let latest: BlockRows | undefined;
  return {
    rowsFor(length, rowsLength) {
      if (latest !== undefined && latest.space.bytes() + 8 * length <= largestShared) return latest;
      const space = createKernelSpace(rowsLength + length);
      const address = space?.allocate(rowsLength);
      if (space === undefined || address === undefined) return undefined;
      latest = createBlockRows(space, address, rowsLength);
      return latest;
    },
  };
}
