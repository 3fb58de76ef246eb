/**
 * BloscLZ, the byte stream that FastLZ calls level 2 (format 0 of Blosc frames).
 *
 * A control byte below 32 precedes that many literals plus one. Other control bytes start a match. 3 bits hold its
 * length less 2; the value 7 continues in bytes of 255. 5 bits hold the high part of its distance less 1, whose low
 * byte follows. If all 13 bits are set, two more bytes follow, high byte first, to be added. The first control byte is
 * for literals; its bit 5 is set and has no meaning. The last one is for literals too.
 *
 * Format: https://github.com/ariya/FastLZ#block-format and the decoder of c-blosc 1.21.
 */
import { AtcError } from "@atc/contract";

/** The longest run of literals per control byte. */
export const longestLiterals = 32;
/** The shortest match that the encoder looks up: it hashes four bytes. */
export const shortestMatch = 4;
/** The shortest match that it writes: a shorter one saves a byte or two and takes as long to decode as a long one. */
export const shortestNearMatch = 5;
/** The shortest match worth two more bytes of distance. */
export const shortestFarMatch = 6;
/** The first distance that requires two more bytes. */
export const firstFarDistance = 8192;
/** The largest distance of a match. */
export const farthestMatch: number = firstFarDistance + 65_535;
/** Bit 5 of the first control byte, which marks level 2 of FastLZ. */
export const levelBit = 32;
/** The last bytes that no match covers, so that a stream ends in literals. */
export const lastLiterals = 1;
/** No match starts within the last twelve bytes. */
export const lastMatchStart = 12;

/** ATC_CORRUPT_DATA for bytes that break the format. */
export function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `blosclz: ${reason}; the data is damaged or was not written by BloscLZ`);
}
