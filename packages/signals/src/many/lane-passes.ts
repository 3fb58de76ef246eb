import { growthAfter } from "../base/growth.ts";
import { wasmBlockLength } from "../wasm/working-rows.ts";
import type { LaneGroup, PairPlan } from "./lane-group.ts";
import { pairOffsets, signalRowBytes } from "./lane-layout.ts";

/** A block of bars to compute votes for. */
export interface VotedBlock {
  /** Absolute index of the first bar. */
  readonly start: number;
  readonly count: number;
}

function within(bars: number, count: number): number {
  return Math.max(0, Math.min(bars, count));
}

/**
 * Writes the rows of growth that have not reached their cap. Uses the same `exp` as the kernels of single
 * configurations.
 */
export function writeGrowths({ growths, layout, base, slot }: LaneGroup, capped: boolean[], block: VotedBlock): void {
  const memory = slot.space.doubles();
  for (const [place, { config, cutout }] of growths.entries()) {
    if (capped[place] === true) continue;
    const first = (base + layout.growth(place)) / 8;
    const cap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
    capped[place] = block.start - cutout >= cap;
    const bars = capped[place] === true ? wasmBlockLength : block.count;
    for (let i = 0; i < bars; i++) memory[first + i] = growthAfter(block.start + i - cutout, config);
  }
}

/**
 * Writes the factors of a layer; returns whether they are cap-free: too small for any equity to reach the cap within
 * the block.
 */
function fillLayer(
  group: LaneGroup,
  place: 0 | 1,
  pair: PairPlan,
  layer: 0 | 1,
  { start, count }: VotedBlock,
): boolean {
  const { layout, base, slot } = group;
  const [a, b] = pair.growths[layer];
  const capFree = slot.space.exports.fillLaneFactors(
    base + layout.returns,
    a,
    b,
    pair.state + pairOffsets.retention,
    count,
    within(pair.cutouts[layer] - start + 1, count),
    base + layout.factors(layer) + 16 * place,
    base + layout.spreads(layer, place),
  );
  return capFree !== 0;
}

/** Writes the factors of both layers of a pair; returns whether all are cap-free. */
function fillPair(group: LaneGroup, place: 0 | 1, pair: PairPlan, block: VotedBlock): boolean {
  const capFree = fillLayer(group, place, pair, 0, block);
  return (!pair.separateLayers || fillLayer(group, place, pair, 1, block)) && capFree;
}

function computeSignals(
  group: LaneGroup,
  kind: number,
  place: 0 | 1,
  pair: PairPlan,
  { start, count }: VotedBlock,
): void {
  const { layout, base, slot } = group;
  const signals = base + layout.signals(kind, place);
  const blank = within(pair.cutouts[0] - start, count);
  slot.space.exports.computeSignals(base + layout.votes + 32 * place, count, signals, blank, Number(!pair.lts));
}

/** Computes layer 1 of two pairs; returns for each whether its factors are cap-free. */
export function computeLayer1(
  group: LaneGroup,
  a: PairPlan,
  b: PairPlan,
  block: VotedBlock,
): readonly [boolean, boolean] {
  const { layout, base, slot, voting } = group;
  const capFree = [fillPair(group, 0, a, block), fillPair(group, 1, b, block)] as const;
  for (const kind of voting) {
    slot.space.exports.advanceLayer1(
      base + layout.codes(kind),
      base + layout.factors(0),
      block.count,
      a.state + pairOffsets.equities(kind),
      b.state + pairOffsets.equities(kind),
      a.state + pairOffsets.floored,
      b.state + pairOffsets.floored,
      base + layout.votes,
      Number(capFree[0] && capFree[1]),
    );
    computeSignals(group, kind, 0, a, block);
    computeSignals(group, kind, 1, b, block);
  }
  return capFree;
}

/** Computes layer 2 kind by kind, for every case. */
function computeEachKind(group: LaneGroup, place: 0 | 1, pair: PairPlan, { start, count }: VotedBlock): void {
  const { layout, base, slot, voting } = group;
  const { exports } = slot.space;
  const layer = pair.separateLayers ? 1 : 0;
  const sums = base + layout.sums;
  slot.space.doubles().fill(0, sums / 8, sums / 8 + 4 * count);
  for (const kind of voting) {
    const equities = group.equities[kind] === true ? base + layout.equities(kind) : 0;
    exports.advanceKindEquity(
      base + layout.signals(kind, place),
      base + layout.factors(layer) + 16 * place,
      base + layout.spreads(layer, place),
      count,
      within(pair.cutouts[1] - start, count),
      within(pair.cutouts[1] - start + 1, count),
      pair.state + pairOffsets.kindState(kind),
      sums,
      Number(!pair.lts),
      equities,
    );
    if (equities !== 0) exports.splitLanes(equities, count, 1, base + layout.equityRows(kind), wasmBlockLength);
  }
}

/** Computes layer 2 of all six kinds at once, for the common case. */
function computeAllKinds(group: LaneGroup, place: 0 | 1, pair: PairPlan, count: number): void {
  const { layout, base, slot } = group;
  slot.space.exports.advanceKindEquities(
    base + layout.signals(0, place),
    signalRowBytes,
    base + layout.spreads(pair.separateLayers ? 1 : 0, place),
    pair.state + pairOffsets.retention,
    count,
    pair.state + pairOffsets.kindState(0),
    base + layout.sums,
  );
}

/**
 * Computes layer 2 and the outputs of one of the two pairs; `capFree` is what {@link computeLayer1} returned for it.
 */
export function computeLayer2(
  group: LaneGroup,
  place: 0 | 1,
  pair: PairPlan,
  capFree: boolean,
  block: VotedBlock,
): void {
  const { layout, base, slot, voting, all } = group;
  const { exports } = slot.space;
  const { count } = block;
  for (const kind of voting) {
    if (group.signals[kind] !== true) continue;
    exports.splitLanes(base + layout.signals(kind, place), count, 100, base + layout.signalRows(kind), wasmBlockLength);
  }
  const ordinary = all && pair.lts && capFree && block.start > pair.cutouts[1] && !group.equities.includes(true);
  if (ordinary) computeAllKinds(group, place, pair, count);
  else computeEachKind(group, place, pair, block);
  if (!all) return;
  exports.computeAverageSignal(
    base + layout.sums,
    count,
    pair.state + pairOffsets.average,
    Number(pair.lts),
    Number(pair.strategyMode),
    base + layout.averages,
    base + layout.directions,
    wasmBlockLength,
  );
}
