import type { ReadonlyTypedArray, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { writeGrowth } from "../base/growth.ts";
import type { Kernel, KindTallies } from "../base/kernel.ts";
import { sumTallies } from "../base/kernel-parts.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { firstLayerCutout } from "../base/warmup.ts";
import { planKernel } from "./kernel-plan.ts";
import type { KernelSpace } from "./kernel-space.ts";
import { allocateSlot, disposeWith } from "./slot.ts";
import { slotState } from "./slot-state.ts";
import type { Region } from "./slot-template.ts";
import { longBlockLength, rows, scratchAddress, wasmBlockLength } from "./working-rows.ts";

/** The addresses of the rows of the outputs. */
function rowsOf(outputs: ReadonlySet<SignalOutput>, longBlocks: boolean): ReadonlyMap<SignalOutput, number> {
  const addresses = new Map<SignalOutput, number>([
    ["averageSignal", rows.averageSignal],
    ["direction", rows.direction],
  ]);
  for (const [number, kind] of averageKinds.entries()) {
    addresses.set(kind, longBlocks ? rows.longAverage(number) : rows.averages(number));
    addresses.set(`${kind}Signal`, rows.signals(number));
    addresses.set(`${kind}Equity`, rows.equities(number));
  }
  return new Map([...addresses].filter(([output]) => outputs.has(output)));
}

function viewRows(addresses: ReadonlyMap<SignalOutput, number>, space: KernelSpace, length: number): Kernel["results"] {
  const views: Partial<Record<SignalOutput, Float64Array>> = {};
  for (const [output, address] of addresses) views[output] = space.row(address, length);
  return views;
}

/** Returns the results as views, created again whenever a new computation has made the memory grow. */
function resultsIn(
  space: KernelSpace,
  outputs: ReadonlySet<SignalOutput>,
  longBlocks: boolean,
): () => Kernel["results"] {
  const addresses = rowsOf(outputs, longBlocks);
  const length = longBlocks ? longBlockLength : wasmBlockLength;
  let memory = space.doubles();
  let views = viewRows(addresses, space, length);
  return () => {
    if (space.doubles() === memory) return views;
    memory = space.doubles();
    views = viewRows(addresses, space, length);
    return views;
  };
}

/**
 * The kernel in WebAssembly. One call computes a block: all nine lengths of two kinds advance together in the lanes of
 * vectors. Its slot is in the memory `within` if given. Undefined if this machine cannot run it or there is no memory
 * for it.
 */
export function createWasmKernel(
  config: SignalConfig,
  outputs: ReadonlySet<SignalOutput>,
  within?: KernelSpace,
): Kernel | undefined {
  const plan = planKernel(config, outputs, { longBlocks: true });
  const slot = allocateSlot(plan.slot.length(), within);
  if (slot === undefined) return undefined;
  const { space, address } = slot;
  plan.slot.write(space.doubles(), address);
  const { exports } = space;
  const record = address + 8 * plan.kernel.first;
  const votes = plan.parts.some(({ withVotes }) => withVotes);
  const results = resultsIn(space, outputs, plan.longBlocks);
  const ownSource = config.calculationSource !== "close";
  const growthCap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  const firstCutout = firstLayerCutout(config);
  const closeAt = rows.close / 8;
  const sourceAt = rows.source / 8;
  const longSourceAt = rows.longSource / 8;
  let bars = 0;
  let marked = 0;

  function writeGrowths(memory: Float64Array, count: number): void {
    const first = bars - firstCutout;
    const second = bars - config.cutout;
    if (first < growthCap) writeGrowth(memory, rows.firstGrowth / 8, first, count, config);
    if (second !== first && second < growthCap) writeGrowth(memory, rows.secondGrowth / 8, second, count, config);
  }

  function tallyOf(index: number): KindTallies {
    const memory = space.doubles();
    const planned = plan.tallies[index];
    const view = ({ first, length }: Region): Float64Array =>
      memory.subarray(address / 8 + first, address / 8 + first + length);
    const [ties = 0, floored = 0] = view(planned.counts);
    const [equity = Number.NaN, , , equityFloored = 0] = view(planned.equity);
    return { ties, floored, votes: view(planned.votes), equities: view(planned.equities), equity, equityFloored };
  }

  const { savedLength, save, restore } = slotState(plan, slot);
  const kernel: Kernel = {
    name: "wasm",
    blockLength: plan.longBlocks ? longBlockLength : wasmBlockLength,
    votes,
    get results() {
      return results();
    },
    advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number) {
      const memory = space.doubles();
      if (count > wasmBlockLength) {
        memory.set(source.subarray(from, from + count), longSourceAt);
        exports.advanceLongBlock(record, scratchAddress, count, close[from + count - 1]);
        bars += count;
        return;
      }
      for (let i = 0; i < count; i++) memory[closeAt + i] = close[from + i];
      if (ownSource) for (let i = 0; i < count; i++) memory[sourceAt + i] = source[from + i];
      if (votes) writeGrowths(memory, count);
      exports.advance(record, scratchAddress, count);
      bars += count;
    },
    tallies: () => sumTallies(plan.parts, tallyOf, config, bars),
    kindTallies: tallyOf,
    mark() {
      exports.mark(record);
      marked = bars;
    },
    rollBack() {
      exports.rollBack(record);
      bars = marked;
    },
    savedLength,
    save,
    restore(values, position) {
      restore(values, position);
      bars = position;
    },
    [Symbol.dispose]() {
      slot[Symbol.dispose]();
    },
  };
  disposeWith(kernel, slot);
  return kernel;
}
