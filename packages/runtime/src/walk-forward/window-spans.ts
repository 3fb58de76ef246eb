import type { Period } from "@atc/backtest";
import type { Span, WalkForwardWindow } from "@atc/sweep";
import type { EvaluationSpan } from "../evaluate/evaluation.ts";

/** What {@link windowSpans} needs besides the windows. */
export interface WindowSpansOptions {
  /** The time of each bar, in ms. */
  readonly times: Float64Array;
  /** The time of the walk-forward, whose end is that of the last bar. */
  readonly period: Period | undefined;
  /** Whether signals see all bars before a span; else those of its warm-up. */
  readonly seesAll: boolean;
}

/** The times of windows. Windows can share them: training may be the test of the window before. */
export interface WindowSpans {
  /** The times, each once. */
  readonly spans: readonly EvaluationSpan[];
  /** Of each window, the place of its training. */
  readonly train: readonly number[];
  /** Of each window, the place of its test. */
  readonly test: readonly number[];
}

/** The times of training and test of each window. */
export function windowSpans(
  windows: readonly WalkForwardWindow[],
  { times, period, seesAll }: WindowSpansOptions,
): WindowSpans {
  const spans: EvaluationSpan[] = [];
  const places = new Map<string, number>();
  const placeOf = ([from, to]: Span, [warmup]: Span): number => {
    const key = seesAll ? `${from} ${to}` : `${from} ${to} ${warmup}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const end = to < times.length ? times[to] : period?.to;
    places.set(key, spans.length);
    return (
      spans.push({
        period: { from: times[from] as number, ...(end === undefined ? {} : { to: end }) },
        ...(seesAll ? {} : { signalsFrom: times[warmup] as number }),
      }) - 1
    );
  };
  const train = windows.map((window) => placeOf(window.train, window.trainWarmup));
  const test = windows.map((window) => placeOf(window.test, window.testWarmup));
  return { spans, train, test };
}
