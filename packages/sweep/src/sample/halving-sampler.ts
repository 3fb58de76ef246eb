import type { Space } from "../space/space.ts";
import { type AxisValues, randomValues } from "./draws.ts";
import { createRandomNumbers } from "./random-numbers.ts";
import { type DrawOptions, shortage } from "./random-sampler.ts";
import type { Candidate, Outcome, Sampler } from "./sampler.ts";
import { createToldCandidates } from "./told-candidates.ts";
import { createValueQueue } from "./value-queue.ts";

/** Candidates of a batch, whatever the number of threads. */
export const proposalBatch = 32;

/** How configurations are eliminated. */
export interface HalvingOptions extends DrawOptions {
  /** Of how many configurations one reaches the next round, which has so many times the bars. Default: 3. */
  readonly factor?: number | undefined;
  /** The least part of the bars in the first round, above 0 and at most 1. Default: 1 / 27. */
  readonly smallestSpan?: number | undefined;
}

/** A configuration that is still in the search. */
interface Contender {
  readonly configuration: number;
  readonly values: AxisValues;
}

/** The parts of the bars of the rounds, rising to 1. */
function spansOf(count: number, factor: number, smallestSpan: number): readonly number[] {
  const spans = [1];
  // A tolerance, because 1 / 27 * 3 * 3 * 3 need not be 1.
  for (let span = 1 / factor, left = count; span >= smallestSpan * (1 - 1e-9) && left > factor; span /= factor) {
    spans.unshift(span);
    left /= factor;
  }
  return spans;
}

/**
 * Successive halving (Jamieson and Talwalkar 2016): all configurations on a few bars, the best of them on more, until
 * the last are evaluated on all bars. A round begins when the one before has all its outcomes.
 *
 * @throws ATC_INVALID_CONFIG if `where` leaves out every configuration that is found
 */
export function halvingSampler(space: Space, options: HalvingOptions): Sampler {
  const { count, seed = 1, factor = 3, smallestSpan = 1 / 27 } = options;
  const queue = createValueQueue(randomValues(space, createRandomNumbers(seed)), count, space);
  const told = createToldCandidates();
  const notes: string[] = [];
  let round: readonly Contender[] = queue.take(count).map((values, configuration) => ({ configuration, values }));
  const note = shortage(round.length, count);
  if (note !== undefined) notes.push(note);
  const spans = spansOf(round.length, factor, smallestSpan);
  let rung = 0;
  let asked = 0;
  let first = 0;
  const scores = new Map<number, number>();

  /** The contenders of the next round: the best of this one, in the order of their configurations. */
  function promoted(): readonly Contender[] {
    const keep = Math.ceil(round.length / factor);
    const scored = round.flatMap((contender, place) => {
      const score = scores.get(first + place);
      return score === undefined ? [] : [{ contender, score }];
    });
    const best = scored.toSorted((a, b) => b.score - a.score).slice(0, keep);
    return best.map(({ contender }) => contender).toSorted((a, b) => a.configuration - b.configuration);
  }

  function nextRound(): void {
    const next = promoted();
    if (next.length === 0)
      notes.push(
        `no configuration has an objective on the first ${((spans[rung] ?? 1) * 100).toPrecision(3)} % of the bars, so the search ends`,
      );
    first = told.asked;
    round = next;
    rung = next.length === 0 ? spans.length : rung + 1;
    asked = 0;
    scores.clear();
  }

  const isLast = (): boolean => rung >= spans.length - 1;
  const isDone = (): boolean => isLast() && asked >= round.length;
  let most = 0;
  for (let left = round.length, i = 0; i < spans.length; i++, left = Math.ceil(left / factor)) most += left;

  return {
    most,
    notes,
    get isDone() {
      return isDone();
    },
    ask() {
      if (asked >= round.length && !isLast() && told.open === 0) nextRound();
      const span = spans[rung] ?? 1;
      const batch = round.slice(asked, asked + proposalBatch);
      const from = told.asked;
      asked += batch.length;
      told.ask(batch.length);
      return batch.map(({ configuration, values }, place): Candidate => {
        return { index: from + place, configuration, values, span };
      });
    },
    tell(outcomes: readonly Outcome[]) {
      for (const outcome of outcomes) {
        told.tell(outcome);
        if (outcome.score !== undefined && Number.isFinite(outcome.score)) scores.set(outcome.index, outcome.score);
      }
    },
  };
}
