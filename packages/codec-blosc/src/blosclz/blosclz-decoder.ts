import { corrupt, firstFarDistance } from "./blosclz-sequences.ts";

/** Shorter runs are copied in a loop: a call of a built-in costs about as much as this many bytes. */
const shortRun = 48;

/**
 * Copies `length` bytes from `distance` bytes back. If they overlap, it reads bytes it just wrote, as the format
 * requires.
 */
function copyMatch(target: Uint8Array, at: number, distance: number, length: number): void {
  const from = at - distance;
  if (length <= shortRun) {
    for (let i = 0; i < length; i++) target[at + i] = target[from + i];
    return;
  }
  // The bytes between `from` and the write position repeat. Each round copies all of them, so they double.
  let done = 0;
  while (done < length) {
    const round = Math.min(distance + done, length - done);
    target.copyWithin(at + done, from, from + round);
    done += round;
  }
}

/**
 * Decodes one BloscLZ stream so that it fills `target` exactly.
 *
 * @throws ATC_CORRUPT_DATA if it does not, or breaks the format
 */
export function decodeBlosclz(source: Uint8Array, target: Uint8Array): void {
  const end = source.length;
  const limit = target.length;
  if (end === 0) throw corrupt("the block is empty");
  let control = source[0] & 31;
  let s = 1;
  let d = 0;
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (literals > end - s) throw corrupt("literals run over the end");
      if (literals > limit - d) throw corrupt("the block decodes to too many bytes");
      for (let i = 0; i < literals; i++) target[d + i] = source[s + i];
      s += literals;
      d += literals;
    } else {
      let length = control >>> 5;
      for (let more = length === 7 ? 255 : 0; more === 255; length += more) {
        if (s >= end) throw corrupt("a length runs over the end");
        more = source[s++];
      }
      length += 2;
      if (s >= end) throw corrupt("a match runs over the end");
      let distance = ((control & 31) << 8) + source[s++] + 1;
      if (distance === firstFarDistance) {
        if (end - s < 2) throw corrupt("a match runs over the end");
        distance += (source[s] << 8) | source[s + 1];
        s += 2;
      }
      if (distance > d) throw corrupt(`a match is ${distance} bytes back, but only ${d} bytes are decoded`);
      if (length > limit - d) throw corrupt("the block decodes to too many bytes");
      copyMatch(target, d, distance, length);
      d += length;
    }
    if (s === end) break;
    control = source[s++];
  }
  if (d !== limit) throw corrupt(`the block decodes to ${d} bytes, not ${limit}`);
}
