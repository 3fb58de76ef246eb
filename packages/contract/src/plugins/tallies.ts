/** Sums of named numbers. */
export interface TallySums {
  /** The sum of each name. */
  readonly amounts: Readonly<Record<string, number>>;
  /** The time of the first addition, in ms since the epoch; undefined if there was none. */
  readonly since: number | undefined;
}

/**
 * What a byte store may offer besides entries: sums of named numbers over all processes that use it, such as the hits
 * of a cache. They are for people. A store may lose the additions of the last seconds of a process that is killed.
 */
export interface Tallies {
  /** Adds to the sums. The names may be any text. Returns before the store has written them. */
  add(amounts: Readonly<Record<string, number>>): void;
  /** The sums of all processes. */
  read(): Promise<TallySums>;
  /** Sets the sums to 0, apart from what other running processes add to theirs. */
  reset(): Promise<void>;
}
