import { averageKinds } from "@atc/contract";
import type { KernelPlan } from "../wasm/kernel-plan.ts";
import { memberPlace } from "../wasm/kernel-records.ts";
import type { KernelSpace } from "../wasm/kernel-space.ts";
import { allocateSlot, disposeWith, type Slot } from "../wasm/slot.ts";
import { rowBytes, rows } from "../wasm/working-rows.ts";
import { type LadderLayout, layOutLadder, planRung, planSetting } from "./ladder-layout.ts";
import type { LadderPlan } from "./ladder-plan.ts";
import { createRecordWriter } from "./write-record.ts";

/** The slots of a ladder in a memory. */
export interface LadderMemory extends Disposable {
  readonly space: KernelSpace;
  readonly layout: LadderLayout;
  /** The address of the layout. */
  readonly base: number;
  /** Addresses of the records of kernels that compute averages only, by rung. */
  readonly rungs: readonly number[];
  /** Addresses of the records of kernels, by setting. */
  readonly settings: readonly number[];
}

/**
 * The most by which two computations of an average over `length` bars can differ, as a share of the largest price that
 * it depends on; 0 if its bits do not depend on the base length. Sums of positive prices have a relative error of at
 * most one rounding per addition, and an average over a window has at most 2 n + 20 of them. HMA and LSMA add five
 * times as much at most. KAMA has 4 n + 18 roundings per bar, and its error shrinks by at least 0.4 % per bar.
 */
function slackOf(kind: string, length: number): number {
  if (kind === "ema" || kind === "dema") return 0;
  const roundings = kind === "kama" ? 64 * length + 4096 : 64 * length + 1024;
  return roundings * 2 ** -53;
}

function writeUnits(plan: LadderPlan, layout: LadderLayout, base: number, memory: Float64Array, doubt: number): void {
  const writer = createRecordWriter(memory);
  for (let index = 0; index < layout.units; index++) {
    const votes = base + layout.votes(index);
    const equities = base + layout.equities(index);
    const unit = plan.units[index];
    if (unit === undefined) {
      // A unit that fills up the last eight has voted long ago, so that it delays no other.
      writer.write(base + layout.unit(index), "unit", { votes, equities, vote: 1 });
      memory[votes / 8 - 1] = 1;
      continue;
    }
    const { kind, length, place } = unit;
    const average = rows.averages(averageKinds.indexOf(kind)) + rowBytes * place;
    const slack = doubt * slackOf(kind, length);
    const recursive = Number(kind === "kama");
    const values = { average, votes, equities, slack, recursive, vote: 0, side: Number.NaN };
    writer.write(base + layout.unit(index), "unit", values);
  }
}

function writeNodes({ nodes, settings }: LadderPlan, layout: LadderLayout, base: number, memory: Float64Array): void {
  const writer = createRecordWriter(memory);
  for (const [index, { node, units }] of nodes.entries()) {
    const [unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8] = units.map(
      (unit) => base + layout.unit(unit),
    );
    const kind = base + layout.kind(index);
    const all = { unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8, kind };
    writer.write(base + layout.sharedKind(index), "sharedKind", all);
    const signalRow = base + layout.signals(index);
    const equity = base + layout.equity(index);
    writer.write(kind, "kind", { equity, signalRow, equityRow: signalRow + 6 * rowBytes });
    const { decay } = node.config;
    memory.set([node.config[`${node.kind}Weight`], Number.NaN, 1 - decay / 100, 0], equity / 8);
  }
  for (let setting = 0; setting < settings.length; setting++) {
    const states = (base + layout.states(setting)) / 8;
    memory.fill(1, states, states + layout.units);
  }
}

/** Writes a kernel that has no votes of its own; returns its slot. */
function writeKernel(plan: KernelPlan, space: KernelSpace): Slot | undefined {
  const slot = allocateSlot(plan.slot.length(), space);
  if (slot === undefined) return undefined;
  const memory = space.doubles();
  plan.slot.write(memory, slot.address);
  memory[slot.address / 8 + plan.kernel.first + memberPlace("kernel", "pairCount")] = 0;
  return slot;
}

/** Writes the initial contents of a ladder; undefined if the memory cannot grow. `doubt` multiplies all slacks. */
export function createLadderMemory(plan: LadderPlan, space: KernelSpace, doubt: number): LadderMemory | undefined {
  const layout = layOutLadder(plan);
  const kernels = [...plan.rungs.map(planRung), ...plan.settings.map(({ config }) => planSetting(config))];
  const slots = [allocateSlot(layout.length, space), ...kernels.map((kernel) => writeKernel(kernel, space))];
  function release(): void {
    for (const slot of slots) slot?.[Symbol.dispose]();
  }
  const [own, ...others] = slots.map((slot) => slot?.address);
  if (own === undefined || others.includes(undefined)) {
    release();
    return undefined;
  }
  const records = kernels.map(({ kernel }, index) => (others[index] ?? 0) + 8 * kernel.first);
  const values = space.doubles();
  values.fill(0, own / 8, own / 8 + layout.length);
  writeUnits(plan, layout, own, values, doubt);
  writeNodes(plan, layout, own, values);
  const memory: LadderMemory = {
    space,
    layout,
    base: own,
    rungs: records.slice(0, plan.rungs.length),
    settings: records.slice(plan.rungs.length),
    [Symbol.dispose]: release,
  };
  for (const slot of slots) if (slot !== undefined) disposeWith(memory, slot);
  return memory;
}
