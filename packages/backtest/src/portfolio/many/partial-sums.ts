import type { LaneKernel } from "../../simulation/fast/lane-kernel.ts";

/** The sums of one group of symbols with equal times, which are in matrix 0. */
export interface GroupSums {
  readonly timeGroup: number;
  /** Number of rows of the group in the block, and of times of the block. */
  readonly count: number;
  readonly length: number;
  /** The latest row at each time; its first `length` elements are read. */
  readonly rowAt: Int32Array;
}

/**
 * Adds up the groups of a block in the binary tree of `mergeCurves`, whose shape decides the last bits of a sum.
 * Matrices of partial sums are a stack, whose ranks fall from bottom to top.
 */
export interface PartialSums {
  add(group: GroupSums): void;
  /** The matrix of the total. The next group begins another block. */
  total(): number;
}

function isIdentity({ count, length, rowAt }: GroupSums): boolean {
  if (count !== length) return false;
  for (let i = 0; i < length; i++) if (rowAt[i] !== i) return false;
  return true;
}

/** Creates the partial sums of blocks. */
export function createPartialSums(kernel: LaneKernel): PartialSums {
  const { layout, bytes } = kernel.memory;
  const rowAt = new Int32Array(bytes.buffer, layout.rowAt, layout.blockLength);
  const ranks: number[] = [];
  let length = 0;
  let isWhole = false;

  /** Adds the top matrix to the one below it. */
  function join(): void {
    const top = ranks.length;
    kernel.add(top - 1, top, length);
    ranks.pop();
    ranks[ranks.length - 1]++;
  }

  return {
    add(group) {
      length = group.length;
      // A single group needs no tree.
      isWhole = layout.timeGroups === 1 && isIdentity(group);
      rowAt.set(group.rowAt);
      const isAdded = ranks.at(-1) === 0;
      if (!isAdded && !isWhole) ranks.push(0);
      const target = Math.max(ranks.length, 1);
      kernel.place({ ...group, length: isWhole ? 0 : length, target, isAdded });
      if (isAdded) ranks[ranks.length - 1]++;
      while (ranks.length > 1 && ranks.at(-1) === ranks.at(-2)) join();
    },
    total() {
      while (ranks.length > 1) join();
      ranks.length = 0;
      return isWhole ? 0 : 1;
    },
  };
}
