import type { Candidate } from "@atc/sweep";

/** A configuration with its place in a sweep. */
export type SampledConfiguration = Pick<Candidate, "index" | "configuration" | "values">;

/** A sample of a sweep's configurations, which depends on the seed and on which there are, not on their order. */
export interface ConfigurationSample {
  /** How many were added. */
  readonly added: number;
  add(one: SampledConfiguration): void;
  /**
   * At most `size` of them, `always` among them, by index. A smaller sample of the same configurations is part of a
   * larger one, apart from `always`.
   */
  choose(size: number, always: SampledConfiguration): readonly SampledConfiguration[];
}

/** Mixes the bits of a 32-bit word, so that neighbours differ in about half of them. */
function mixed(word: number): number {
  let bits = word ^ (word >>> 16);
  bits = Math.imul(bits, 0x7feb_352d);
  bits ^= bits >>> 15;
  bits = Math.imul(bits, 0x846c_a68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A number from 0 to 2^53 - 1 that is as good as drawn for each index and seed. */
export function lotOf(seed: number, index: number): number {
  const high = mixed(mixed(seed % 2 ** 32) ^ Math.floor(seed / 2 ** 32) ^ 0x9e37_79b9);
  const first = mixed(high ^ mixed(index % 2 ** 32) ^ Math.floor(index / 2 ** 32));
  const second = mixed(first ^ high ^ 0x6a09_e667);
  return (first >>> 5) * 2 ** 26 + (second >>> 6);
}

/**
 * Creates a sample of at most `most` configurations: those with the smallest lots, so that any configuration is as
 * likely as any other. It keeps twice as many, however many are added.
 */
export function configurationSample(most: number, seed: number): ConfigurationSample {
  let kept: (SampledConfiguration & { readonly lot: number })[] = [];
  let bound = Number.POSITIVE_INFINITY;
  let added = 0;

  function trim(): void {
    kept.sort((a, b) => a.lot - b.lot || a.index - b.index);
    if (kept.length < most) return;
    kept = kept.slice(0, most);
    bound = kept.at(-1)?.lot ?? 0;
  }

  return {
    get added() {
      return added;
    },
    add({ index, configuration, values }) {
      added++;
      const lot = lotOf(seed, index);
      if (lot > bound) return;
      kept.push({ index, configuration, values, lot });
      if (kept.length >= 2 * most) trim();
    },
    choose(size, always) {
      trim();
      const others = kept.slice(0, size).filter(({ index }) => index !== always.index);
      const { index, configuration, values } = always;
      return [{ index, configuration, values }, ...others.slice(0, size - 1)].sort((a, b) => a.index - b.index);
    },
  };
}
