import type { KernelPlan } from "../wasm/kernel-plan.ts";
import { planKernel } from "../wasm/kernel-plan.ts";
import { recordLength } from "../wasm/kernel-records.ts";
import { rowBytes } from "../wasm/working-rows.ts";
import type { LadderPlan, Rung } from "./ladder-plan.ts";

/** Units that advance together. */
const unitsAtOnce = 8;

/** Byte offsets in the slot of a ladder, and in its rows. */
export interface LadderLayout {
  /** Number of units with those that fill up the last eight. */
  readonly units: number;
  unit(unit: number): number;
  /** The equity of each unit for a setting. */
  states(setting: number): number;
  /** The bars on the floor of each unit for a setting. */
  counts(setting: number): number;
  sharedKind(node: number): number;
  kind(node: number): number;
  /** The state of the equity of a node: four doubles. */
  equity(node: number): number;
  /** Doubles of the slot. */
  readonly length: number;
  /** In the rows. */
  votes(unit: number): number;
  equities(unit: number): number;
  /** The row of signals of a node; that of equities is six rows further. */
  signals(node: number): number;
  /** Doubles of the rows. */
  readonly rowsLength: number;
}

function layOutLadder({ units, settings, nodes }: LadderPlan): LadderLayout {
  const padded = unitsAtOnce * Math.ceil(units.length / unitsAtOnce);
  let end = 0;
  function reserve(bytes: number, count: number): (index: number) => number {
    const first = end;
    end += bytes * count;
    return (index) => first + bytes * index;
  }
  const unit = reserve(8 * recordLength("unit"), padded);
  const states = reserve(8 * padded, settings.length);
  const counts = reserve(8 * padded, settings.length);
  const sharedKind = reserve(8 * recordLength("sharedKind"), nodes.length);
  const kind = reserve(8 * recordLength("kind"), nodes.length);
  const equity = reserve(8 * 4, nodes.length);
  const length = end / 8;
  // A row of votes begins after the vote of the bar before.
  end = 64;
  const votes = reserve(rowBytes, padded);
  const equities = reserve(rowBytes, padded);
  const sixes = reserve(12 * rowBytes, Math.ceil(nodes.length / 6));
  return {
    units: padded,
    unit,
    votes,
    equities,
    states,
    counts,
    sharedKind,
    kind,
    equity,
    signals: (node) => sixes(Math.floor(node / 6)) + rowBytes * (node % 6),
    length,
    rowsLength: end / 8,
  };
}

/** The plan of a kernel that computes the nine averages of each kind of a rung. */
function planRung({ config, kinds }: Rung): KernelPlan {
  return planKernel(config, new Set(kinds.map((kind) => `${kind}Equity` as const)));
}

/** The plan of a kernel whose record has the settings of equities. */
function planSetting(config: Rung["config"]): KernelPlan {
  return planKernel(config, new Set(["emaEquity"] as const));
}

/** How a ladder is laid out, and its kernels: one per rung, then one per setting. */
export interface LadderParts {
  readonly layout: LadderLayout;
  readonly kernels: readonly KernelPlan[];
  /** Doubles of all slots. */
  readonly length: number;
}

/** Every series has a ladder of the same plan. */
const known = new WeakMap<LadderPlan, LadderParts>();

export function ladderParts(plan: LadderPlan): LadderParts {
  const parts = known.get(plan);
  if (parts !== undefined) return parts;
  const layout = layOutLadder(plan);
  const kernels = [...plan.rungs.map(planRung), ...plan.settings.map(({ config }) => planSetting(config))];
  const length = kernels.reduce((sum, { slot }) => sum + slot.length(), layout.length);
  const created = { layout, kernels, length };
  known.set(plan, created);
  return created;
}
