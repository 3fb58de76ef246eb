/**
 * One law of a contract, checked with `node:assert`. Any test runner can register it:
 * `for (const { name, run } of cases) it(name, run)`.
 */
export interface ConformanceCase {
  /** The law, as a statement. */
  readonly name: string;
  /** Throws an AssertionError if the law does not hold. */
  readonly run: () => void | Promise<void>;
}
