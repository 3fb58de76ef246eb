import type { Space, SweepConfiguration } from "@atc/sweep";

/** A configuration that differs from all others in keys of the axes only; undefined if none is found. */
export function baseConfiguration(space: Space): SweepConfiguration | undefined {
  // The middle of the space need not be valid, so several points are tried.
  for (const part of [0.5, 0, 0.999, 0.25, 0.75])
    try {
      return space.configuration(space.axes.map((axis) => axis.atPart(part)));
    } catch {}
  return undefined;
}
