import type { Axis, AxisValue } from "../space/axis.ts";
import type { Space } from "../space/space.ts";
import type { RandomNumbers } from "./random-numbers.ts";

/** A value per axis. */
export type AxisValues = readonly AxisValue[];

/** The most combinations that are counted one by one. */
export const mostCombinations = 10_000_000;

/** Draws in succession that find nothing new before a search of an endless space ends. */
const mostMisses = 100_000;

/** The combination of values with a number: the last axis changes with every number. */
function combinationAt(axes: readonly Axis[], number: number): AxisValues {
  const values: AxisValue[] = new Array<AxisValue>(axes.length);
  let rest = number;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { size = 1 } = axes[axis];
    values[axis] = axes[axis].at(rest % size);
    rest = Math.floor(rest / size);
  }
  return values;
}

/** Every combination that `where` accepts, in row-major order. The axes must have sizes. */
export function* gridValues({ axes, accepts, size = 0n }: Space): Generator<AxisValues, void> {
  for (let number = 0; number < size; number++) {
    const values = combinationAt(axes, number);
    if (accepts(values)) yield values;
  }
}

/** A text that is equal for equal combinations. */
export function keyOf(values: AxisValues): string {
  return JSON.stringify(values);
}

/** Whether each value of an axis is as likely as any other. */
function isUniform(axis: Axis): boolean {
  const { size } = axis;
  if (size === undefined) return false;
  const [from, to] = axis.partOf(axis.at(0));
  return Math.abs((to - from) * size - 1) < 1e-9;
}

/** Numbers from 0 to `count - 1` in random order: a shuffle from the front that keeps only what it moved. */
function* shuffled(count: number, random: RandomNumbers): Generator<number, void> {
  const moved = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const place = i + random.integer(count - i);
    const number = moved.get(place) ?? place;
    moved.set(place, moved.get(i) ?? i);
    moved.delete(i);
    yield number;
  }
}

/** Whether all combinations can be counted one by one. */
function isSmall({ size }: Space): boolean {
  return size !== undefined && size <= BigInt(mostCombinations);
}

/** A combination of values that are drawn from each axis. */
function drawValues(axes: readonly Axis[], random: RandomNumbers): AxisValues {
  return axes.map((axis) => axis.atPart(random.real()));
}

/** Distinct combinations that `where` accepts, drawn from each axis. A small space is then completed in order. */
function* rejected(space: Space, random: RandomNumbers, seen: Set<string>): Generator<AxisValues, void> {
  const { axes } = space;
  const isEndless = axes.some(({ size }) => size === undefined);
  for (let misses = 0; misses < mostMisses; ) {
    const values = drawValues(axes, random);
    const key = isEndless ? "" : keyOf(values);
    if (seen.has(key) || !space.accepts(values)) {
      misses++;
      continue;
    }
    misses = 0;
    // Two equal draws of a range are less likely than a fault of the memory.
    if (!isEndless) seen.add(key);
    yield values;
  }
  if (isSmall(space)) for (const values of gridValues(space)) if (!seen.has(keyOf(values))) yield values;
}

/**
 * Distinct combinations in random order. A small space whose values are equally likely is shuffled; from another one
 * they are drawn, and it ends when nothing new is found.
 */
export function* randomValues(space: Space, random: RandomNumbers): Generator<AxisValues, void> {
  const { axes, size = 0n } = space;
  if (!isSmall(space) || !axes.every(isUniform)) {
    yield* rejected(space, random, new Set());
    return;
  }
  for (const number of shuffled(Number(size), random)) {
    const values = combinationAt(axes, number);
    if (space.accepts(values)) yield values;
  }
}
