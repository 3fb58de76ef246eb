import type { MemoryLayout } from "../average/memory-layout.ts";
import { makeRoom, type PriceBlock } from "../average/price-block.ts";
import type { Kernel } from "../base/kernel.ts";

/** Marks, rolls back, saves and restores the state of the reference kernel. */
export function createKernelState(
  layout: MemoryLayout,
  block: PriceBlock,
  memory: Float64Array,
): Pick<Kernel, "mark" | "rollBack" | "savedLength" | "save" | "restore"> {
  const { states, kept } = layout;
  const marks = states.map((state) => new Float64Array(state.length));
  const { history } = block;
  const tables = kept.reduce((sum, { length }) => sum + length, 0);
  const savedLength = states.reduce((sum, { length }) => sum + length, tables + 2 * history + 1);
  let start = 0;
  let source = 0;
  // An array, because V8 allocates a double captured by a closure at every assignment.
  const previousClose = new Float64Array(1);
  return {
    mark() {
      // The next bar will then not move the rows, so that it can be rolled back.
      makeRoom(block, memory, 1);
      for (let i = 0; i < states.length; i++) marks[i].set(states[i]);
      start = block.start;
      source = block.source;
      previousClose[0] = block.previousClose;
    },
    rollBack() {
      for (let i = 0; i < states.length; i++) states[i].set(marks[i]);
      block.start = start;
      block.count = 0;
      block.changes += source - block.source;
      block.source = source;
      block.previousClose = previousClose[0];
    },
    savedLength,
    save(target) {
      makeRoom(block, memory, 0);
      let at = 0;
      for (const state of states) {
        target.set(state, at);
        at += state.length;
      }
      for (const { first, length } of kept) {
        target.set(memory.subarray(first, first + length), at);
        at += length;
      }
      target.set(memory.subarray(block.source - history, block.source), at);
      target.set(memory.subarray(block.changes - history, block.changes), at + history);
      target[at + 2 * history] = block.previousClose;
    },
    restore(saved, bars) {
      let at = 0;
      for (const state of states) {
        state.set(saved.subarray(at, at + state.length));
        at += state.length;
      }
      for (const { first, length } of kept) {
        memory.set(saved.subarray(at, at + length), first);
        at += length;
      }
      memory.set(saved.subarray(at, at + history), block.source - history);
      memory.set(saved.subarray(at + history, at + 2 * history), block.changes - history);
      block.previousClose = saved[at + 2 * history];
      block.start = bars;
      block.count = 0;
    },
  };
}
