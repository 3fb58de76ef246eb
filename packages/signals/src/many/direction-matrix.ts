import type { GraphKernel } from "../graph/graph-kernel.ts";

/** Rows of directions in one array: that of configuration `i` begins at `i * stride`. */
export interface DirectionMatrix {
  /** Holds a row of `stride` directions per configuration. */
  readonly values: Int8Array;
  /** Directions from a row to the next, at least the bars of a call. */
  readonly stride: number;
}

/** Members of a kernel whose configurations are neighbours, too. */
interface Run {
  readonly member: number;
  readonly index: number;
  readonly length: number;
}

function runsOf({ members }: GraphKernel): readonly Run[] {
  const runs: Run[] = [];
  for (let member = 0; member < members.length; ) {
    const { index } = members[member];
    let length = 1;
    while (members[member + length]?.index === index + length) length++;
    runs.push({ member, index, length });
    member += length;
  }
  return runs;
}

/** Copies the first directions of a kernel's rows to those of its configurations. */
export type CopyRows = (into: DirectionMatrix, count: number) => void;

/** Rows of more directions are copied by calls. */
const fewDirections = 32;

/** Creates what copies the rows of a kernel. Whole runs of rows are copied at once, if rows are mostly full. */
export function createRowCopies(kernel: GraphKernel): CopyRows {
  const runs = runsOf(kernel);
  const { stride: from } = kernel;
  return (into, count) => {
    const source = kernel.directionRows();
    const { values, stride: to } = into;
    for (const { member, index, length } of runs) {
      if (from === to && 2 * count >= to) {
        values.set(source.subarray(member * from, (member + length) * from), index * to);
        continue;
      }
      for (let row = 0; row < length; row++) {
        const first = (member + row) * from;
        const target = (index + row) * to;
        if (count > fewDirections) values.set(source.subarray(first, first + count), target);
        else for (let i = 0; i < count; i++) values[target + i] = source[first + i];
      }
    }
  };
}

/** Whether the rows of a kernel are those of all configurations in order. */
export function isWhole({ members }: GraphKernel, configurations: number): boolean {
  return members.length === configurations && members.every(({ index }, member) => index === member);
}
