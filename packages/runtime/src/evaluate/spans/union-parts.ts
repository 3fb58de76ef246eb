import type { TimeUnion, UnionBlock } from "@atc/backtest";

/** A block of a union of times, or a part of one, that no cut divides. Its arrays are valid until the next part. */
export interface UnionPart extends Omit<UnionBlock, "times"> {
  /** The first time; undefined for a part without times. */
  readonly time: bigint | undefined;
}

/** The places in a block at which parts begin, and its end. */
function bordersOf({ times, length }: UnionBlock, cuts: readonly bigint[]): readonly number[] {
  const borders = [0];
  for (const cut of cuts) {
    if (length === 0 || cut <= (times[0] as bigint) || cut > (times[length - 1] as bigint)) continue;
    let at = borders.at(-1) as number;
    while ((times[at] as bigint) < cut) at++;
    if (at > (borders.at(-1) as number)) borders.push(at);
  }
  return [...borders, length];
}

/** The row after the last one of a group before time `at` of a block, counted from the block's first. */
function rowsBefore({ rowAt }: UnionBlock, place: number, at: number): number {
  return at === 0 ? 0 : (rowAt[place + at - 1] as number) + 1;
}

/**
 * The blocks of a union, divided at some times, so that accounts can begin and end there.
 *
 * @param cuts - the first times of parts, rising
 */
export function* unionParts(union: TimeUnion, cuts: readonly bigint[]): Generator<UnionPart, void, void> {
  const { groups, symbols, blockLength } = union;
  const from = new Float64Array(symbols);
  const to = new Float64Array(symbols);
  const rowAt = new Int32Array(groups.length * blockLength);
  for (const block of union.blocks()) {
    const borders = bordersOf(block, cuts);
    if (borders.length === 2) {
      yield { ...block, time: block.length === 0 ? undefined : block.times[0] };
      continue;
    }
    for (let border = 1; border < borders.length; border++) {
      const [start, end] = [borders[border - 1] as number, borders[border] as number];
      for (const [group, members] of groups.entries()) {
        const place = group * blockLength;
        const before = rowsBefore(block, place, start);
        const after = rowsBefore(block, place, end);
        for (let i = start; i < end; i++) rowAt[place + i - start] = (block.rowAt[place + i] as number) - before;
        for (const symbol of members) {
          const first = block.from[symbol] as number;
          from[symbol] = first + before;
          // Rows whose time did not fit into the block belong to its last part.
          to[symbol] = end === block.length ? (block.to[symbol] as number) : first + after;
        }
      }
      yield { length: end - start, time: block.times[start], from, to, rowAt };
    }
  }
}
