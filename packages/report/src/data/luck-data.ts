import type { CountedBins } from "./search-data.ts";

/** What samples come to, beside the actual figure. */
export interface SampledFigure {
  /** Number of samples. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** Mean bars of a block; null if single trades are drawn. */
  readonly block: number | null;
  /** Total returns of the samples; null if one is not finite. */
  readonly returns: CountedBins | null;
  /** That of this run. */
  readonly actual: number | null;
  /** That of buying and holding; null if it is unknown. */
  readonly holding: number | null;
  /** Figures of the samples at 5, 25, 50, 75 and 95 %, by name. */
  readonly quantiles: readonly {
    readonly name: string;
    readonly title: string;
    readonly unit: string;
    readonly values: readonly number[] | null;
  }[];
  /** The share of samples with a return of at most 0; null if it is not computed. */
  readonly probabilityOfLoss: number | null;
}

/** A test of a backtest. */
export interface LuckTestResult {
  /** The test. */
  readonly name: "randomEntry" | "bootstrap" | "costs" | "trades";
  /** Its name on the page. */
  readonly title: string;
  /** What it asks, in a sentence. */
  readonly question: string;
  /** Whether it passes; null if it decides nothing. */
  readonly passes: boolean | null;
  /** The figure that decides, and its bound, in words; why there is no result. */
  readonly result: string;
  /** Further facts, one sentence each. */
  readonly facts: readonly string[];
  /** What its samples come to. */
  readonly sampled?: SampledFigure | undefined;
  /** Returns by multiples of the costs. */
  readonly costs?:
    | { readonly multipliers: readonly number[]; readonly totalReturn: readonly (number | null)[] }
    | undefined;
}

/** Whether a backtest is more than luck. */
export interface ReportLuck {
  /** Whether no test fails, and all have a result. */
  readonly survives: boolean;
  /** The answer in one sentence. */
  readonly sentence: string;
  /** The rule behind it. */
  readonly rule: string;
  /** Samples of each test. */
  readonly samples: number;
  /** Seed of their random numbers. */
  readonly seed: number;
  /** The tests in the order of the page. */
  readonly tests: readonly LuckTestResult[];
}
