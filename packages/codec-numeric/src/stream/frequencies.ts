import { type ByteCursor, corrupt } from "./byte-cursor.ts";
import type { ByteSink } from "./byte-sink.ts";

export const tokenCount = 256;
/** The sum of the frequencies of a stream. */
const scale = 4096;

/**
 * Scales counts to frequencies with the sum 4096, at least 1 for each counted token. The most frequent tokens absorb
 * the rounding.
 */
export function scaleCounts(counts: Uint32Array, frequencies: Uint16Array): void {
  let total = 0;
  for (let token = 0; token < tokenCount; token++) total += counts[token];
  let sum = 0;
  for (let token = 0; token < tokenCount; token++) {
    const count = counts[token];
    const frequency = count === 0 ? 0 : Math.max(1, Math.round((count * scale) / total));
    frequencies[token] = frequency;
    sum += frequency;
  }
  for (; sum > scale; sum--) change(frequencies, -1);
  change(frequencies, scale - sum);
}

/** Adds to the frequency of the most frequent token, whose relative change is the smallest. */
function change(frequencies: Uint16Array, by: number): void {
  let most = 0;
  for (let token = 1; token < tokenCount; token++) if (frequencies[token] > frequencies[most]) most = token;
  frequencies[most] = frequencies[most] + by;
}

/** Writes frequencies from token 0 until they add up to 4096. A 0 is followed by the number of further zeros. */
export function writeFrequencies(frequencies: Uint16Array, sink: ByteSink): void {
  let left = scale;
  for (let token = 0; left > 0; ) {
    const frequency = frequencies[token];
    sink.varint(frequency);
    left -= frequency;
    token++;
    if (frequency > 0) continue;
    let more = 0;
    while (frequencies[token + more] === 0) more++;
    sink.varint(more);
    token += more;
  }
}

/** Inverts {@link writeFrequencies}; ATC_CORRUPT_DATA if they do not add up. */
export function readFrequencies(cursor: ByteCursor, frequencies: Uint16Array): void {
  frequencies.fill(0);
  let left = scale;
  for (let token = 0; left > 0; token++) {
    if (token >= tokenCount) throw corrupt("frequencies for more than 256 tokens");
    const frequency = cursor.varint();
    if (frequency > left) throw corrupt("frequencies add up to more than 4096");
    frequencies[token] = frequency;
    left -= frequency;
    if (frequency === 0) token += cursor.varint();
  }
}
