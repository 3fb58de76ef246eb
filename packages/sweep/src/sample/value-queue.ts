import type { Space } from "../space/space.ts";
import { spaceFault } from "../space/space-fault.ts";
import type { AxisValues } from "./draws.ts";

/** Combinations that are taken in batches, at most a number of them. */
export interface ValueQueue {
  /** Whether nothing is left. */
  readonly isEmpty: boolean;
  /** The number of combinations that were taken. */
  readonly taken: number;
  /** The next combinations, at most `count`. */
  take(count: number): readonly AxisValues[];
}

/**
 * Creates a queue of the combinations of an iterator. One is read in advance, so that its end is known.
 *
 * @throws ATC_INVALID_CONFIG if there is not even one
 */
export function createValueQueue(values: Iterator<AxisValues>, most: number, { where }: Space): ValueQueue {
  let taken = 0;
  let next = values.next();
  if (next.done === true)
    throw spaceFault(
      "where",
      `no configuration of the space fulfils ${where.map(({ text }) => `"${text}"`).join(" and ")}; change it, or the values of the axes`,
    );
  const isEmpty = (): boolean => next.done === true || taken >= most;
  return {
    get isEmpty() {
      return isEmpty();
    },
    get taken() {
      return taken;
    },
    take(count) {
      const batch: AxisValues[] = [];
      while (batch.length < count && !isEmpty() && next.done !== true) {
        batch.push(next.value);
        taken++;
        if (taken < most) next = values.next();
      }
      return batch;
    },
  };
}
