import type { Workspace } from "../kernel/workspace.ts";
import type { Representation } from "../plan/plan.ts";
import { isRepresentable, largestInteger, mostDigits } from "../plan/representable.ts";
import { represent } from "../plan/representation.ts";
import { findScale } from "./fraction-scale.ts";
import { integersOf, type Piece } from "./sample.ts";

/** The most digits after the point in single precision. */
const mostSingleDigits = 10;
/** Elements to try first. */
const triedLength = 16;

/** How many elements of a piece are fractions of `scale`, exact to the last bit. */
function exactCount(space: Workspace, { at, count }: Piece, scale: number, size: number): number {
  const elements = { from: at, to: space.work, count, size };
  return count - (represent(space, { kind: "fractions", scale, divisor: 1 }, elements) ?? count);
}

/** The fewest digits after the point that make most floats of a piece decimals; undefined if none do. */
function findDigits(space: Workspace, piece: Piece, size: number): number | undefined {
  const short = { at: piece.at, count: Math.min(piece.count, triedLength) };
  for (let digits = 0; digits <= (size === 4 ? mostSingleDigits : mostDigits); digits++) {
    if (exactCount(space, short, 10 ** digits, size) < short.count / 2) continue;
    if (exactCount(space, piece, 10 ** digits, size) >= 0.75 * piece.count) return digits;
  }
  return undefined;
}

/** Floats at even distances in a piece, without zeros, NaN and infinities. */
function someFloats({ bytes }: Workspace, { at, count }: Piece, size: number): readonly number[] {
  const view = new DataView(bytes.buffer);
  const step = Math.max(1, Math.floor(count / triedLength));
  const found: number[] = [];
  for (let i = step - 1; i < count; i += step) {
    const value = size === 4 ? view.getFloat32(at + 8 * i, true) : view.getFloat64(at + 8 * i, true);
    if (Number.isFinite(value) && value !== 0) found.push(value);
  }
  return found;
}

/** Candidate scales for the floats of a piece. */
function scalesOf(space: Workspace, piece: Piece, size: number): readonly number[] {
  const digits = findDigits(space, piece, size);
  if (digits !== undefined) return [10 ** digits];
  const floats = someFloats(space, piece, size);
  const scale = floats.length < triedLength / 2 ? undefined : findScale(floats);
  return scale === undefined ? [] : [scale];
}

/** Elements per piece that are searched for a divisor. */
const dividedLength = 32;

/** The greatest common divisor of the first integers of pieces; 1 if it is not an exact float64. */
function commonDivisor(space: Workspace, pieces: readonly Piece[]): number {
  let divisor = 0n;
  for (const piece of pieces)
    for (const value of integersOf(space, piece).subarray(0, dividedLength)) {
      let rest = value < 0n ? -value : value;
      while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
      if (divisor === 1n) return 1;
    }
  return divisor > 1n && divisor <= BigInt(largestInteger) ? Number(divisor) : 1;
}

function fractionsOf(space: Workspace, pieces: readonly Piece[], size: number): readonly Representation[] {
  const scales = new Set(pieces.flatMap((piece) => scalesOf(space, piece, size)));
  return [...scales].flatMap((scale) => {
    let end = space.work;
    const quotients = pieces.map((piece) => {
      const count = Math.min(piece.count, dividedLength);
      represent(space, { kind: "fractions", scale, divisor: 1 }, { from: piece.at, to: end, count, size });
      end += 8 * count;
      return { at: end - 8 * count, count };
    });
    const divisor = commonDivisor(space, quotients);
    const divisors = divisor > 1 ? [divisor, 1] : [1];
    return divisors.map((one) => ({ kind: "fractions", scale, divisor: one }) as const);
  });
}

/** Candidate representations of a block, as its pieces suggest, the most promising first. */
export function representationsOf(space: Workspace, pieces: readonly Piece[], size: number): readonly Representation[] {
  const divisor = commonDivisor(space, pieces);
  const integers: readonly Representation[] = [
    { kind: "integers", divisor: 1 },
    ...(divisor > 1 ? [{ kind: "integers", divisor } as const] : []),
  ];
  if (size < 4) return integers.filter((one) => isRepresentable(one, size));
  const isSigned = pieces.some(({ at, count }) => space.kernel.isUnsigned(at, count) === 0);
  const floats: readonly Representation[] = isSigned ? [{ kind: "floats" }] : [];
  return [...fractionsOf(space, pieces, size), ...integers, ...floats].filter((one) => isRepresentable(one, size));
}
