import { normalCdf } from "@atc/backtest";
import type { Axis, AxisValue } from "../space/axis.ts";
import type { RandomNumbers } from "./random-numbers.ts";

/** Bins of an axis with more values, or with every number of a range. */
const mostBins = 256;

/** Width of a kernel for one observation, as a part of the axis. It falls with the fifth root of their number. */
const widestKernel = 0.2;

/** Bins of an axis: one per value, or equal parts of it. */
export interface AxisBins {
  /** The bounds of the bins, from 0 to 1. */
  readonly edges: Float64Array;
  /** The bin of a value. */
  binOf(value: AxisValue): number;
  /** A value of a bin. */
  draw(bin: number, random: RandomNumbers): AxisValue;
}

/** Divides an axis into bins. */
export function axisBins(axis: Axis): AxisBins {
  const { size } = axis;
  if (size !== undefined && size <= mostBins) {
    const edges = new Float64Array(size + 1);
    for (let bin = 0; bin < size; bin++) edges[bin + 1] = axis.partOf(axis.at(bin))[1];
    const middles = Array.from({ length: size }, (_, bin): [AxisValue, number] => [axis.at(bin), bin]);
    const bins = new Map(middles);
    return { edges, binOf: (value) => bins.get(value) ?? 0, draw: (bin) => axis.at(bin) };
  }
  const edges = Float64Array.from({ length: mostBins + 1 }, (_, edge) => edge / mostBins);
  return {
    edges,
    binOf(value) {
      const [from, to] = axis.partOf(value);
      return Math.min(mostBins - 1, Math.floor(((from + to) / 2) * mostBins));
    },
    draw: (bin, random) => axis.atPart((bin + random.real()) / mostBins),
  };
}

/** Adds normal kernels around a bin's middle, cut at the ends of the axis, to the masses of all bins. */
function addKernel(masses: Float64Array, edges: Float64Array, bin: number, weight: number, width: number): void {
  const middle = (edges[bin] + edges[bin + 1]) / 2;
  const low = normalCdf(-middle / width);
  const share = weight / (normalCdf((1 - middle) / width) - low);
  let before = low;
  for (let i = 0; i < masses.length; i++) {
    const after = normalCdf((edges[i + 1] - middle) / width);
    masses[i] += share * (after - before);
    before = after;
  }
}

/**
 * The probability of each bin from observations: a uniform one, and a kernel around each other one. Values without an
 * order have no neighbours, so their kernels are their own bins.
 */
export function parzenMasses(bins: AxisBins, isOrdered: boolean, observed: Int32Array): Float64Array {
  const { edges } = bins;
  const masses = new Float64Array(edges.length - 1);
  const total = observed.length + 1;
  const counts = new Float64Array(masses.length);
  for (const bin of observed) counts[bin]++;
  // To the power of -0.2. `**` has other last digits from Node 24 on, which could choose another configuration.
  const width = widestKernel * Math.exp(-0.2 * Math.log(Math.max(1, observed.length)));
  for (let bin = 0; bin < masses.length; bin++) {
    masses[bin] += (edges[bin + 1] - edges[bin]) / total;
    if (counts[bin] === 0) continue;
    if (isOrdered) addKernel(masses, edges, bin, counts[bin] / total, width);
    else masses[bin] += counts[bin] / total;
  }
  return masses;
}

/** A bin drawn by its probability. */
export function drawBin(masses: Float64Array, random: RandomNumbers): number {
  let rest = random.real();
  for (let bin = 0; bin < masses.length - 1; bin++) {
    rest -= masses[bin];
    if (rest < 0) return bin;
  }
  return masses.length - 1;
}
