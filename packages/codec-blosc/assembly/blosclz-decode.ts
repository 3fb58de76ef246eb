import { copyLastMatch, copyMatch, matchStart } from "../../codec-lz4/assembly/match-copy";

const firstFarDistance: usize = 8192;

/**
 * Decodes one BloscLZ stream of `length` bytes at `source`. Returns whether it keeps the format and fills `room` bytes
 * at `target` exactly. Reads up to 32 bytes after its source and writes nothing after its target.
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
