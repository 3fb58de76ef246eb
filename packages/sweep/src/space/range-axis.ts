import type { Axis } from "./axis.ts";
import { type DecimalSteps, decimalSteps } from "./decimal-steps.ts";
import type { AxisTraits } from "./list-axis.ts";

/** An axis of the values of a range by steps. `size` is the count of `steps`. */
export function steppedAxis(traits: AxisTraits, steps: DecimalSteps): Axis {
  const size = Number(steps.count);
  const first = steps.at(0);
  const width = size > 1 ? steps.at(1) - first : 1;
  return {
    ...traits,
    size,
    isOrdered: true,
    at: (index) => steps.at(index),
    atPart: (part) => steps.at(Math.min(size - 1, Math.floor(part * size))),
    partOf(value) {
      const index = Math.min(size - 1, Math.max(0, Math.round((Number(value) - first) / width)));
      return [index / size, (index + 1) / size];
    },
  };
}

/** An axis of integers whose logarithms have equal shares. `from` is above 0. */
export function integerLogAxis(traits: AxisTraits, from: number, to: number): Axis {
  const size = to - from + 1;
  const low = Math.log(from - 0.5);
  const width = Math.log(to + 0.5) - low;
  const bound = (value: number): number => Math.min(1, Math.max(0, (Math.log(value) - low) / width));
  return {
    ...traits,
    size,
    isOrdered: true,
    at: (index) => from + index,
    atPart: (part) => Math.min(to, Math.max(from, Math.round(Math.exp(low + part * width)))),
    partOf: (value) => [bound(Number(value) - 0.5), bound(Number(value) + 0.5)],
  };
}

/** Digits of a drawn number. They hide the last bits, in which logarithms of machines may differ. */
const digits = 12;

/** An axis of every number of a range. */
export function continuousAxis(traits: AxisTraits, from: number, to: number, scale: "linear" | "log"): Axis {
  const isLog = scale === "log";
  const low = isLog ? Math.log(from) : from;
  const width = (isLog ? Math.log(to) : to) - low;
  return {
    ...traits,
    size: undefined,
    isOrdered: true,
    at(index) {
      throw new RangeError(`an axis of every number of a range has no value number ${index}`);
    },
    atPart(part) {
      const place = low + part * width;
      const value = Number((isLog ? Math.exp(place) : place).toPrecision(digits));
      return Math.min(to, Math.max(from, value));
    },
    partOf(value) {
      const place = ((isLog ? Math.log(Number(value)) : Number(value)) - low) / width;
      const part = Math.min(1, Math.max(0, place));
      return [part, part];
    },
  };
}

/** The values of a range by steps, or undefined if there are too many to have an index each. */
export function stepsOf(from: number, to: number, step: number): DecimalSteps | undefined {
  const steps = decimalSteps(from, to, step);
  return steps.count <= BigInt(Number.MAX_SAFE_INTEGER) ? steps : undefined;
}
