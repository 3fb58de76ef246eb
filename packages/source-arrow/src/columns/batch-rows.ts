/** Rows of a record batch, and the place in a target array that receives their values. */
export interface BatchRows {
  /** The first row in the batch. */
  readonly from: number;
  /** How many rows. */
  readonly count: number;
  /** The index in the target of the first value. */
  readonly at: number;
}
