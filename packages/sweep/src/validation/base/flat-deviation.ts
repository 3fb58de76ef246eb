/** A standard deviation of returns at or below this is 0: equal returns leave rounding. */
export const flatDeviation = 1e-14;
