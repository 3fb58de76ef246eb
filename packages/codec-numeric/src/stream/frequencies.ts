import { type ByteCursor, corrupt } from "./byte-cursor.ts";
import type { ByteSink } from "./byte-sink.ts";

/** Tokens there are. */
export const tokenCount = 256;
/** What the frequencies of a stream add up to. */
const scale = 4096;

/** Scales counts to frequencies with the sum 4096, none of a counted token 0. What rounding leaves over goes to the most frequent ones. */
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

/** Adds to the most frequent token's frequency, which alters the least by it. */
function change(frequencies: Uint16Array, by: number): void {
  let most = 0;
  for (let token = 1; token < tokenCount; token++) if (frequencies[token] > frequencies[most]) most = token;
  frequencies[most] = frequencies[most] + by;
}

/** Writes frequencies from token 0 to the last that is not 0, which the sum tells: a 0 is followed by how many more there are. */
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

/** Inverts {@link writeFrequencies}; ATC_CORRUPT_DATA where they do not add up. */
export function readFrequencies(cursor: ByteCursor, frequencies: Uint16Array): void {
  frequencies.fill(0);
  let left = scale;
  for (let token = 0; left > 0; token++) {
    if (token >= tokenCount) throw corrupt("frequencies of more tokens than there are");
    const frequency = cursor.varint();
    if (frequency > left) throw corrupt("frequencies that add up to more than they may");
    frequencies[token] = frequency;
    left -= frequency;
    if (frequency === 0) token += cursor.varint();
  }
}
