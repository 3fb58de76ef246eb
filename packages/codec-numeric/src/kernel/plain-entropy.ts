import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

const scale = 4096;
const lowest = 2 ** 16;
const lanes = 4;

/** Twin of `assembly/entropy.ts`. */
export function plainEntropy({
  view,
  bytes,
  words16,
}: MemoryViews): Pick<NumericKernel, "encodeTokens" | "decodeTokens"> {
  const startsOf = (frequencies: number): Uint32Array => {
    const starts = new Uint32Array(257);
    for (let token = 0; token < 256; token++) starts[token + 1] = starts[token] + words16[frequencies / 2 + token];
    return starts;
  };
  return {
    encodeTokens(tokens, count, frequencies, _table, end) {
      const starts = startsOf(frequencies);
      const states = new Array<number>(lanes).fill(lowest);
      let cursor = end;
      for (let i = count - 1; i >= 0; i--) {
        const token = bytes[tokens + i];
        const frequency = words16[frequencies / 2 + token];
        let state = states[i % lanes];
        if (state >= frequency * 2 ** 20) {
          cursor -= 2;
          view.setUint16(cursor, state % lowest, true);
          state = Math.floor(state / lowest);
        }
        states[i % lanes] = Math.floor(state / frequency) * scale + (state % frequency) + starts[token];
      }
      cursor -= 4 * lanes;
      for (const [lane, state] of states.entries()) view.setUint32(cursor + 4 * lane, state, true);
      return cursor;
    },
    decodeTokens(source, length, tokens, count, frequencies) {
      const starts = startsOf(frequencies);
      const tokenOfSlot = new Uint8Array(scale);
      for (let token = 0; token < 256; token++) tokenOfSlot.fill(token, starts[token], starts[token + 1]);
      const states = Array.from({ length: lanes }, (_, lane) => view.getUint32(source + 4 * lane, true));
      let cursor = source + 4 * lanes;
      for (let i = 0; i < count; i++) {
        const state = states[i % lanes];
        const slot = state % scale;
        const token = tokenOfSlot[slot];
        bytes[tokens + i] = token;
        const frequency = words16[frequencies / 2 + token];
        // The kernel wraps at 32 bits; a damaged state may exceed them.
        let next = (frequency * Math.floor(state / scale) + slot - starts[token]) >>> 0;
        if (next < lowest) {
          next = next * lowest + view.getUint16(cursor, true);
          cursor += 2;
        }
        states[i % lanes] = next;
      }
      return cursor === source + length && states.every((state) => state === lowest) ? 1 : 0;
    },
  };
}
