/** One law of a contract, checked on `node:assert`; a test runner registers it: `for (const { name, run } of cases) it(name, run)`. */
export interface ConformanceCase {
  /** The law, as a statement. */
  readonly name: string;
  /** Throws an AssertionError where the law does not hold. */
  readonly run: () => void | Promise<void>;
}
