import type { Space } from "../space/space.ts";
import { randomValues } from "./draws.ts";
import { openSampler } from "./open-sampler.ts";
import { createRandomNumbers } from "./random-numbers.ts";
import type { Sampler } from "./sampler.ts";
import { createValueQueue } from "./value-queue.ts";

/** How many configurations are drawn, and from which random numbers. */
export interface DrawOptions {
  /** The number of configurations, an integer of 1 or more. */
  readonly count: number;
  /** The seed, an integer from 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number | undefined;
}

/** The note for a space with fewer configurations than were requested; undefined if it has enough. */
export function shortage(taken: number, count: number): string | undefined {
  return taken < count
    ? `${count} configurations were requested, and only ${taken} different ones were found in the space`
    : undefined;
}

/** The most configurations that can be drawn. */
export function mostDrawn({ size }: Space, count: number): number {
  return size !== undefined && size < BigInt(count) ? Number(size) : count;
}

/**
 * Different configurations in random order, equally or logarithmically likely as their axes say.
 *
 * @throws ATC_INVALID_CONFIG if `where` leaves out every configuration that is found
 */
export function randomSampler(space: Space, { count, seed = 1 }: DrawOptions): Sampler {
  const queue = createValueQueue(randomValues(space, createRandomNumbers(seed)), count, space);
  return openSampler({ queue, most: mostDrawn(space, count), onEnd: (taken) => shortage(taken, count) });
}
