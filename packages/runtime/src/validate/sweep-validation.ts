import type { BacktestOverfitting, DeflatedWinner, Haircuts, ReturnMoments, SuperiorAbility } from "@atc/sweep";
import { verdictBounds } from "@atc/sweep";
import type { WinnerNeighbourhood } from "./winner-neighbourhood.ts";

/** The configurations whose bar returns were compared. */
export interface ValidationSample {
  /** How many there are, the winner among them. */
  readonly configurations: number;
  /** How many ran over all bars without a fault: those from which they were chosen. */
  readonly of: number;
  /** The bar returns of each. */
  readonly returns: number;
  /** The seed of the choice and of the bootstrap. */
  readonly seed: number;
}

/** Whether the winner of a sweep is more than luck. */
export interface SweepValidation {
  /** `unknown` if there is not enough data. */
  readonly verdict: "survives" | "luck" | "unknown";
  /** The verdict in a sentence. */
  readonly sentence: string;
  /** The rule of the verdict, in a sentence. */
  readonly rule: string;
  /** The number of the judged configuration, as in the table. */
  readonly configuration: number;
  /** The shape of its bar returns; undefined if it has none that are finite. */
  readonly winner: ReturnMoments | undefined;
  /** The deflated Sharpe ratio and what it follows from. */
  readonly deflated: DeflatedWinner | undefined;
  /** The probability of backtest overfitting and the rank correlation in and out of sample. */
  readonly overfitting: BacktestOverfitting | undefined;
  /** Reality check and test for superior predictive ability, against a return of 0. */
  readonly superiorAbility: SuperiorAbility | undefined;
  /** Independent configurations that are as many as those that ran over all bars. It decides nothing. */
  readonly effectiveTrials: number | undefined;
  /** Haircuts of the largest Sharpe ratio. They decide nothing. */
  readonly haircuts: Haircuts | undefined;
  /** How the winner's neighbours do; undefined if the axes make no grid. It decides nothing. */
  readonly neighbourhood: WinnerNeighbourhood | undefined;
  /** Every evaluated configuration. */
  readonly trials: number;
  /** The configurations whose returns the figures are computed from. */
  readonly sample: ValidationSample;
  /** What to know about the figures, one sentence each. */
  readonly notes: readonly string[];
  /** The time that it took. The rest of a sweep is not part of it. */
  readonly seconds: number;
}

/** The rule of {@link SweepValidation.verdict}. */
export const verdictRule: string = `a winner survives if its deflated Sharpe ratio is at least ${verdictBounds.deflatedSharpe} and the probability of backtest overfitting (PBO) at most ${verdictBounds.pbo}`;

/** Enough digits to see on which side of a bound a probability is. */
function short(value: number): string {
  const isNear = value > 0.9 || Math.abs(value - verdictBounds.pbo) < 0.01;
  return String(Number(isNear ? value.toFixed(4) : value.toPrecision(2)));
}

/** What a verdict follows from. */
export interface VerdictFacts extends Pick<SweepValidation, "verdict" | "trials"> {
  readonly deflatedSharpe: number | undefined;
  readonly pbo: number | undefined;
  /** The Sharpe ratio of the winner per bar. */
  readonly sharpePerBar: number | undefined;
  readonly configurations: number;
  readonly returns: number;
}

/** The verdict in a sentence. */
export function verdictSentence(facts: VerdictFacts): string {
  const { verdict, deflatedSharpe, pbo, sharpePerBar, configurations, returns } = facts;
  const trials = facts.trials.toLocaleString("en-US");
  if (configurations === 0)
    return "not enough data to tell: the winner lost all, or its returns cannot be computed again";
  if (verdict === "unknown" || deflatedSharpe === undefined || pbo === undefined) {
    const reasons = [
      ...(deflatedSharpe === undefined ? ["the returns of the winner do not vary, or are too few or too skewed"] : []),
      ...(pbo === undefined
        ? [
            configurations < 2
              ? "fewer than two configurations have returns to compare"
              : `${returns} bar returns are too few, 32 are required`,
          ]
        : []),
    ];
    return `not enough data to tell: ${reasons.join(", and ")}`;
  }
  const ratio = `deflated Sharpe ratio ${short(deflatedSharpe)}`;
  const overfitting = `PBO ${short(pbo)}`;
  if (verdict === "survives")
    return `the winner survives: it is better than the best of ${trials} tries without skill would be (${ratio}), and what was best on some bars remained good on the others (${overfitting})`;
  const isWeak = deflatedSharpe < verdictBounds.deflatedSharpe;
  const isFitted = pbo > verdictBounds.pbo;
  const reasons = [
    ...(isWeak ? [`the best of ${trials} tries without skill can look as good (${ratio})`] : []),
    ...(isFitted ? [`what was best on some bars was often among the worse half on the others (${overfitting})`] : []),
    ...(sharpePerBar !== undefined && sharpePerBar < 0 ? ["the winner itself loses on average"] : []),
  ];
  return `luck: ${reasons.join(", and ")}`;
}
