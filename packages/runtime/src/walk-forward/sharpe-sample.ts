import { createRandomNumbers, createRankCorrelation } from "@atc/sweep";
import type { WindowSpans } from "./window-spans.ts";

/** The Sharpe ratios of configurations in the spans of windows. */
export interface SharpeSample {
  /** Adds a configuration. `sharpeOf` gives its ratio in a span, NaN if it is undefined. */
  add(index: number, sharpeOf: (span: number) => number): void;
  /** The number of configurations that are kept. */
  readonly size: number;
  /** Spearman's correlation of the ratios in training and test of each window; undefined if all of one are equal. */
  correlations(windows: Pick<WindowSpans, "train" | "test">): readonly (number | undefined)[];
}

interface Sampled {
  readonly index: number;
  readonly priority: number;
  readonly sharpes: Float64Array;
}

/**
 * Keeps the ratios of at most `most` of `total` configurations: those with the least random numbers, each drawn from a
 * seed that is its index, so that the choice does not depend on the order. An undefined ratio counts as 0, as that of
 * returns that do not vary.
 */
export function sharpeSample(spans: number, total: number, most: number): SharpeSample {
  let kept: Sampled[] = [];
  let bound = Number.POSITIVE_INFINITY;

  function shrink(): void {
    kept.sort((a, b) => a.priority - b.priority || a.index - b.index);
    kept = kept.slice(0, most);
    bound = kept[most - 1]?.priority ?? Number.POSITIVE_INFINITY;
  }

  return {
    get size() {
      return Math.min(kept.length, most);
    },
    add(index, sharpeOf) {
      const priority = total > most ? createRandomNumbers(index).real() : 0;
      if (priority > bound) return;
      const sharpes = new Float64Array(spans);
      for (let span = 0; span < spans; span++) {
        const sharpe = sharpeOf(span);
        sharpes[span] = Number.isFinite(sharpe) ? sharpe : 0;
      }
      kept.push({ index, priority, sharpes });
      if (kept.length >= 2 * most) shrink();
    },
    correlations({ train, test }) {
      if (kept.length > most) shrink();
      const sorted = [...kept].sort((a, b) => a.index - b.index);
      const correlate = createRankCorrelation(sorted.length);
      const [trained, tested] = [new Float64Array(sorted.length), new Float64Array(sorted.length)];
      return train.map((trainSpan, window) => {
        const testSpan = test[window] as number;
        for (let place = 0; place < sorted.length; place++) {
          const { sharpes } = sorted[place] as Sampled;
          trained[place] = sharpes[trainSpan] as number;
          tested[place] = sharpes[testSpan] as number;
        }
        return correlate(trained, tested);
      });
    },
  };
}
