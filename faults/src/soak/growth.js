function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** How much more of each resource a process may have at the end: a work may be within its first use of a module. */
const allowed = { descriptors: 2, mappings: 2, threads: 1, heap: 16e6, resident: 120e6 };

/**
 * The medians of the resources in the second and in the last fifth of the samples. The first fifth loads modules.
 *
 * @param {readonly Record<string, number>[]} samples
 */
export function growthOf(samples) {
  const fifth = Math.floor(samples.length / 5);
  const [early, late] = [samples.slice(fifth, 2 * fifth), samples.slice(4 * fifth)];
  return Object.entries(allowed).map(([name, most]) => {
    const [from, to] = [early, late].map((part) => median(part.map((one) => one[name])));
    return { name, from, to, isFlat: to - from <= most };
  });
}
