import type { ReadonlyTypedArray } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import type { KernelTallies, KindTallies } from "../base/kernel.ts";
import { sumTallies } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { BlockResults, ManyKernel, Member } from "../graph/many-kernel.ts";
import { disposeWith } from "../wasm/slot.ts";
import { rows, scratchAddress, wasmBlockLength } from "../wasm/working-rows.ts";
import { createLaneGroup, type LaneGroup, type PairPlan } from "./lane-group.ts";
import { lengthCount, pairOffsets } from "./lane-layout.ts";
import { computeLayer1, computeLayer2, type VotedBlock, writeGrowths } from "./lane-passes.ts";

/** Bytes between the rows of two averages of a kind. */
const averageRowBytes = (rows.averages(1) - rows.averages(0)) / lengthCount;

/** The results of one lane, as views that are valid until the memory grows. */
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

/** The views of both lanes, created again after the memory has grown. */
function createViews(group: LaneGroup): (lane: 0 | 1) => BlockResults {
  let memory: Float64Array | undefined;
  let views: readonly [BlockResults, BlockResults] = [{}, {}];
  return (lane) => {
    const now = group.slot.space.doubles();
    if (now !== memory) views = [viewLane(group, now, 0), viewLane(group, now, 1)];
    memory = now;
    return views[lane];
  };
}

/** The tallies of one member. */
function tallyMember(group: LaneGroup, member: Member, ties: Float64Array, bars: number): KernelTallies {
  const { pairs, plan, layout, slot, base } = group;
  const { pair, state: first } = pairs.find((one) => one.pair.includes(member)) as PairPlan;
  const state = first + (pair[0] === member ? 0 : 8);
  const memory = slot.space.doubles();
  const counts = new BigInt64Array(memory.buffer);
  const firstVoting = plan.parts.findIndex(({ withVotes }) => withVotes);
  const nine = (addressOf: (index: number) => number): Float64Array =>
    Float64Array.from({ length: lengthCount }, (_, index) => memory[addressOf(index) / 8]);
  function tallyOf(index: number): KindTallies {
    const kind = averageKinds.indexOf(plan.parts[index]?.kind ?? "ema");
    const kindState = (state + pairOffsets.kindState(kind)) / 8;
    return {
      ties: ties[kind],
      // Counted over all kinds together.
      floored: index === firstVoting ? Number(counts[(state + pairOffsets.floored) / 8]) : 0,
      votes: nine((length) => base + layout.crossing(kind, length)),
      equities: nine((length) => state + pairOffsets.equities(kind) + 16 * length),
      equity: memory[kindState],
      equityFloored: Number(counts[kindState + 10]),
    };
  }
  return sumTallies(plan.parts, tallyOf, member.config, bars);
}

/** Copies the prices of a block to the kernel and computes its averages. */
function computeAverages(
  { slot, plan, layout, base, outputs, members }: LaneGroup,
  close: ReadonlyTypedArray<number>,
  source: ReadonlyTypedArray<number>,
  from: number,
  count: number,
): void {
  const { exports } = slot.space;
  const memory = slot.space.doubles();
  const ownSource = members[0]?.config.calculationSource !== "close";
  for (let i = 0; i < count; i++) memory[rows.close / 8 + i] = close[from + i];
  if (ownSource) for (let i = 0; i < count; i++) memory[rows.source / 8 + i] = source[from + i];
  exports.advance(slot.address + 8 * plan.kernel.first, scratchAddress, count);
  exports.fillReturns(rows.close, count, base + layout.returns);
  // Results leave the working rows, because a callback may run another computation.
  for (const [number, kind] of averageKinds.entries()) {
    if (!outputs.has(kind)) continue;
    const row = rows.averages(number) / 8;
    memory.copyWithin((base + layout.averageRow(number)) / 8, row, row + count);
  }
}

/**
 * Computes the crossings of a block and adds the ties by kind; `before` is the number of bars in the previous block.
 */
function computeCrossings(group: LaneGroup, ties: Float64Array, before: number, count: number): void {
  const { slot, layout, base, voting } = group;
  const { exports } = slot.space;
  for (const kind of voting) {
    const codes = base + layout.codes(kind);
    exports.carryCodes(codes, before);
    for (let i = 0; i < lengthCount; i++) {
      const average = rows.averages(kind) + averageRowBytes * i;
      const more = exports.computeCrossings(
        average,
        rows.close,
        count,
        codes + 16 + i,
        base + layout.crossing(kind, i),
      );
      ties[kind] = ties[kind] + more;
    }
  }
}

/**
 * A kernel for configurations with the same averages and crossings: computes those once, then two configurations at a
 * time in the lanes of vectors. Undefined if WebAssembly with SIMD cannot run or there is no memory for it.
 */
export function createLaneKernel(
  members: readonly Member[],
  outputs: ReadonlySet<SignalOutput>,
): ManyKernel | undefined {
  const group = createLaneGroup(members, outputs);
  if (group === undefined) return undefined;
  const { pairs, delivered, slot } = group;
  const votes = group.voting.length > 0;
  const resultsOf = createViews(group);
  const ties = new Float64Array(averageKinds.length);
  const capped: boolean[] = [];
  let bars = 0;
  let before = 0;

  function computeTwo(
    first: number,
    block: VotedBlock,
    deliver: (member: Member, results: BlockResults) => void,
  ): void {
    const two = [pairs[first], pairs[first + 1]] as readonly [PairPlan, PairPlan];
    const capFree = votes ? computeLayer1(group as LaneGroup, ...two, block) : [true, true];
    for (const place of [0, 1] as const) {
      if (first + place >= delivered) return;
      const { pair } = two[place];
      if (votes) computeLayer2(group as LaneGroup, place, two[place], capFree[place] === true, block);
      deliver(pair[0], resultsOf(0));
      if (pair[1] !== pair[0]) deliver(pair[1], resultsOf(1));
    }
  }

  const kernel: ManyKernel = {
    members,
    blockLength: wasmBlockLength,
    votes,
    advance(close, source, from, count, deliver) {
      const block = { start: bars, count };
      computeAverages(group, close, source, from, count);
      writeGrowths(group, capped, block);
      computeCrossings(group, ties, before, count);
      for (let first = 0; first < pairs.length; first += 2) computeTwo(first, block, deliver);
      bars += count;
      before = count;
    },
    tallies: (member) => tallyMember(group, members[member], ties, bars),
    [Symbol.dispose]() {
      slot[Symbol.dispose]();
    },
  };
  disposeWith(kernel, slot);
  return kernel;
}

/** Whether the environment allows the kernel in WebAssembly. */
export function lanesWanted(): boolean {
  const wanted = globalThis.process?.env["ATC_KERNEL"];
  return wanted === undefined || wanted === "" || wanted === "wasm";
}
