import type { AxisValues } from "./draws.ts";
import type { Candidate, Sampler } from "./sampler.ts";
import { createToldCandidates } from "./told-candidates.ts";
import type { ValueQueue } from "./value-queue.ts";

/** Candidates of a batch of samplers that do not need outcomes. */
const batchSize = 1024;

/** What {@link openSampler} is made from. */
export interface OpenSamplerOptions {
  /** The combinations. */
  readonly queue: ValueQueue;
  /** How many there are at most. */
  readonly most: number;
  /** Called once when the queue is empty. Returns a note, if there is something to say. */
  readonly onEnd?: ((taken: number) => string | undefined) | undefined;
}

/** Candidates of combinations, on all bars, with indices from `from`. */
export function candidatesOf(combinations: readonly AxisValues[], from: number): readonly Candidate[] {
  return combinations.map((values, place) => ({ index: from + place, configuration: from + place, values, span: 1 }));
}

/** A sampler whose candidates do not depend on outcomes. */
export function openSampler({ queue, most, onEnd }: OpenSamplerOptions): Sampler {
  const told = createToldCandidates();
  const notes: string[] = [];
  let hasEnded = false;
  return {
    most,
    notes,
    get isDone() {
      return queue.isEmpty;
    },
    ask() {
      const candidates = candidatesOf(queue.take(batchSize), told.asked);
      told.ask(candidates.length);
      if (queue.isEmpty && !hasEnded) {
        hasEnded = true;
        const note = onEnd?.(queue.taken);
        if (note !== undefined) notes.push(note);
      }
      return candidates;
    },
    tell(outcomes) {
      for (const outcome of outcomes) told.tell(outcome);
    },
  };
}
