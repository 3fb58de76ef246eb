/** Values per array of a {@link NumberList}: 128 KiB. */
const pageLength = 16_384;

/** A list of numbers that only grows, 8 bytes each. It never copies what it holds to grow. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  /** All values in order, in an array of their own. */
  toArray(): Float64Array;
}

/** Creates an empty list. */
export function createNumberList(): NumberList {
  const full: Float64Array[] = [];
  let page = new Float64Array(16);
  let filled = 0;
  return {
    get length() {
      return full.length * pageLength + filled;
    },
    push(value) {
      if (filled === page.length) {
        if (filled === pageLength) {
          full.push(page);
          page = new Float64Array(pageLength);
          filled = 0;
        } else {
          const larger = new Float64Array(Math.min(pageLength, 8 * filled));
          larger.set(page);
          page = larger;
        }
      }
      page[filled++] = value;
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
