/** Numbers by index from 0, in 8 bytes each; NaN for those that are not set. */
export interface NumberStore {
  /** The largest index that was set, plus 1. */
  readonly length: number;
  set(index: number, value: number): void;
  get(index: number): number;
}

/** Numbers of a block, so that the store grows without copies. */
const blockLength = 65_536;

/** Creates an empty store. */
export function numberStore(): NumberStore {
  const blocks: (Float64Array | undefined)[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    set(index, value) {
      const number = Math.floor(index / blockLength);
      blocks[number] ??= new Float64Array(blockLength).fill(Number.NaN);
      (blocks[number] as Float64Array)[index % blockLength] = value;
      length = Math.max(length, index + 1);
    },
    get: (index) => blocks[Math.floor(index / blockLength)]?.[index % blockLength] ?? Number.NaN,
  };
}
