import { estimateBits } from "./integer-stream.ts";
import { type Arrangement, mostDigits, mostLag, mostOrder, type Plan, type Representation } from "./plan.ts";
import { represent } from "./representation.ts";
import type { Workspace } from "./workspace.ts";

/** Elements of each piece of a block that is looked at; a block of up to twice as many is looked at whole. */
const pieceLength = 1024;
/** Elements among which common values are sought. */
const soughtLength = 512;
/** How often a value stands among those, to be common. */
const commonTimes = 4;
/** The most values that are common in a sample. */
const mostSampled = 100;
/** Bits of a common value itself. */
const valueBits = 64;

/** A plan, and the bits that an element takes under it, about. */
export interface Estimate {
  readonly plan: Plan;
  readonly bits: number;
}

/** A piece of a block in the workspace. */
interface Piece {
  readonly at: number;
  readonly count: number;
}

/** The pieces of a block whose elements, widened, are at `values`: all of a short one, else one from its first half and one from its second. */
export function samplePieces(values: number, count: number): readonly Piece[] {
  if (count <= 2 * pieceLength) return [{ at: values, count }];
  const at = (share: number): number => values + 8 * Math.floor((count - pieceLength) * share);
  return [at(0.2), at(0.8)].map((piece) => ({ at: piece, count: pieceLength }));
}

/** Copies pieces to `to`, one after the other, and returns where they are. */
function copyPieces({ bytes }: Workspace, pieces: readonly Piece[], to: number): readonly Piece[] {
  let end = to;
  return pieces.map(({ at, count }) => {
    bytes.copyWithin(end, at, at + 8 * count);
    end += 8 * count;
    return { at: end - 8 * count, count };
  });
}

function integersOf({ integers }: Workspace, { at, count }: Piece): BigInt64Array {
  return integers.subarray(at / 8, at / 8 + count);
}

/** The fewest digits after the point with which nearly all of some floats are decimals; undefined where there are none. */
function findDigits(space: Workspace, pieces: readonly Piece[], size: number): number | undefined {
  const most = size === 4 ? 10 : mostDigits;
  for (let digits = 0; digits <= most; digits++) {
    const holds = ({ at, count }: Piece): boolean => {
      const short = Math.min(count, 8);
      const tried = (length: number): number =>
        represent(space, { kind: "decimals", digits, divisor: 1 }, at, space.work, length, size) ?? length;
      return tried(short) <= short / 2 && tried(count) <= count / 8;
    };
    if (pieces.every(holds)) return digits;
  }
  return undefined;
}

function commonDivisor(values: BigInt64Array): number {
  let divisor = 0n;
  for (const value of values) {
    let rest = value < 0n ? -value : value;
    while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
    if (divisor === 1n) return 1;
  }
  return divisor > 1n && divisor <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(divisor) : 1;
}

/** What a block's elements may be taken for, as far as its pieces tell. */
function representationsOf(space: Workspace, pieces: readonly Piece[], size: number): readonly Representation[] {
  const found: Representation[] = [];
  const divided = commonDivisor(integersOf(space, pieces[0] as Piece).subarray(0, 64));
  found.push({ kind: "integers", divisor: 1 });
  if (divided > 1) found.push({ kind: "integers", divisor: divided });
  if (size < 4) return found;
  if (pieces.some((piece) => integersOf(space, piece).some((value) => value < 0n))) found.push({ kind: "floats" });
  const digits = findDigits(space, pieces, size);
  if (digits === undefined) return found;
  const [{ at, count }] = pieces as [Piece];
  represent(space, { kind: "decimals", digits, divisor: 1 }, at, space.work, count, size);
  const divisor = commonDivisor(integersOf(space, { at: space.work, count: Math.min(count, 64) }));
  found.push({ kind: "decimals", digits, divisor: 1 });
  if (divisor > 1) found.push({ kind: "decimals", digits, divisor });
  return found;
}

/** Values that stand often in the first piece, the most frequent first. */
function commonValues(space: Workspace, pieces: readonly Piece[]): BigInt64Array {
  const [first] = pieces as [Piece];
  const sorted = integersOf(space, first).slice(0, soughtLength).sort();
  const found: { readonly value: bigint; readonly times: number }[] = [];
  for (let from = 0, at = 1; at <= sorted.length; at++) {
    if (sorted[at] === sorted[from]) continue;
    if (at - from >= commonTimes) found.push({ value: sorted[from] as bigint, times: at - from });
    from = at;
  }
  found.sort((a, b) => b.times - a.times);
  return BigInt64Array.from(found.slice(0, mostSampled), ({ value }) => value);
}

/** Estimates of one representation whose integers stand in pieces. */
function* arrangements(
  space: Workspace,
  pieces: readonly Piece[],
  blockShare: number,
): Generator<{ readonly arrangement: Arrangement; readonly bits: number }> {
  const { kernel } = space;
  const worked = copyPieces(space, pieces, space.work);
  for (let order = 0; order <= mostOrder; order++) {
    if (order > 0) for (const { at, count } of worked) kernel.difference(at, count, 1);
    // The first elements of a piece have none before them, though in the block they do.
    const steady = worked.map(({ at, count }) => ({ at: at + 8 * Math.min(order, count - 1), count: Math.max(1, count - order) }));
    const encoded = copyPieces(space, steady, space.heads);
    for (const { at, count } of encoded) kernel.zigzag(at, count);
    yield { arrangement: { kind: "plain", order }, bits: estimateBits(space, encoded, blockShare) };
    yield* runArrangements(space, steady, order, blockShare);
  }
  yield* commonArrangements(space, pieces, blockShare);
}

function* runArrangements(
  space: Workspace,
  pieces: readonly Piece[],
  order: number,
  blockShare: number,
): Generator<{ readonly arrangement: Arrangement; readonly bits: number }> {
  const { kernel, heads, lengths } = space;
  let end = 0;
  const runs = pieces.map(({ at, count }) => {
    const found = kernel.splitRuns(at, count, heads + end, lengths + end);
    end += 8 * found;
    return { from: end - 8 * found, count: found };
  });
  const elements = pieces.reduce((sum, { count }) => sum + count, 0);
  if (end / 8 > elements * 0.6) return;
  const lengthBits = estimateBits(space, runs.map(({ from, count }) => ({ at: lengths + from, count })), blockShare);
  for (let lag = 0; lag <= mostLag; lag++) {
    const copied = copyPieces(space, runs.map(({ from, count }) => ({ at: heads + from, count })), lengths);
    for (const { at, count } of copied) {
      if (lag > 0) kernel.difference(at, count, lag);
      kernel.zigzag(at, count);
    }
    yield { arrangement: { kind: "runs", order, lag }, bits: lengthBits + estimateBits(space, copied, blockShare) };
  }
}

function* commonArrangements(
  space: Workspace,
  pieces: readonly Piece[],
  blockShare: number,
): Generator<{ readonly arrangement: Arrangement; readonly bits: number }> {
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
  const told = ranksBits + blockShare * valueBits * values.length;
  for (let order = 0; order < mostOrder; order++) {
    if (order > 0) for (const { at, count } of rest) kernel.difference(at, count, 1);
    const encoded = copyPieces(space, rest.filter(({ count }) => count > order), heads);
    for (const { at, count } of encoded) kernel.zigzag(at, count);
    yield { arrangement: { kind: "common", order, values }, bits: told + estimateBits(space, encoded, blockShare) };
  }
}

/** The plan under which the `count` elements of `size` bytes, widened at `values`, take the fewest bits, as far as a sample tells. */
export function choosePlan(space: Workspace, count: number, size: number): Estimate {
  const pieces = samplePieces(space.values, count);
  const elements = pieces.reduce((sum, piece) => sum + piece.count, 0);
  const blockShare = elements / count;
  let best: Estimate | undefined;
  const sampled = copyPieces(space, pieces, space.source);
  for (const representation of representationsOf(space, sampled, size)) {
    let end = space.source + 8 * elements;
    let exceptions = 0;
    const represented = sampled.map((piece) => {
      const missing = represent(space, representation, piece.at, end, piece.count, size);
      exceptions += missing ?? piece.count;
      end += 8 * piece.count;
      return { at: end - 8 * piece.count, count: piece.count };
    });
    if (exceptions > elements / 8) continue;
    for (const { arrangement, bits } of arrangements(space, represented, blockShare)) {
      const perElement = (bits + exceptions * (valueBits + 16)) / elements;
      if (best === undefined || perElement < best.bits)
        best = { plan: { representation, arrangement }, bits: perElement };
    }
  }
  return best as Estimate;
}
