import { copyWild } from "./copy";
import { copyLastMatch, copyMatch, matchStart } from "./match-copy";

/**
 * Copies literals, most likely 15 or more. Reads at most 16 bytes after them and writes nothing at or after the limit.
 */
@inline
function copyLongLiterals(target: usize, source: usize, length: usize, readable: usize, room: usize): void {
  if (readable >= 64 && room >= length + 64) {
    // Most are shorter than this, and the branch predictor would miss the end of a loop.
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    v128.store(target, v128.load(source, 32), 32);
    v128.store(target, v128.load(source, 48), 48);
    if (length > 64) copyWild(target + 64, source + 64, length - 64);
  } else if (room >= length + 16) copyWild(target, source, length);
  else memory.copy(target, source, length);
}

/**
 * Decodes LZ4 sequences from `source` up to `end`. Matches read nothing before `floor`, and nothing is written at or
 * after `limit`. Returns the address after the last byte written, 0 if the sequences break the format or leave their
 * bounds. Reads up to 32 bytes after `end`.
 */
export function decode(source: usize, end: usize, target: usize, floor: usize, limit: usize, tables: usize): usize {
  let s = source;
  let d = target;
  while (s < end) {
    const token = <usize>load<u8>(s++);
    let literals = token >> 4;
    let length = (token & 15) + 4;
    if (literals < 15 && s + 16 <= end && d + 32 <= limit) {
      v128.store(d, v128.load(s));
      s += literals;
      d += literals;
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
      copyLongLiterals(d, s, literals, end - s, limit - d);
      s += literals;
      d += literals;
      if (s == end) return d;
      if (end - s < 2) return 0;
    }
    const distance = <usize>load<u16>(s);
    s += 2;
    // The subtraction wraps a distance of 0 to a value above all others.
    if (distance - 1 >= d - floor) return 0;
    if (d + 32 <= limit && length <= 16) {
      v128.store(d, matchStart(d, distance, tables));
      d += length;
      continue;
    }
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
