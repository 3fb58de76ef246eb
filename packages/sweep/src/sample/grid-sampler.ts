import type { Space } from "../space/space.ts";
import { spaceFault } from "../space/space-fault.ts";
import { gridValues, mostCombinations } from "./draws.ts";
import { openSampler } from "./open-sampler.ts";
import type { Sampler } from "./sampler.ts";
import { createValueQueue } from "./value-queue.ts";

/** A count with commas between thousands. */
function grouped(count: bigint): string {
  return count.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * All configurations of a space, the last axis changing fastest. They are made when they are asked for.
 *
 * @throws ATC_INVALID_CONFIG for an axis with every number of a range, for more than 10 million combinations, and if
 * `where` leaves out all of them
 */
export function gridSampler(space: Space): Sampler {
  const { axes, size } = space;
  const endless = axes.find((axis) => axis.size === undefined);
  if (size === undefined || endless !== undefined)
    throw spaceFault(
      "grid",
      `${endless?.name} has every number of its range, so the space has no end; give the range a step, or draw configurations with --random N`,
    );
  if (size > BigInt(mostCombinations))
    throw spaceFault(
      "grid",
      `the space has ${grouped(size)} configurations, and at most ${grouped(BigInt(mostCombinations))} are computed one by one; draw some with --random N, or give longer steps`,
    );
  return openSampler({ queue: createValueQueue(gridValues(space), Number(size), space), most: Number(size) });
}
