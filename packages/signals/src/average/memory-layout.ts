/**
 * Hands out stretches of the one Float64Array that a kernel works in. One array and many offsets, as in WebAssembly: V8 checks each array anew in every
 * iteration of a loop, which over five arrays costs more than the arithmetic (8.8 against 5.2 ns a bar and average in the voting pass).
 */
export interface MemoryLayout {
  /** Reserves `length` elements and returns the index of the first. */
  take(length: number): number;
  /** As `take`, for elements that later bars depend on, but that a bar taken again does not have to find as they were. */
  takeKept(length: number): number;
  /** A small array that later bars depend on and every bar may change. */
  state(values: readonly number[]): Float64Array;
  /** The arrays given out by `state`, in order. */
  readonly states: readonly Float64Array[];
  /** The stretches given out by `takeKept`, in order. */
  readonly kept: readonly { readonly first: number; readonly length: number }[];
  /** The array with room for everything taken, all zeros. */
  allocate(): Float64Array;
}

/** A layout of nothing. */
export function createMemoryLayout(): MemoryLayout {
  let taken = 0;
  const states: Float64Array[] = [];
  const kept: { first: number; length: number }[] = [];
  function take(length: number): number {
    const first = taken;
    // An offset that V8 holds as a double, because a length did, would slow every loop by half.
    taken = (taken + length) | 0;
    return first;
  }
  return {
    take,
    takeKept(length) {
      const first = take(length);
      kept.push({ first, length });
      return first;
    },
    state(values) {
      const array = Float64Array.from(values);
      states.push(array);
      return array;
    },
    states,
    kept,
    allocate: () => new Float64Array(taken),
  };
}
