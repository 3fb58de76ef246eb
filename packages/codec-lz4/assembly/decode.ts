import { copyWild } from "./copy";

/** Bytes of the tables that {@link prepareDecoder} writes: 16 patterns of 16 bytes, then the 16 steps. */
export const decoderTables: usize = 272;

/**
 * For each distance under 16, which of the bytes at the distance repeat in 16 bytes, and the largest multiple of the distance in 16. They let a
 * match that overlaps itself be written 16 bytes at a time.
 */
export function prepareDecoder(tables: usize): void {
  for (let distance: usize = 1; distance < 16; distance++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(tables + 16 * distance + i, <u8>(i % distance));
    store<u8>(tables + 256 + distance, <u8>(16 - (16 % distance)));
  }
}

/** Copies a match; there is room for 16 bytes after it. */
@inline
function copyMatch(target: usize, distance: usize, length: usize, tables: usize): void {
  if (distance >= 16) return copyWild(target, target - distance, length);
  const end = target + length;
  const pattern = i8x16.swizzle(v128.load(target - distance), v128.load(tables + 16 * distance));
  const step = <usize>load<u8>(tables + 256 + distance);
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
 * Decodes LZ4 sequences from `source` up to `end`; a match reads no byte before `floor`, and no byte is written at `limit` or after. Returns
 * the address after the last byte written, 0 where the sequences break the format or leave their bounds. Reads up to 32 bytes after `end`.
 */
export function decode(source: usize, end: usize, target: usize, floor: usize, limit: usize, tables: usize): usize {
  let s = source;
  let d = target;
  while (s < end) {
    const token = <usize>load<u8>(s++);
    let literals = token >> 4;
    let length = (token & 15) + 4;
    if (literals < 15 && s + 18 <= end && d + 48 <= limit) {
      v128.store(d, v128.load(s));
      s += literals;
      d += literals;
      const distance = <usize>load<u16>(s);
      if (length < 19 && distance >= 16 && d - floor >= distance) {
        s += 2;
        const from = d - distance;
        v128.store(d, v128.load(from));
        store<u16>(d + 16, load<u16>(from + 16));
        d += length;
        continue;
      }
    } else {
      if (literals == 15) {
        let more: usize = 255;
        while (more == 255) {
          if (s >= end) return 0;
          more = <usize>load<u8>(s++);
          literals += more;
        }
      }
      if (literals > end - s || literals > limit - d) return 0;
      if (literals + 16 <= limit - d) copyWild(d, s, literals);
      else memory.copy(d, s, literals);
      s += literals;
      d += literals;
      if (s == end) return d;
      if (end - s < 2) return 0;
    }
    const distance = <usize>load<u16>(s);
    s += 2;
    if (distance == 0 || distance > d - floor) return 0;
    if (length == 19) {
      let more: usize = 255;
      while (more == 255) {
        if (s >= end) return 0;
        more = <usize>load<u8>(s++);
        length += more;
      }
    }
    if (length > limit - d) return 0;
    if (length + 16 <= limit - d) copyMatch(d, distance, length, tables);
    else copyLastMatch(d, distance, length, limit, tables);
    d += length;
  }
  return 0;
}
