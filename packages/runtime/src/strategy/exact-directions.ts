/** A direction that an Int8Array cannot hold. */
export interface OddDirection {
  readonly value: number;
  /** Its bar, counted from the first of the run. */
  readonly bar: number;
}

/**
 * Directions that keep what is written to them. An Int8Array does not: it turns NaN and 0.5 into 0, and 257 into 1, so
 * that a faulty strategy would trade.
 */
export interface ExactDirections {
  /** An array of zeros for the decisions of a block, which it lends as directions. */
  room(length: number): Int8Array;
  /** Copies the room's first elements to `directions`. Returns the first one that they cannot hold. */
  moveTo(directions: Int8Array): OddDirection | undefined;
}

/** Directions of one run, from its first bar on. */
export function exactDirections(): ExactDirections {
  let memory = new Float32Array(0);
  let bars = 0;
  return {
    room(length) {
      if (memory.length < length) memory = new Float32Array(length);
      // Strategies write numbers to it by index and by `fill` and `set`, which both kinds of arrays have.
      return memory.subarray(0, length).fill(0) as unknown as Int8Array;
    },
    moveTo(directions) {
      const { length } = directions;
      for (let i = 0; i < length; i++) {
        const value = memory[i] as number;
        directions[i] = value;
        if (directions[i] !== value) return { value, bar: bars + i };
      }
      bars += length;
      return undefined;
    },
  };
}
