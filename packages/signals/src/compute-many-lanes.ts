import type { AverageKind, ReadonlyTypedArray } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import type { LaneExports } from "./compute-many-exports.ts";
import { collectGrowths, type Growths, type LanePair, type Member, pairConfigs } from "./compute-many-groups.ts";
import type { BlockResults, ManyKernel } from "./compute-many-kernel.ts";
import { type LaneSlot, pairPlaces, planLaneSlot, signalRowBytes, writePair } from "./compute-many-slot.ts";
import { growthAfter } from "./growth.ts";
import type { KernelTallies } from "./kernel.ts";
import { type KindTallies, needsAll, sumTallies } from "./kernel-parts.ts";
import { type KernelPlan, planKernel } from "./kernel-plan.ts";
import { memberPlace, rows, scratchAddress, wasmBlockLength } from "./kernel-records.ts";
import { type KernelSpace, kernelSpace } from "./kernel-space.ts";
import type { SignalOutput } from "./signal-output.ts";
import { firstLayerCutout } from "./warmup.ts";

const lengthCount = 9;

/** Bytes from one of a kind's rows of averages to the next. */
const averageRowBytes = (rows.averages(1) - rows.averages(0)) / lengthCount;

/** A slot that goes back to its memory when it is disposed of, or when its group is collected. */
interface Slot {
  readonly space: KernelSpace;
  readonly address: number;
  readonly length: number;
}

const abandoned = new FinalizationRegistry<Slot>(({ space, address, length }) => space.release(address, length));

/** What a group is made of and where it lies. */
interface LaneGroup {
  readonly members: readonly Member[];
  readonly pairs: readonly LanePair[];
  readonly growths: Growths;
  readonly plan: KernelPlan;
  readonly layout: LaneSlot;
  readonly slot: Slot;
  /** Address of the layout. */
  readonly base: number;
  /** Numbers of the kinds whose averages vote. */
  readonly voting: readonly number[];
  readonly outputs: ReadonlySet<SignalOutput>;
}

function planGroup(members: readonly Member[], outputs: ReadonlySet<SignalOutput>): LaneGroup | undefined {
  const [{ config }] = members as readonly [Member, ...Member[]];
  const plan = planKernel(config, outputs);
  const pairs = pairConfigs(members);
  const growths = collectGrowths(members);
  const layout = planLaneSlot(growths.all.length, pairs.length + (pairs.length % 2));
  const planned = plan.slot.length();
  const length = planned + layout.length;
  const space = kernelSpace(length);
  const address = space?.take(length);
  if (space === undefined || address === undefined) return undefined;
  const voting = plan.parts.filter(({ withVotes }) => withVotes).map(({ kind }) => averageKinds.indexOf(kind));
  const base = address + 8 * planned;
  const group = { members, pairs, growths, plan, layout, slot: { space, address, length }, base, voting, outputs };
  writeGroup(group);
  return group;
}

/** Writes a group before its first bar. Its kernel takes averages alone: the votes of no kind, and no average signal. */
function writeGroup({ plan, slot, layout, base, pairs }: LaneGroup): void {
  const memory = slot.space.doubles();
  plan.slot.write(memory, slot.address);
  const record = slot.address / 8 + plan.kernel.first;
  memory[record + memberPlace("kernel", "pairCount")] = 0;
  memory[record + memberPlace("kernel", "averaged")] = 0;
  memory.fill(0, base / 8, base / 8 + layout.length);
  const bytes = new Uint8Array(memory.buffer);
  for (let kind = 0; kind < averageKinds.length; kind++) {
    // The code of no vote.
    bytes.fill(32, base + layout.codes(kind), base + layout.codes(kind) + lengthCount);
    for (let i = 0; i < lengthCount; i++) memory[(base + layout.crossing(kind, i)) / 8 + 1] = Number.NaN;
  }
  for (const [place, pair] of pairs.entries()) writePair(memory, (base + layout.pair(place)) / 8, pair);
  const [last] = pairs.slice(-1);
  if (last !== undefined && pairs.length % 2 === 1) writePair(memory, (base + layout.pair(pairs.length)) / 8, last);
}

/** The results of one lane, views that stay valid until the memory grows. */
function viewLane({ layout, base, outputs }: LaneGroup, memory: Float64Array, lane: number): BlockResults {
  const view = (address: number): Float64Array => memory.subarray(address / 8, address / 8 + wasmBlockLength);
  const row = (place: number): Float64Array => view(base + place + 8 * wasmBlockLength * lane);
  const results: Partial<Record<SignalOutput, Float64Array | Int8Array>> = {};
  if (outputs.has("averageSignal")) results.averageSignal = row(layout.averages);
  if (outputs.has("direction")) {
    const first = base + layout.directions + wasmBlockLength * lane;
    results.direction = new Int8Array(memory.buffer, first, wasmBlockLength);
  }
  for (const [number, kind] of averageKinds.entries()) {
    if (outputs.has(kind)) results[kind] = view(base + layout.averageRow(number));
    if (outputs.has(`${kind}Signal`)) results[`${kind}Signal`] = row(layout.signalRows(number));
    if (outputs.has(`${kind}Equity`)) results[`${kind}Equity`] = row(layout.equityRows(number));
  }
  return results;
}

function within(bars: number, count: number): number {
  return Math.max(0, Math.min(bars, count));
}

/** A pair at work: which of the two it is, and its state. */
interface PairAtWork {
  readonly place: number;
  readonly pair: LanePair;
  readonly state: number;
  /** Whether the factors of both layers are small. */
  readonly calm: boolean;
}

/** The passes over a block whose codes there are, for two pairs of configurations. */
interface LanePasses {
  /** Layer 1 of pairs number `first` and `first + 1`. */
  takeVotes(first: number, start: number, count: number): readonly [PairAtWork, PairAtWork];
  /** Layer 2 of one of them, and its outputs. */
  takeKinds(pair: PairAtWork, start: number, count: number): void;
}

function createPasses(group: LaneGroup): LanePasses {
  const { pairs, growths, layout, slot, base, voting, outputs } = group;
  const exports: LaneExports = slot.space.exports;
  const all = needsAll(outputs);
  const wanted = (suffix: "Signal" | "Equity"): readonly boolean[] =>
    averageKinds.map((kind: AverageKind) => outputs.has(`${kind}${suffix}`));
  const signalWanted = wanted("Signal");
  const equityWanted = wanted("Equity");
  const anyEquity = equityWanted.includes(true);
  const votes = base + layout.votes;
  const sums = base + layout.sums;

  function fill(
    { place, pair, state }: PairAtWork,
    layer: number,
    cutout: number,
    start: number,
    count: number,
  ): boolean {
    const [a, b] = pair.map(({ config }) => base + layout.growth(growths.placeOf(config, cutout))) as [number, number];
    const standing = within(cutout - start + 1, count);
    const factors = base + layout.factors(layer) + 16 * place;
    const spreads = base + layout.spreads(layer, place);
    const kept = state + pairPlaces.kept;
    return exports.fillLaneFactors(base + layout.returns, a, b, kept, count, standing, factors, spreads) !== 0;
  }

  function start(place: number, number: number, from: number, count: number): PairAtWork {
    // The last of an odd number of pairs is accompanied by its like, whose results nobody gets.
    const pair = pairs[Math.min(number, pairs.length - 1)] as LanePair;
    const begun = { place, pair, state: base + layout.pair(number), calm: false };
    const [{ config }] = pair;
    const firstCutout = firstLayerCutout(config);
    const calm = fill(begun, 0, firstCutout, from, count);
    const alsoCalm = config.cutout === firstCutout || fill(begun, 1, config.cutout, from, count);
    return { ...begun, calm: calm && alsoCalm };
  }

  function takeVotes(first: number, from: number, count: number): readonly [PairAtWork, PairAtWork] {
    const both = [start(0, first, from, count), start(1, first + 1, from, count)] as const;
    const [a, b] = both;
    for (const kind of voting) {
      exports.takeKind(
        base + layout.codes(kind),
        base + layout.factors(0),
        count,
        a.state + pairPlaces.equities(kind),
        b.state + pairPlaces.equities(kind),
        a.state + pairPlaces.floored,
        b.state + pairPlaces.floored,
        votes,
        Number(a.calm && b.calm),
      );
      for (const { place, pair } of both) {
        const [{ config }] = pair;
        const blank = within(firstLayerCutout(config) - from, count);
        const signals = base + layout.signals(kind, place);
        exports.takeSignals(votes + 32 * place, count, signals, blank, Number(config.dialect !== "lts"));
      }
    }
    return both;
  }

  /** Layer 2 as it stands, kind by kind. */
  function takeEach({ place, pair, state }: PairAtWork, from: number, count: number): void {
    const [{ config }] = pair;
    const { cutout } = config;
    const layer = cutout === firstLayerCutout(config) ? 0 : 1;
    slot.space.doubles().fill(0, sums / 8, sums / 8 + 4 * count);
    for (const kind of voting) {
      const equities = equityWanted[kind] === true ? base + layout.equities(kind) : 0;
      exports.takeKindEquity(
        base + layout.signals(kind, place),
        base + layout.factors(layer) + 16 * place,
        base + layout.spreads(layer, place),
        count,
        within(cutout - from, count),
        within(cutout - from + 1, count),
        state + pairPlaces.kindState(kind),
        sums,
        Number(config.dialect !== "lts"),
        equities,
      );
      if (equities !== 0) exports.splitLanes(equities, count, 1, base + layout.equityRows(kind), wasmBlockLength);
    }
  }

  return {
    takeVotes,
    takeKinds(work, from, count) {
      const { place, pair, state, calm } = work;
      const [{ config }] = pair;
      const lts = config.dialect === "lts";
      for (const kind of voting) {
        const signals = base + layout.signals(kind, place);
        if (signalWanted[kind] === true)
          exports.splitLanes(signals, count, 100, base + layout.signalRows(kind), wasmBlockLength);
      }
      if (!all || anyEquity || !lts || !calm || from <= config.cutout) takeEach(work, from, count);
      else {
        const spreads = base + layout.spreads(config.cutout === 0 ? 0 : 1, place);
        const kindState = state + pairPlaces.kindState(0);
        const signals = base + layout.signals(0, place);
        exports.takeKindEquities(signals, signalRowBytes, spreads, state + pairPlaces.kept, count, kindState, sums);
      }
      if (!all) return;
      const averages = base + layout.averages;
      const directions = base + layout.directions;
      const average = state + pairPlaces.average;
      const delayed = Number(config.strategyMode);
      exports.takeAverage(sums, count, average, Number(lts), delayed, averages, directions, wasmBlockLength);
    },
  };
}

/** Writes the rows of growth that still grow; the machine's own exp, as the kernels of single configurations do. */
function createGrowthRows({ growths, layout, base, slot }: LaneGroup): (start: number, count: number) => void {
  const steady = growths.all.map(() => false);
  return (start, count) => {
    const memory = slot.space.doubles();
    for (const [place, { config, cutout }] of growths.all.entries()) {
      if (steady[place] === true) continue;
      const first = (base + layout.growth(place)) / 8;
      const cap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
      steady[place] = start - cutout >= cap;
      const bars = steady[place] === true ? wasmBlockLength : count;
      for (let i = 0; i < bars; i++) memory[first + i] = growthAfter(start + i - cutout, config);
    }
  };
}

/** The counts of one member. */
function tallyMember(
  { pairs, plan, layout, slot, base }: LaneGroup,
  member: Member,
  ties: Float64Array,
  bars: number,
): KernelTallies {
  const place = pairs.findIndex((pair) => pair.includes(member));
  const lane = pairs[place]?.[0] === member ? 0 : 1;
  const state = base + layout.pair(place) + 8 * lane;
  const memory = slot.space.doubles();
  const counts = new BigInt64Array(memory.buffer);
  const firstVoting = plan.parts.findIndex(({ withVotes }) => withVotes);
  function tallyOf(index: number): KindTallies {
    const kind = averageKinds.indexOf(plan.parts[index]?.kind ?? "ema");
    const kindState = (state + pairPlaces.kindState(kind)) / 8;
    return {
      ties: ties[kind] as number,
      // Counted over all kinds at once.
      floored: index === firstVoting ? Number(counts[(state + pairPlaces.floored) / 8]) : 0,
      votes: Float64Array.from(
        { length: lengthCount },
        (_, i) => memory[(base + layout.crossing(kind, i)) / 8] as number,
      ),
      equities: Float64Array.from(
        { length: lengthCount },
        (_, i) => memory[(state + pairPlaces.equities(kind)) / 8 + 2 * i] as number,
      ),
      equity: memory[kindState] as number,
      equityFloored: Number(counts[kindState + 10]),
    };
  }
  return sumTallies(plan.parts, tallyOf, member.config, bars);
}

/**
 * Configurations of equal averages and crossings: those are taken once, then two configurations at a time in the lanes of vectors. Undefined where
 * WebAssembly with SIMD cannot run or there is no memory for it.
 */
export function createLaneKernel(
  members: readonly Member[],
  outputs: ReadonlySet<SignalOutput>,
): ManyKernel | undefined {
  const group = planGroup(members, outputs);
  if (group === undefined) return undefined;
  const { pairs, plan, layout, slot, base, voting } = group;
  const { space, address } = slot;
  const { exports } = space;
  const record = address + 8 * plan.kernel.first;
  const ownSource = (members[0] as Member).config.calculationSource !== "close";
  const places = new Map<Member, number>(members.map((member, place) => [member, place]));
  const passes = createPasses(group);
  const writeGrowths = createGrowthRows(group);
  const ties = new Float64Array(averageKinds.length);
  let views: readonly [BlockResults, BlockResults] | undefined;
  let viewed: Float64Array | undefined;
  let bars = 0;
  let lastCount = 0;
  let released = false;

  function takeVotes(count: number): void {
    for (const kind of voting) {
      const codes = base + layout.codes(kind);
      exports.turnCodes(codes, lastCount);
      for (let i = 0; i < lengthCount; i++) {
        const average = rows.averages(kind) + averageRowBytes * i;
        const more = exports.takeCrossings(average, rows.close, count, codes + 16 + i, base + layout.crossing(kind, i));
        ties[kind] = (ties[kind] as number) + more;
      }
    }
  }

  function takePrices(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
  ): void {
    const memory = space.doubles();
    for (let i = 0; i < count; i++) memory[rows.close / 8 + i] = close[from + i] as number;
    if (ownSource) for (let i = 0; i < count; i++) memory[rows.source / 8 + i] = source[from + i] as number;
    exports.advance(record, scratchAddress, count);
    exports.fillReturns(rows.close, count, base + layout.returns);
    // Out of the working rows, which whoever is handed results may use for a computation of its own.
    for (const [number, kind] of averageKinds.entries()) {
      if (!outputs.has(kind)) continue;
      const row = rows.averages(number) / 8;
      memory.copyWithin((base + layout.averageRow(number)) / 8, row, row + count);
    }
  }

  function laneResults(): readonly [BlockResults, BlockResults] {
    const memory = space.doubles();
    if (views === undefined || viewed !== memory)
      views = [viewLane(group as LaneGroup, memory, 0), viewLane(group as LaneGroup, memory, 1)];
    viewed = memory;
    return views;
  }

  const kernel: ManyKernel = {
    members,
    blockLength: wasmBlockLength,
    votes: voting.length > 0,
    advance(close, source, from, count, deliver) {
      takePrices(close, source, from, count);
      writeGrowths(bars, count);
      takeVotes(count);
      for (let first = 0; first < pairs.length; first += 2) {
        const both = voting.length > 0 ? passes.takeVotes(first, bars, count) : undefined;
        for (const place of [0, 1]) {
          const pair = pairs[first + place];
          const work = both?.[place];
          if (pair === undefined) continue;
          if (work !== undefined) passes.takeKinds(work, bars, count);
          const [a, b] = pair;
          deliver(places.get(a) as number, laneResults()[0]);
          if (b !== a) deliver(places.get(b) as number, laneResults()[1]);
        }
      }
      bars += count;
      lastCount = count;
    },
    tallies: (member) => tallyMember(group, members[member] as Member, ties, bars),
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      abandoned.unregister(slot);
      space.release(address, slot.length);
    },
  };
  abandoned.register(kernel, slot, slot);
  return kernel;
}

/** Whether the environment leaves the kernel in WebAssembly to be chosen. */
export function lanesWanted(): boolean {
  const wanted = globalThis.process?.env["ATC_KERNEL"];
  return wanted === undefined || wanted === "" || wanted === "wasm";
}
