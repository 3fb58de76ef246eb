import type { Space } from "../space/space.ts";
import { spaceFault } from "../space/space-fault.ts";
import type { SampleDefinition } from "../space/sweep-definition.ts";
import { gridSampler } from "./grid-sampler.ts";
import { halvingSampler } from "./halving-sampler.ts";
import { randomSampler } from "./random-sampler.ts";
import type { Sampler } from "./sampler.ts";
import { tpeSampler } from "./tpe-sampler.ts";

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw spaceFault("sample", `${name} is ${value}; give an integer of ${least} or more`);
}

/**
 * The sampler of a sweep.
 *
 * @throws ATC_INVALID_CONFIG for a count or a seed out of range, and what the sampler of the method throws
 */
export function createSampler(space: Space, sample: SampleDefinition = {}): Sampler {
  const { count, seed = 1, method = count === undefined ? "grid" : "random" } = sample;
  checkInteger("seed", seed, 0);
  if (method === "grid") {
    if (count !== undefined)
      throw spaceFault("sample", "a grid has all configurations, so it has no count; remove it, or choose random");
    return gridSampler(space);
  }
  if (count === undefined) throw spaceFault("sample", `${method} needs the number of configurations; give a count`);
  checkInteger("count", count, 1);
  switch (method) {
    case "random":
      return randomSampler(space, { count, seed });
    case "halving":
      return halvingSampler(space, { count, seed });
    case "tpe":
      return tpeSampler(space, { count, seed });
  }
}
