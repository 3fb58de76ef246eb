/**
 * The loops of the codec over one memory, in WebAssembly (`assembly/index.ts`) or TypeScript. Addresses and lengths are
 * bytes, counts are elements, integers have 64 bits. A result that says success is 1 or 0.
 */
export interface NumericKernel {
  /** Sign-extends elements of 1, 2, 4 or 8 bytes to integers. */
  widen(source: number, target: number, count: number, size: number): void;
  /** Inverts `widen`. */
  narrow(source: number, target: number, count: number, size: number): void;
  /** Converts bits of floats of `size` bytes to integers in the order of the floats, in place; its own inverse. */
  orderFloats(values: number, count: number, size: number): void;
  /**
   * Converts bits of floats to the integers `q` with the nearest `q * divisor / scale`, and to corrections of the bits.
   * Returns how many corrections are not 0.
   */
  toDecimal(
    values: number,
    target: number,
    count: number,
    scale: number,
    divisor: number,
    single: number,
    corrections: number,
  ): number;
  /** Inverts `toDecimal` in place, without the corrections. */
  fromDecimal(values: number, count: number, scale: number, divisor: number, single: number): void;
  /** Adds integers to integers in place. */
  add(values: number, others: number, count: number): void;
  /** Divides by `divisor`; 0 if an integer is not a multiple. */
  divide(values: number, target: number, count: number, divisor: number): number;
  /** Inverts `divide` in place. */
  multiply(values: number, count: number, divisor: number): void;
  /** Differences from the integer `lag` places before, in place. */
  difference(values: number, count: number, lag: number): void;
  /** Inverts `difference`. */
  accumulate(values: number, count: number, lag: number): void;
  isUnsigned(values: number, count: number): number;
  /** Converts signed integers to unsigned ones in place: 0, -1, 1, -2 become 0, 1, 2, 3. */
  zigzag(values: number, count: number): void;
  /** Inverts `zigzag`. */
  unzigzag(values: number, count: number): void;
  /** Adds the tokens of the integers to 256 counts of 32 bits. Returns the number of bits that follow the tokens. */
  measure(values: number, count: number, histogram: number): number;
  /** Like `measure`, but writes the tokens and bits. Returns the bytes of the bits. */
  tokenize(values: number, count: number, tokens: number, histogram: number, bits: number): number;
  /** Inverts `tokenize`; 0 if the bits do not take `length` bytes. */
  detokenize(tokens: number, count: number, bits: number, length: number, values: number): number;
  /**
   * Entropy-codes tokens so that the bytes end at `end`. Returns their first address. `frequencies` are 256 of 16 bits
   * with the sum 4096.
   */
  encodeTokens(tokens: number, count: number, frequencies: number, table: number, end: number): number;
  /** Inverts `encodeTokens`; 0 if it did not write these bytes. */
  decodeTokens(
    source: number,
    length: number,
    tokens: number,
    count: number,
    frequencies: number,
    table: number,
  ): number;
  /** Splits integers into runs of equal values and lengths less one. Returns the number of runs. */
  splitRuns(values: number, count: number, heads: number, lengths: number): number;
  /** Inverts `splitRuns`; 0 if the runs do not add up to `count`. */
  joinRuns(heads: number, lengths: number, runs: number, values: number, count: number): number;
  /**
   * Writes ranks among common values, from 1, and 0 for other values, which go to `rest`. Returns the number of those.
   */
  separate(
    values: number,
    count: number,
    common: number,
    commonCount: number,
    ranks: number,
    rest: number,
    table: number,
  ): number;
  /** Inverts `separate`; 0 if ranks and rest do not fit each other. */
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
