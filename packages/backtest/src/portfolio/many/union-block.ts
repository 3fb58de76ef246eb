/** The next times of a union of symbols' times, and the rows of each symbol up to them. */
export interface UnionBlock {
  /** Number of times, 0 or more. A block without times still has rows. */
  readonly length: number;
  /** The times, of which the first `length` are valid, each later than the one before it. */
  readonly times: BigInt64Array;
  /** The first row of each symbol in the block. */
  readonly from: Float64Array;
  /** The row of each symbol after its last one in the block. */
  readonly to: Float64Array;
  /**
   * By group of symbols with equal times, then by time: the latest row at that time, counted from the block's first; -1
   * if it is before the block. Those of a group are the union's `blockLength` apart.
   */
  readonly rowAt: Int32Array;
}
