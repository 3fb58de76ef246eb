/** Bars from the first, inclusive, to the last, exclusive. */
export type Span = readonly [from: number, to: number];
