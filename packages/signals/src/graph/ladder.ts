import type { ReadonlyTypedArray } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { writeGrowth } from "../base/growth.ts";
import type { Kernel, KindTallies } from "../base/kernel.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { createReferenceKernel } from "../reference/reference-kernel.ts";
import type { KernelPlan } from "../wasm/kernel-plan.ts";
import { memberPlace } from "../wasm/kernel-records.ts";
import type { KernelSpace } from "../wasm/kernel-space.ts";
import { allocateSlot, disposeWith, type Slot } from "../wasm/slot.ts";
import { createWasmKernel } from "../wasm/wasm-kernel.ts";
import { rowBytes, rows, scratchAddress, wasmBlockLength } from "../wasm/working-rows.ts";
import { type LadderLayout, layOutLadder, planRung, planSetting } from "./ladder-layout.ts";
import type { LadderPlan } from "./ladder-plan.ts";
import { createLargestPrices } from "./largest-prices.ts";
import { type Reread, replay } from "./reread.ts";
import { writeRecord } from "./write-record.ts";

/** Signals and equities of kinds over averages that they share, with the bits of kernels of their own. */
export interface Ladder extends Disposable {
  /** Computes bars `from` to `from + count` (exclusive) of two columns. */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The address of the row of signals of a node; that of its equities is six rows further. */
  signalsAt(node: number): number;
  tallies(node: number): KindTallies;
  /** Number of nodes that have a kernel of their own by now. */
  readonly left: number;
}

/** Options of a ladder. */
export interface LadderOptions {
  readonly reread: Reread;
  /** Whether to count bars on the floor. */
  readonly tallies: boolean;
  /** Multiplies the doubt about averages; for tests. Default: 1. */
  readonly doubt?: number | undefined;
}

/** Above this price, window sums may overflow, and no bound of rounding holds. */
const largestSafe = 1e290;

/**
 * The most by which two computations of an average over `length` bars can differ, as a share of the largest price that
 * it depends on; 0 if its bits do not depend on the base length. Sums of positive prices have a relative error of at
 * most one rounding per addition, of which there are fewer than 4 per bar. The most intricate average, HMA, adds them
 * up to some ten times. KAMA's error shrinks by at least 0.4 % per bar, so 250 roundings accumulate.
 */
function slackOf(kind: string, length: number): number {
  if (kind === "ema" || kind === "dema") return 0;
  const roundings = kind === "kama" ? 64 * length + 4096 : 64 * length + 1024;
  return roundings * 2 ** -53;
}

/** The slots of the kernels of rungs and settings, which must not vote by themselves. */
function writeKernel(plan: KernelPlan, space: KernelSpace): Slot | undefined {
  const slot = allocateSlot(plan.slot.length(), space);
  if (slot === undefined) return undefined;
  const memory = space.doubles();
  plan.slot.write(memory, slot.address);
  memory[slot.address / 8 + plan.kernel.first + memberPlace("kernel", "pairCount")] = 0;
  return slot;
}

function writeUnits(plan: LadderPlan, layout: LadderLayout, base: number, memory: Float64Array, doubt: number): void {
  for (let index = 0; index < layout.units; index++) {
    const votes = base + layout.votes(index);
    const equities = base + layout.equities(index);
    const unit = plan.units[index];
    if (unit === undefined) {
      // A unit that fills up the last eight has voted long ago, so that it delays no other.
      writeRecord(memory, base + layout.unit(index), "unit", { votes, equities, vote: 1 });
      memory[votes / 8 - 1] = 1;
      continue;
    }
    const { kind, length, place } = unit;
    const average = rows.averages(averageKinds.indexOf(kind)) + rowBytes * place;
    const slack = doubt * slackOf(kind, length);
    const recursive = Number(kind === "kama");
    const values = { average, votes, equities, slack, recursive, vote: 0, side: Number.NaN };
    writeRecord(memory, base + layout.unit(index), "unit", values);
  }
}

function writeNodes({ nodes, settings }: LadderPlan, layout: LadderLayout, base: number, memory: Float64Array): void {
  for (const [index, { node, units }] of nodes.entries()) {
    const [unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8] = units.map(
      (unit) => base + layout.unit(unit),
    );
    const kind = base + layout.kind(index);
    const all = { unit0, unit1, unit2, unit3, unit4, unit5, unit6, unit7, unit8, kind };
    writeRecord(memory, base + layout.sharedKind(index), "sharedKind", all);
    const signalRow = base + layout.signals(index);
    const equity = base + layout.equity(index);
    writeRecord(memory, kind, "kind", { equity, signalRow, equityRow: signalRow + 6 * rowBytes });
    const { decay } = node.config;
    memory.set([node.config[`${node.kind}Weight`], Number.NaN, 1 - decay / 100, 0], equity / 8);
  }
  for (let setting = 0; setting < settings.length; setting++) {
    const states = (base + layout.states(setting)) / 8;
    memory.fill(1, states, states + layout.units);
  }
}

/** A ladder in the memory `space`; undefined if that cannot grow. */
export function createLadder(plan: LadderPlan, space: KernelSpace, options: LadderOptions): Ladder | undefined {
  const { rungs, units, settings, nodes } = plan;
  const layout = layOutLadder(plan);
  const slots: Slot[] = [];
  function keep(slot: Slot | undefined): number | undefined {
    if (slot !== undefined) slots.push(slot);
    return slot?.address;
  }
  const base = keep(allocateSlot(layout.length, space));
  function recordOf(kernel: KernelPlan): number {
    return (keep(writeKernel(kernel, space)) ?? Number.NaN) + 8 * kernel.kernel.first;
  }
  const rungRecords = rungs.map((rung) => recordOf(planRung(rung)));
  const settingRecords = settings.map(({ config }) => recordOf(planSetting(config)));
  function release(): void {
    for (const slot of slots) slot[Symbol.dispose]();
  }
  if (base === undefined || slots.length < 1 + rungs.length + settings.length) {
    release();
    return undefined;
  }
  const start = base;
  {
    const memory = space.doubles();
    memory.fill(0, base / 8, base / 8 + layout.length);
    writeUnits(plan, layout, base, memory, options.doubt ?? 1);
    writeNodes(plan, layout, base, memory);
  }
  const { exports } = space;
  const longest = Math.max(...units.map(({ length }) => length));
  // HMA looks back by less than two windows.
  const largest = createLargestPrices(2 * longest + wasmBlockLength);
  const ownSource = rungs[0].config.calculationSource !== "close";
  /** The kernels of the nodes that have left. */
  const kernels = new Map<number, Kernel>();
  let bars = 0;
  let previousClose = Number.NaN;

  function leave(node: number): void {
    if (kernels.has(node)) return;
    const { kind, config } = nodes[node].node;
    const outputs = new Set<SignalOutput>([`${kind}Signal`, `${kind}Equity`]);
    const kernel = createWasmKernel(config, outputs, space) ?? createReferenceKernel(config, outputs);
    kernels.set(node, kernel);
    replay(options.reread, bars, kernel.blockLength, ({ close, source }, from, count) => {
      kernel.advance(close, source, from, count);
    });
  }

  function writePrices(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
  ): void {
    const memory = space.doubles();
    for (let i = 0; i < count; i++) memory[rows.close / 8 + i] = close[from + i];
    if (ownSource) for (let i = 0; i < count; i++) memory[rows.source / 8 + i] = source[from + i];
    // The first bar has no return. Vectors also read one bar after the last, whose return must not look like a wild
    // one.
    memory[rows.close / 8 - 1] = bars === 0 ? close[from] : previousClose;
    memory[rows.close / 8 + count] = close[from + count - 1];
  }

  /** Computes averages and votes; returns whether a side is in doubt. */
  function cross(count: number): boolean {
    let doubts = 0;
    for (const [index, { firstUnit, unitCount }] of rungs.entries()) {
      exports.advance(rungRecords[index], scratchAddress, count);
      const first = start + layout.unit(firstUnit);
      doubts += exports.crossUnits(first, unitCount, scratchAddress, count, largest.window, largest.all);
    }
    return doubts > 0;
  }

  /** Gives the nodes with a doubtful unit kernels of their own. */
  function leaveDoubtful(): void {
    const words = new Uint32Array(space.doubles().buffer);
    const doubtful = units.map(
      (_, unit) => words[2 * ((start + layout.unit(unit)) / 8 + memberPlace("unit", "doubtful"))] !== 0,
    );
    for (const [node, { units: own }] of nodes.entries()) if (own.some((unit) => doubtful[unit])) leave(node);
  }

  function writeGrowths(config: (typeof settings)[number]["config"], count: number): void {
    const memory = space.doubles();
    const cap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
    const second = bars - config.cutout;
    if (bars < cap) writeGrowth(memory, rows.firstGrowth / 8, bars, count, config);
    if (second !== bars && second < cap) writeGrowth(memory, rows.secondGrowth / 8, second, count, config);
  }

  /** Computes the equities of a setting; returns false if an equity may reach its cap. */
  function climb(setting: number, count: number): boolean {
    const { config, firstNode, nodeCount } = settings[setting];
    const record = settingRecords[setting];
    writeGrowths(config, count);
    const counts = options.tallies ? start + layout.counts(setting) : 0;
    const states = start + layout.states(setting);
    const first = start + layout.unit(0);
    if (exports.advanceUnits(first, layout.units, record, scratchAddress, bars, count, states, counts) === 0) {
      return false;
    }
    const kinds = start + layout.sharedKind(firstNode);
    exports.advanceSharedKinds(kinds, nodeCount, record, scratchAddress, bars, count);
    return true;
  }

  function hasAllLeft({ firstNode, nodeCount }: (typeof settings)[number]): boolean {
    for (let node = firstNode; node < firstNode + nodeCount; node++) if (!kernels.has(node)) return false;
    return true;
  }

  function copyResults(node: number, { results }: Kernel): void {
    const { kind } = nodes[node].node;
    const memory = space.doubles();
    const row = (start + layout.signals(node)) / 8;
    const signals = results[`${kind}Signal`] as Float64Array;
    const equities = results[`${kind}Equity`] as Float64Array;
    memory.set(signals.subarray(0, wasmBlockLength), row);
    memory.set(equities.subarray(0, wasmBlockLength), row + (6 * rowBytes) / 8);
  }

  const ladder: Ladder = {
    get left() {
      return kernels.size;
    },
    advance(close, source, from, count) {
      largest.add(source, from, count);
      if (kernels.size < nodes.length) {
        writePrices(close, source, from, count);
        if (largest.all > largestSafe) for (let node = 0; node < nodes.length; node++) leave(node);
        else if (cross(count)) leaveDoubtful();
      }
      for (const [index, setting] of settings.entries()) {
        if (hasAllLeft(setting)) continue;
        // Another kernel may have overwritten them.
        writePrices(close, source, from, count);
        if (climb(index, count)) continue;
        const { firstNode, nodeCount } = setting;
        for (let node = firstNode; node < firstNode + nodeCount; node++) leave(node);
      }
      for (const [node, kernel] of kernels) {
        kernel.advance(close, source, from, count);
        copyResults(node, kernel);
      }
      previousClose = close[from + count - 1];
      bars += count;
    },
    signalsAt: (node) => start + layout.signals(node),
    tallies(node) {
      const own = kernels.get(node);
      if (own !== undefined) return own.kindTallies(0);
      const memory = space.doubles();
      const setting = settings.findIndex(
        ({ firstNode, nodeCount }) => node >= firstNode && node < firstNode + nodeCount,
      );
      const { units: nine } = nodes[node];
      const member = (unit: number, name: "vote" | "ties"): number =>
        memory[(start + layout.unit(unit)) / 8 + memberPlace("unit", name)];
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const equity = (start + layout.equity(node)) / 8;
      return {
        ties: sum(nine.map((unit) => member(unit, "ties"))),
        floored: sum(nine.map((unit) => memory[(start + layout.counts(setting)) / 8 + unit])),
        votes: nine.map((unit) => member(unit, "vote")),
        equities: nine.map((unit) => memory[(start + layout.states(setting)) / 8 + unit]),
        equity: memory[equity],
        equityFloored: memory[equity + 3],
      };
    },
    [Symbol.dispose]() {
      release();
      for (const kernel of kernels.values()) kernel[Symbol.dispose]();
    },
  };
  for (const slot of slots) disposeWith(ladder, slot);
  return ladder;
}
