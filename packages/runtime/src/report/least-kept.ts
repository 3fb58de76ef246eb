/** Keeps the least of many values, however many are added. */
export interface LeastKept<Value> {
  /** Whether a value with this order would be kept. */
  accepts(order: number): boolean;
  /** Adds a value; equal orders are by index. */
  add(order: number, index: number, value: Value): void;
  /** At most the wanted number, the least first. */
  list(): readonly Value[];
}

/** Creates a keeper of the `most` least values. It holds twice as many. */
export function leastKept<Value>(most: number): LeastKept<Value> {
  let kept: { readonly order: number; readonly index: number; readonly value: Value }[] = [];
  let bound = Number.POSITIVE_INFINITY;

  function trim(): void {
    kept.sort((a, b) => a.order - b.order || a.index - b.index);
    if (kept.length < most) return;
    kept = kept.slice(0, most);
    bound = kept.at(-1)?.order ?? bound;
  }

  return {
    accepts: (order) => order <= bound,
    add(order, index, value) {
      if (order > bound) return;
      kept.push({ order, index, value });
      if (kept.length >= 2 * most) trim();
    },
    list() {
      trim();
      return kept.map(({ value }) => value);
    },
  };
}
