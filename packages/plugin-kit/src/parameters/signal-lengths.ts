import type { AverageKind, SignalConfig } from "@atc/contract";

/** The offsets from the base length L for each robustness. The nine lengths are L, L + each, L - each. */
export const lengthOffsets: Readonly<Record<SignalConfig["robustness"], readonly [number, number, number, number]>> = {
  Narrow: [1, 2, 3, 4],
  Medium: [1, 2, 4, 6],
  Wide: [1, 3, 5, 7],
};

/** The smallest length at which each kind is defined, in bars. */
export const smallestLength: Readonly<Record<AverageKind, number>> = {
  ema: 1,
  hma: 2,
  wma: 1,
  dema: 1,
  lsma: 2,
  kama: 1,
};

/** The nine lengths of a base length, in the order in which they vote. */
export function derivedLengths(base: number, robustness: SignalConfig["robustness"]): readonly number[] {
  const offsets = lengthOffsets[robustness];
  return [base, ...offsets.map((offset) => base + offset), ...offsets.map((offset) => base - offset)];
}

/** The smallest base length at which all nine lengths of a kind are defined. */
export function smallestBaseLength(kind: AverageKind, robustness: SignalConfig["robustness"]): number {
  return smallestLength[kind] + Math.max(...lengthOffsets[robustness]);
}
