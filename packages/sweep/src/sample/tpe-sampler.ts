import type { Axis, AxisValue } from "../space/axis.ts";
import type { Space } from "../space/space.ts";
import { type AxisValues, keyOf, randomValues } from "./draws.ts";
import { proposalBatch } from "./halving-sampler.ts";
import { candidatesOf } from "./open-sampler.ts";
import { type AxisBins, axisBins, drawBin, parzenMasses } from "./parzen-estimate.ts";
import { createRandomNumbers, type RandomNumbers } from "./random-numbers.ts";
import { type DrawOptions, mostDrawn, shortage } from "./random-sampler.ts";
import type { Outcome, Sampler } from "./sampler.ts";
import { createToldCandidates } from "./told-candidates.ts";
import { createValueQueue } from "./value-queue.ts";

/** Values drawn per axis, of which the most promising is proposed. */
const drawsPerValue = 24;
/** The part of the outcomes that is good, and the most of them. */
const goodPart = 0.2;
const mostGood = 25;
/** Proposals that `where` refuses or that are known, before a random configuration is taken instead. */
const mostRefused = 100;

/** An evaluated configuration. */
interface Observation {
  readonly index: number;
  readonly bins: readonly number[];
  /** Undefined, the worst, if there is no objective. */
  readonly score: number | undefined;
}

/** Best first; those without a score last; equal ones in their order. */
function byScore(a: Observation, b: Observation): number {
  if (a.score === undefined || b.score === undefined)
    return Number(a.score === undefined) - Number(b.score === undefined) || a.index - b.index;
  return b.score - a.score || a.index - b.index;
}

/** Proposes a value of one axis. */
type Proposal = (random: RandomNumbers) => AxisValue;

/** Proposes values that are likely among the good observations and unlikely among the others. */
function proposalOf(axis: Axis, bins: AxisBins, good: Int32Array, bad: Int32Array): Proposal {
  const likely = parzenMasses(bins, axis.isOrdered, good);
  const unlikely = parzenMasses(bins, axis.isOrdered, bad);
  return (random) => {
    let best = drawBin(likely, random);
    for (let draw = 1; draw < drawsPerValue; draw++) {
      const bin = drawBin(likely, random);
      if (likely[bin] * unlikely[best] > likely[best] * unlikely[bin]) best = bin;
    }
    return bins.draw(best, random);
  };
}

/**
 * A tree-structured Parzen estimator (Bergstra and others 2011), one axis at a time. The first 32 configurations are
 * random; each further batch of 32 follows from all outcomes before it, so it waits for them. No configuration is
 * proposed twice.
 *
 * @throws ATC_INVALID_CONFIG if `where` leaves out every configuration that is found
 */
export function tpeSampler(space: Space, { count, seed = 1 }: DrawOptions): Sampler {
  const { axes } = space;
  const most = mostDrawn(space, count);
  const random = createRandomNumbers(seed);
  const told = createToldCandidates();
  const notes: string[] = [];
  const bins = axes.map(axisBins);
  const seen = new Set<string>();
  const binsByIndex: (readonly number[])[] = [];
  const observations: Observation[] = [];
  // A generator of its own: how many proposals are refused must not change the random configurations.
  const fallback = createValueQueue(randomValues(space, createRandomNumbers(seed)), Number.POSITIVE_INFINITY, space);
  let isDone = false;

  function randomProposal(): AxisValues | undefined {
    while (!fallback.isEmpty) {
      const [values] = fallback.take(1);
      if (values !== undefined && !seen.has(keyOf(values))) return values;
    }
    return undefined;
  }

  /** A proposal per axis; none if nothing has a score. */
  function proposals(): readonly Proposal[] | undefined {
    const sorted = observations.toSorted(byScore);
    const scored = sorted.filter(({ score }) => score !== undefined).length;
    const goods = Math.min(scored, mostGood, Math.ceil(goodPart * sorted.length));
    if (goods === 0) return undefined;
    const binsOf = (some: readonly Observation[], axis: number): Int32Array =>
      Int32Array.from(some, (one) => one.bins[axis]);
    const [good, bad] = [sorted.slice(0, goods), sorted.slice(goods)];
    return axes.map((axis, place) => proposalOf(axis, bins[place], binsOf(good, place), binsOf(bad, place)));
  }

  function propose(model: readonly Proposal[] | undefined): AxisValues | undefined {
    for (let refused = 0; model !== undefined && refused < mostRefused; refused++) {
      const values = model.map((proposal) => proposal(random));
      if (!seen.has(keyOf(values)) && space.accepts(values)) return values;
    }
    return randomProposal();
  }

  return {
    most,
    notes,
    get isDone() {
      return isDone;
    },
    ask() {
      if (isDone || told.open > 0) return [];
      const model = proposals();
      const batch: AxisValues[] = [];
      const wanted = Math.min(proposalBatch, most - told.asked);
      while (batch.length < wanted) {
        const values = propose(model);
        if (values === undefined) break;
        seen.add(keyOf(values));
        binsByIndex.push(values.map((value, axis) => bins[axis].binOf(value)));
        batch.push(values);
      }
      const candidates = candidatesOf(batch, told.asked);
      told.ask(candidates.length);
      isDone = batch.length < wanted || told.asked >= most;
      const note = isDone ? shortage(told.asked, count) : undefined;
      if (note !== undefined) notes.push(note);
      return candidates;
    },
    tell(outcomes: readonly Outcome[]) {
      for (const outcome of outcomes) {
        told.tell(outcome);
        const { index, score } = outcome;
        const isScore = score !== undefined && Number.isFinite(score);
        observations.push({ index, bins: binsByIndex[index] ?? [], score: isScore ? score : undefined });
      }
    },
  };
}
