const firstFarDistance: usize = 8192;

const steps: usize = 272;

/** Bytes of the tables that {@link prepareDecoder} writes: 17 patterns of 16 bytes, then the 17 steps. */
export const decoderTables: usize = 304;

/**
 * For each distance up to 16, which of the bytes at the distance repeat in 16 bytes, and the largest multiple of the distance in 16. They let a
 * match that overlaps itself be written 16 bytes at a time, and a short match of any distance without a branch.
 */
export function prepareDecoder(tables: usize): void {
  for (let distance: usize = 1; distance <= 16; distance++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(tables + 16 * distance + i, <u8>(i % distance));
    store<u8>(tables + steps + distance, <u8>(16 - (16 % distance)));
  }
}

/** The 16 bytes after `target` of a match at `distance`. */
@inline
function matchStart(target: usize, distance: usize, tables: usize): v128 {
  return i8x16.swizzle(v128.load(target - distance), v128.load(tables + (min(distance, 16) << 4)));
}

/** Copies a match; there is room for 16 bytes after it. */
@inline
function copyMatch(target: usize, distance: usize, length: usize, tables: usize): void {
  const end = target + length;
  if (distance >= 16) {
    do {
      v128.store(target, v128.load(target - distance));
      target += 16;
    } while (target < end);
    return;
  }
  const pattern = matchStart(target, distance, tables);
  const step = <usize>load<u8>(tables + steps + distance);
  do {
    v128.store(target, pattern);
    target += step;
  } while (target < end);
}

/** Copies a match up to `limit`, the last bytes one by one. */
function copyLastMatch(target: usize, distance: usize, length: usize, limit: usize, tables: usize): void {
  const room = limit - target;
  const whole = room > 32 ? min(length, room - 32) : 0;
  if (whole > 0) copyMatch(target, distance, whole, tables);
  for (let i = whole; i < length; i++) store<u8>(target + i, load<u8>(target + i - distance));
}

/**
 * Decodes one BloscLZ stream of `length` bytes at `source` so that it fills `room` bytes at `target` exactly. Returns whether it does and keeps
 * the format. Reads up to 32 bytes after its source, writes nothing after its target.
 */
export function decodeBlosclz(source: usize, length: usize, target: usize, room: usize, tables: usize): bool {
  const end = source + length;
  const limit = target + room;
  if (length == 0) return false;
  let control = <usize>load<u8>(source) & 31;
  let s = source + 1;
  let d = target;
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (literals > end - s || literals > limit - d) return false;
      if (limit - d >= 32) {
        v128.store(d, v128.load(s));
        v128.store(d, v128.load(s, 16), 16);
      } else memory.copy(d, s, literals);
      s += literals;
      d += literals;
    } else {
      let matched = control >> 5;
      if (matched == 7) {
        let more: usize = 255;
        while (more == 255) {
          if (s >= end) return false;
          more = <usize>load<u8>(s++);
          matched += more;
        }
      }
      matched += 2;
      if (s >= end) return false;
      let distance = ((control & 31) << 8) + <usize>load<u8>(s++) + 1;
      if (distance == firstFarDistance) {
        if (end - s < 2) return false;
        distance += ((<usize>load<u8>(s)) << 8) | <usize>load<u8>(s + 1);
        s += 2;
      }
      if (distance > d - target || matched > limit - d) return false;
      if (matched <= 16 && limit - d >= 16) v128.store(d, matchStart(d, distance, tables));
      else if (matched + 16 <= limit - d) copyMatch(d, distance, matched, tables);
      else copyLastMatch(d, distance, matched, limit, tables);
      d += matched;
    }
    if (s == end) break;
    control = <usize>load<u8>(s++);
  }
  return d == limit;
}
