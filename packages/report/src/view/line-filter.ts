/** A chosen part of an axis, from 0 to 1. */
type AxisBand = readonly [low: number, high: number];

/** Chosen parts of axes; lines outside of one are not chosen. */
export interface LineFilter {
  band(axis: number): AxisBand | undefined;
  set(axis: number, band: AxisBand | undefined): void;
  clear(): void;
  /** Moves the band of an axis by a part, or makes one. */
  move(axis: number, part: number): void;
  /** Makes the band of an axis wider or narrower by a part on each side. */
  widen(axis: number, part: number): void;
  /** Whether a line with these parts is chosen; a missing part is outside of every band. */
  accepts(parts: readonly (number | undefined)[]): boolean;
}

const first: AxisBand = [0.4, 0.6];
const narrowest = 0.01;

/** Creates a filter that accepts all lines. */
export function createLineFilter(): LineFilter {
  const bands = new Map<number, AxisBand>();
  return {
    band: (axis) => bands.get(axis),
    set(axis, band) {
      if (band === undefined) bands.delete(axis);
      else bands.set(axis, [Math.max(0, Math.min(...band)), Math.min(1, Math.max(...band))]);
    },
    clear: () => bands.clear(),
    move(axis, part) {
      const [low, high] = bands.get(axis) ?? first;
      const by = Math.min(1 - high, Math.max(-low, part));
      bands.set(axis, [low + by, high + by]);
    },
    widen(axis, part) {
      const [low, high] = bands.get(axis) ?? first;
      const least = Math.max(part, (narrowest - (high - low)) / 2);
      bands.set(axis, [Math.max(0, low - least), Math.min(1, high + least)]);
    },
    accepts(parts) {
      for (const [axis, [low, high]] of bands) {
        const part = parts[axis];
        if (part === undefined || part < low || part > high) return false;
      }
      return true;
    },
  };
}
