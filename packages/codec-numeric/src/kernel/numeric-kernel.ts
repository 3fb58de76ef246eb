/**
 * The loops of the codec over one memory: `assembly/index.ts`, or the same in TypeScript. Addresses and lengths are bytes, counts are elements,
 * integers are 64 bits wide; where a result tells success, 1 is yes and 0 no.
 */
export interface NumericKernel {
  /** Elements of 1, 2, 4 or 8 bytes to integers, with their sign. */
  widen(source: number, target: number, count: number, size: number): void;
  /** Inverts `widen`. */
  narrow(source: number, target: number, count: number, size: number): void;
  /** Bits of floats of `size` bytes to integers in the floats' order, in place; its own inverse. */
  orderFloats(values: number, count: number, size: number): void;
  /** Bits of floats to the integers `q` whose `q * divisor / scale` is nearest, and what is missing in the bits; returns for how many that is not 0. */
  toDecimal(
    values: number,
    target: number,
    count: number,
    scale: number,
    divisor: number,
    single: number,
    corrections: number,
  ): number;
  /** Inverts `toDecimal` in place, but for the corrections. */
  fromDecimal(values: number, count: number, scale: number, divisor: number, single: number): void;
  /** Adds integers to integers, in place. */
  add(values: number, others: number, count: number): void;
  /** Divides by `divisor`; 0 where an integer is no multiple. */
  divide(values: number, target: number, count: number, divisor: number): number;
  /** Inverts `divide` in place. */
  multiply(values: number, count: number, divisor: number): void;
  /** Distances from the integer `lag` places before, in place. */
  difference(values: number, count: number, lag: number): void;
  /** Inverts `difference`. */
  accumulate(values: number, count: number, lag: number): void;
  /** Whether no integer is negative. */
  isUnsigned(values: number, count: number): number;
  /** Signed integers to unsigned ones in place, small distances from zero first. */
  zigzag(values: number, count: number): void;
  /** Inverts `zigzag`. */
  unzigzag(values: number, count: number): void;
  /** Adds the integers' tokens to 256 counts of 32 bits; returns the bits that follow the tokens. */
  measure(values: number, count: number, histogram: number): number;
  /** As `measure`, and writes tokens and bits; returns the bytes of the bits. */
  tokenize(values: number, count: number, tokens: number, histogram: number, bits: number): number;
  /** Inverts `tokenize`; 0 where the bits do not take `length` bytes. */
  detokenize(tokens: number, count: number, bits: number, length: number, values: number): number;
  /** Entropy-codes tokens so that the bytes end at `end`; returns where they begin. `frequencies` are 256 of 16 bits with the sum 4096. */
  encodeTokens(tokens: number, count: number, frequencies: number, table: number, end: number): number;
  /** Inverts `encodeTokens`; 0 where the bytes are not what it wrote. */
  decodeTokens(
    source: number,
    length: number,
    tokens: number,
    count: number,
    frequencies: number,
    table: number,
  ): number;
  /** Runs of equal integers as values and lengths less one; returns their number. */
  splitRuns(values: number, count: number, heads: number, lengths: number): number;
  /** Inverts `splitRuns`; 0 where the runs do not make `count`. */
  joinRuns(heads: number, lengths: number, runs: number, values: number, count: number): number;
  /** Ranks among common values from 1, and 0 for others, which follow in `rest`; returns how many those are. */
  separate(
    values: number,
    count: number,
    common: number,
    commonCount: number,
    ranks: number,
    rest: number,
    table: number,
  ): number;
  /** Inverts `separate`; 0 where ranks and rest do not fit each other. */
  combine(
    ranks: number,
    count: number,
    common: number,
    commonCount: number,
    rest: number,
    restCount: number,
    values: number,
  ): number;
}
