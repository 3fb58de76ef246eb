/**
 * The signals in AssemblyScript with SIMD, over a memory from the caller. One call computes a block of bars: every
 * kind's nine lengths with their votes and equities, both layers and the average signal. All state is in the records
 * that `src/wasm/kernel-plan.ts` lays out. Arithmetic is in the same order as in the TypeScript kernel, so results are
 * bit-identical.
 */
import { slideAll } from "./averages";
import { advanceAverage, advanceKinds } from "./layers";
import { fillFactors, makeRoom, copyPrices } from "./prices";
import { wholeAt, Kernel, Kind, State, Windows } from "./records";
import { advanceRecursive } from "./recursive";
import { advanceVotes } from "./votes";

export { advanceDecisions, cutKinds } from "./decisions";
export { advanceLongBlock } from "./long-block";
export { splitLanes, computeAverageSignal, advanceKindEquities, advanceKindEquity } from "./many-kinds";
export { fillLaneFactors, fillReturns, computeCrossings, advanceLayer1, computeSignals, carryCodes } from "./many-votes";
export { advanceSharedKinds, advanceUnits, crossUnits } from "./shared-kinds";

/**
 * Computes the `count` bars in the row of the close and, if the calculation source is another column, the row of the
 * source.
 */
export function advance(address: usize, scratch: usize, count: usize): void {
  const kernel = changetype<Kernel>(address);
  const state = changetype<State>(<usize>kernel.state);
  const start = state.bars;
  const source = copyPrices(kernel, state, scratch, count);
  const changes = source + <usize>kernel.changes - <usize>kernel.source;
  for (let i: usize = 0; i < <usize>kernel.windowsCount; i++) {
    slideAll(kernel, changetype<Windows>(wholeAt(kernel.windows, i)), source, changes, scratch, start, count);
  }
  for (let i: usize = 0; i < <usize>kernel.kindCount; i++) {
    advanceRecursive(changetype<Kind>(wholeAt(kernel.kinds, i)), kernel, source, start, count);
  }
  const capFree = kernel.pairCount != 0 && fillFactors(kernel, scratch, start, count);
  for (let i: usize = 0; i < <usize>kernel.pairCount; i++) {
    const a = changetype<Kind>(wholeAt(kernel.pairs, 2 * i));
    const b = changetype<Kind>(wholeAt(kernel.pairs, 2 * i + 1));
    advanceVotes(a, b, kernel, state, capFree, scratch, count);
    advanceKinds(a, b, kernel, start, scratch, count);
  }
  if (kernel.averaged != 0) advanceAverage(kernel, scratch, count);
  state.place += count;
  state.bars += <f64>count;
}

/** Marks the state, so that `rollBack` can undo one more bar. */
export function mark(address: usize): void {
  const kernel = changetype<Kernel>(address);
  // The next bar will then not move the rows, so that it can be rolled back.
  makeRoom(kernel, changetype<State>(<usize>kernel.state), 1);
  memory.copy(<usize>kernel.checkpoint, <usize>kernel.state, <usize>kernel.stateBytes);
}

/** Returns to the marked state. */
export function rollBack(address: usize): void {
  const kernel = changetype<Kernel>(address);
  memory.copy(<usize>kernel.state, <usize>kernel.checkpoint, <usize>kernel.stateBytes);
}
