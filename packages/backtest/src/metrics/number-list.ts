/** Values per array of a {@link NumberList}: 128 KiB. */
const pageLength = 16_384;

/** A list of numbers that only grows, 8 bytes each. It never copies what it holds to grow. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  /** Adds the first `count` values of an array. */
  append(values: Float64Array, count: number): void;
  /** All values in order, in an array of their own. */
  toArray(): Float64Array;
}

/** Creates an empty list. */
export function createNumberList(): NumberList {
  const full: Float64Array[] = [];
  let page = new Float64Array(16);
  let filled = 0;
  /** Makes room for one value or more in the page. */
  function grow(): void {
    if (page.length === pageLength) {
      full.push(page);
      page = new Float64Array(pageLength);
      filled = 0;
      return;
    }
    const larger = new Float64Array(Math.min(pageLength, 8 * page.length));
    larger.set(page);
    page = larger;
  }

  return {
    get length() {
      return full.length * pageLength + filled;
    },
    push(value) {
      if (filled === page.length) grow();
      page[filled++] = value;
    },
    append(values, count) {
      for (let from = 0; from < count; ) {
        if (filled === page.length) grow();
        const to = Math.min(count, from + page.length - filled);
        page.set(values.subarray(from, to), filled);
        filled += to - from;
        from = to;
      }
    },
    toArray() {
      const all = new Float64Array(full.length * pageLength + filled);
      full.forEach((one, i) => {
        all.set(one, i * pageLength);
      });
      all.set(page.subarray(0, filled), full.length * pageLength);
      return all;
    },
  };
}
