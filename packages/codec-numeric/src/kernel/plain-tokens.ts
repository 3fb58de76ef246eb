import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

function restLength(token: number): number {
  return token < 16 ? 0 : ((token - 16) >> 2) + 2;
}

function tokenOf(value: bigint): number {
  if (value < 16n) return Number(value);
  const high = Number(value >> 32n);
  const highest = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(Number(value & 0xffffffffn));
  return ((highest - 4) << 2) + Number((value >> BigInt(highest - 2)) & 3n) + 16;
}

/** Twin of `assembly/tokens.ts`. */
export function plainTokens({
  view,
  bytes,
  words32,
  naturals,
}: MemoryViews): Pick<NumericKernel, "measure" | "tokenize" | "detokenize"> {
  const count1 = (histogram: number, token: number): void => {
    words32[histogram / 4 + token] = words32[histogram / 4 + token] + 1;
  };
  return {
    measure(values, count, histogram) {
      let bits = 0;
      for (let i = 0; i < count; i++) {
        const token = tokenOf(naturals[values / 8 + i]);
        count1(histogram, token);
        bits += restLength(token);
      }
      return bits;
    },
    tokenize(values, count, tokens, histogram, bits) {
      let at = bits;
      let pending = 0n;
      let filled = 0;
      for (let i = 0; i < count; i++) {
        const value = naturals[values / 8 + i];
        const token = tokenOf(value);
        bytes[tokens + i] = token;
        count1(histogram, token);
        const length = restLength(token);
        pending |= BigInt.asUintN(length, value) << BigInt(filled);
        filled += length;
        if (filled < 64) continue;
        view.setBigUint64(at, BigInt.asUintN(64, pending), true);
        at += 8;
        filled -= 64;
        pending >>= 64n;
      }
      view.setBigUint64(at, pending, true);
      return at - bits + ((filled + 7) >> 3);
    },
    detokenize(tokens, count, bits, length, values) {
      let position = 0;
      for (let i = 0; i < count; i++) {
        const token = bytes[tokens + i];
        const rest = restLength(token);
        const at = bits + Math.floor(position / 8);
        const word = (view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n)) >> BigInt(position % 8);
        position += rest;
        const top = BigInt(4 + ((token - 16) & 3)) << BigInt(rest);
        naturals[values / 8 + i] = token < 16 ? BigInt(token) : top | BigInt.asUintN(rest, word);
      }
      return Math.floor((position + 7) / 8) === length ? 1 : 0;
    },
  };
}
