import { averageKinds } from "@atc/contract";
import type { KernelPlan } from "../wasm/kernel-plan.ts";
import { memberPlace, recordLength } from "../wasm/kernel-records.ts";
import type { KernelSpace } from "../wasm/kernel-space.ts";
import { allocateSlot, disposeWith, type Slot } from "../wasm/slot.ts";
import { rowBytes, rows } from "../wasm/working-rows.ts";
import type { BlockRows } from "./block-rows.ts";
import { type LadderLayout, ladderParts } from "./ladder-layout.ts";
import type { LadderPlan } from "./ladder-plan.ts";
import { createRecordWriter } from "./write-record.ts";

/** The slots of a ladder in a memory. */
export interface LadderMemory extends Disposable {
  readonly space: KernelSpace;
  readonly layout: LadderLayout;
  /** The address of the slot. */
  readonly base: number;
  /** The address of the rows. */
  readonly rows: number;
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

/** The place of a ladder, and the factor of all slacks. */
interface LadderPlace {
  readonly memory: Float64Array;
  readonly layout: LadderLayout;
  readonly base: number;
  readonly rows: number;
  readonly doubt: number;
}

function writeUnits(plan: LadderPlan, { memory, layout, base, rows: ownRows, doubt }: LadderPlace): void {
  const writer = createRecordWriter(memory);
  for (let index = 0; index < layout.units; index++) {
    const votes = ownRows + layout.votes(index);
    const equities = ownRows + layout.equities(index);
    const unit = plan.units[index];
    if (unit === undefined) {
      // A unit that fills up the last eight has voted long ago, so that it delays no other.
      writer.write(base + layout.unit(index), "unit", { votes, equities, vote: 1 });
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

function writeNodes({ nodes, settings }: LadderPlan, { memory, layout, base, rows: ownRows }: LadderPlace): void {
  const writer = createRecordWriter(memory);
  for (const [index, { node, units }] of nodes.entries()) {
    const [unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8] = units.map(
      (unit) => base + layout.unit(unit),
    );
    const kind = base + layout.kind(index);
    const all = { unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8, kind };
    writer.write(base + layout.sharedKind(index), "sharedKind", all);
    const signalRow = ownRows + layout.signals(index);
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

/** Writes the votes of units that fill up the last eight, which nobody crosses. All other rows are computed. */
function writeFillers({ units }: LadderPlan, { memory, layout, rows: ownRows }: LadderPlace): void {
  for (let index = units.length; index < layout.units; index++) memory[(ownRows + layout.votes(index)) / 8 - 1] = 1;
}

/** The contents of a slot, as they were written for a place. */
interface KnownLadder {
  readonly base: number;
  readonly rows: number;
  readonly doubt: number;
  readonly values: Float64Array;
}

const knownLadders = new WeakMap<LadderPlan, KnownLadder>();

/** Moves the addresses of records in a slot that was copied. The other addresses are those of rows. */
function moveRecords({ nodes }: LadderPlan, { memory, layout, base }: LadderPlace, by: number): void {
  const words = new Uint32Array(memory.buffer);
  const members = recordLength("sharedKind");
  for (let node = 0; node < nodes.length; node++) {
    const shared = (base + layout.sharedKind(node)) / 4;
    for (let member = 0; member < members; member++) words[shared + 2 * member] += by;
    words[(base + layout.kind(node)) / 4 + 2 * memberPlace("kind", "equity")] += by;
  }
}

/** Writes the slot of a ladder before its first bar. All series of a plan have the same, apart from addresses. */
function writeLadder(plan: LadderPlan, place: LadderPlace): void {
  const { memory, layout, base, rows: ownRows, doubt } = place;
  writeFillers(plan, place);
  const known = knownLadders.get(plan);
  if (known?.rows === ownRows && known.doubt === doubt) {
    memory.set(known.values, base / 8);
    moveRecords(plan, place, base - known.base);
    return;
  }
  memory.fill(0, base / 8, base / 8 + layout.length);
  writeUnits(plan, place);
  writeNodes(plan, place);
  const values = memory.slice(base / 8, base / 8 + layout.length);
  knownLadders.set(plan, { base, rows: ownRows, doubt, values });
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
export function createLadderMemory(
  plan: LadderPlan,
  { space, address: ownRows }: Pick<BlockRows, "space" | "address">,
  doubt: number,
): LadderMemory | undefined {
  const { layout, kernels } = ladderParts(plan);
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
  writeLadder(plan, { memory: space.doubles(), layout, base: own, rows: ownRows, doubt });
  const memory: LadderMemory = {
    space,
    layout,
    base: own,
    rows: ownRows,
    rungs: records.slice(0, plan.rungs.length),
    settings: records.slice(plan.rungs.length),
    [Symbol.dispose]: release,
  };
  for (const slot of slots) if (slot !== undefined) disposeWith(memory, slot);
  return memory;
}
