import { copyLiterals } from "./copy";

/** Bytes of a length after its part in the token. */
@inline
function restLength(length: usize): usize {
  return length >= 15 ? (length - 15) / 255 + 1 : 0;
}

@inline
function writeRest(target: usize, rest: usize): usize {
  for (; rest >= 255; rest -= 255) store<u8>(target++, 255);
  store<u8>(target++, <u8>rest);
  return target;
}

/**
 * Writes one sequence of literals from `anchor` and a match. Returns the address after it, 0 if it does not end by
 * `limit`.
 */
@inline
export function writeSequence(
  anchor: usize,
  literals: usize,
  distance: usize,
  length: usize,
  target: usize,
  limit: usize,
): usize {
  const rest = length - 4;
  const room = literals + restLength(literals) + restLength(rest) + 3;
  if (target + room > limit) return 0;
  store<u8>(target++, <u8>((min(literals, 15) << 4) | min(rest, 15)));
  if (literals >= 15) target = writeRest(target, literals - 15);
  copyLiterals(target, anchor, literals, limit - target);
  target += literals;
  store<u16>(target, <u16>distance);
  target += 2;
  return rest >= 15 ? writeRest(target, rest - 15) : target;
}

/**
 * Writes the last sequence, literals from `anchor` to `end`. Returns the address after it, 0 if it does not end by
 * `limit`.
 */
export function writeLastLiterals(anchor: usize, end: usize, target: usize, limit: usize): usize {
  const literals = end - anchor;
  const room = literals + restLength(literals) + 1;
  if (target + room > limit) return 0;
  store<u8>(target++, <u8>(min(literals, 15) << 4));
  if (literals >= 15) target = writeRest(target, literals - 15);
  memory.copy(target, anchor, literals);
  return target + literals;
}
