import type { Workspace } from "../kernel/workspace.ts";
import { type Arrangement, mostLag, mostOrder } from "../plan/plan.ts";
import { estimateBits } from "../stream/integer-stream.ts";
import { copyPieces, integersOf, makeUnsigned, type Piece } from "./sample.ts";

/** Elements of all pieces that are searched for common values. */
const soughtLength = 512;
/** A value is common if it occurs this often among them. */
const commonTimes = 4;
/** The most common values of a sample. */
const mostSampled = 100;
/** Bits of a common value itself. */
const valueBits = 64;
/** Runs are tried only if there are at most this many per element. */
const mostRuns = 0.6;
/** Higher orders are not tried after one that takes this many times the bits of the best. */
const worthwhile = 1.02;

/** An arrangement and the estimated bits of a sample under it. */
export interface ArrangementEstimate {
  readonly arrangement: Arrangement;
  readonly bits: number;
}

/** Values that occur often in the pieces, the most frequent first. */
function commonValues(space: Workspace, pieces: readonly Piece[]): BigInt64Array {
  const each = Math.floor(soughtLength / pieces.length);
  const sorted = new BigInt64Array(pieces.reduce((sum, { count }) => sum + Math.min(each, count), 0));
  let length = 0;
  for (const piece of pieces) {
    const some = integersOf(space, piece).subarray(0, each);
    sorted.set(some, length);
    length += some.length;
  }
  sorted.sort();
  const found: { readonly value: bigint; readonly times: number }[] = [];
  for (let from = 0, at = 1; at <= sorted.length; at++) {
    if (sorted[at] === sorted[from]) continue;
    if (at - from >= commonTimes) found.push({ value: sorted[from], times: at - from });
    from = at;
  }
  found.sort((a, b) => b.times - a.times);
  return BigInt64Array.from(found.slice(0, mostSampled), ({ value }) => value);
}

/**
 * Estimates every arrangement of the integers in pieces of a block.
 *
 * @param blockShare - the pieces' part of the block, 0 to 1
 */
export function* arrangements(
  space: Workspace,
  pieces: readonly Piece[],
  blockShare: number,
): Generator<ArrangementEstimate> {
  const { kernel } = space;
  const worked = copyPieces(space, pieces, space.work);
  let least = Number.POSITIVE_INFINITY;
  for (let order = 0; order <= mostOrder; order++) {
    if (order > 0) for (const { at, count } of worked) kernel.difference(at, count, 1);
    // The first elements of a piece have no predecessor in the sample, unlike in the block.
    const steady = worked.map(({ at, count }) => ({
      at: at + 8 * Math.min(order, count - 1),
      count: Math.max(1, count - order),
    }));
    const encoded = copyPieces(space, steady, space.heads);
    makeUnsigned(space, encoded);
    const bits = estimateBits(space, encoded, blockShare);
    yield { arrangement: { kind: "plain", order }, bits };
    yield* runArrangements(space, steady, order, blockShare);
    if (bits > least * worthwhile) break;
    least = Math.min(least, bits);
  }
  yield* commonArrangements(space, pieces, blockShare);
}

/** Runs of differences, if there are few enough. */
function* runArrangements(
  space: Workspace,
  pieces: readonly Piece[],
  order: number,
  blockShare: number,
): Generator<ArrangementEstimate> {
  const { kernel, heads, lengths } = space;
  let end = 0;
  const runs = pieces.map(({ at, count }) => {
    const found = kernel.splitRuns(at, count, heads + end, lengths + end);
    end += 8 * found;
    return { from: end - 8 * found, count: found };
  });
  const elements = pieces.reduce((sum, { count }) => sum + count, 0);
  if (end / 8 > elements * mostRuns) return;
  const lengthBits = estimateBits(
    space,
    runs.map(({ from, count }) => ({ at: lengths + from, count })),
    blockShare,
  );
  for (let lag = 0; lag <= mostLag; lag++) {
    const copied = copyPieces(
      space,
      runs.map(({ from, count }) => ({ at: heads + from, count })),
      lengths,
    );
    if (lag > 0) for (const { at, count } of copied) kernel.difference(at, count, lag);
    makeUnsigned(space, copied);
    yield { arrangement: { kind: "runs", order, lag }, bits: lengthBits + estimateBits(space, copied, blockShare) };
  }
}

/** Common values of the integers themselves, if there are any. */
function* commonArrangements(
  space: Workspace,
  pieces: readonly Piece[],
  blockShare: number,
): Generator<ArrangementEstimate> {
  const { kernel, integers, common, heads, lengths, table } = space;
  const values = commonValues(space, pieces);
  if (values.length === 0) return;
  integers.set(values, common / 8);
  let ranksEnd = heads;
  let restEnd = lengths;
  const rest: Piece[] = [];
  for (const { at, count } of pieces) {
    const others = kernel.separate(at, count, common, values.length, ranksEnd, restEnd, table);
    ranksEnd += 8 * count;
    rest.push({ at: restEnd, count: others });
    restEnd += 8 * others;
  }
  const ranksBits = estimateBits(space, [{ at: heads, count: (ranksEnd - heads) / 8 }], blockShare);
  const fixedBits = ranksBits + blockShare * valueBits * values.length;
  for (let order = 0; order < mostOrder; order++) {
    if (order > 0) for (const { at, count } of rest) kernel.difference(at, count, 1);
    const encoded = copyPieces(
      space,
      rest.filter(({ count }) => count > order),
      heads,
    );
    makeUnsigned(space, encoded);
    yield {
      arrangement: { kind: "common", order, values },
      bits: fixedBits + estimateBits(space, encoded, blockShare),
    };
  }
}
