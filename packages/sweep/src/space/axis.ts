/** A value of an axis. `none` is a text here, as in a file. */
export type AxisValue = number | boolean | string;

/** A dimension of a space: the values of a key, or of several keys that are tied. */
export interface Axis {
  /** The first of its keys. */
  readonly name: string;
  /** The keys that receive its value: keys of the table, or `parameters.NAME` of the strategy. */
  readonly keys: readonly string[];
  /** The kind of its values; a `number` may have a fraction. Values of a key that accepts `none` may also be that. */
  readonly kind: "number" | "integer" | "boolean" | "text";
  /** How many values it has; undefined for every number of a range. */
  readonly size: number | undefined;
  /** Whether neighbouring values are similar: ranges, and rising lists of numbers. */
  readonly isOrdered: boolean;
  /** The value at an index from 0. An axis without a size has no indices. */
  at(index: number): AxisValue;
  /** The value at a part of the axis from 0, inclusive, to 1, exclusive; values have equal or logarithmic shares. */
  atPart(part: number): AxisValue;
  /** The part of the axis that a value takes, as two bounds from 0 to 1. They are equal for a value of a range. */
  partOf(value: AxisValue): readonly [from: number, to: number];
}
