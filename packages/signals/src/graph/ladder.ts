import type { ReadonlyTypedArray } from "@atc/contract";
import { writeGrowth } from "../base/growth.ts";
import type { KindTallies } from "../base/kernel.ts";
import { memberPlace } from "../wasm/kernel-records.ts";
import { rows, scratchAddress, wasmBlockLength } from "../wasm/working-rows.ts";
import type { BlockRows } from "./block-rows.ts";
import { createLadderMemory, type LadderMemory } from "./ladder-memory.ts";
import type { LadderPlan } from "./ladder-plan.ts";
import { createLargestPrices } from "./largest-prices.ts";
import { createLeftKinds, type LeftKinds } from "./left-kinds.ts";
import type { Reread } from "./reread.ts";

/** Signals and equities of kinds over averages that they share, with the bits of kernels of their own. */
export interface Ladder extends Disposable {
  /** Number of nodes that have a kernel of their own by now. */
  readonly left: number;
  /** Computes bars `from` to `from + count` (exclusive) of two columns. */
  advance(close: ReadonlyTypedArray<number>, source: ReadonlyTypedArray<number>, from: number, count: number): void;
  /** The address of the row of signals of a node; that of its equities is six rows further. */
  signalsAt(node: number): number;
  /** The tallies of a node. Valid until a kernel advances. */
  tallies(node: number): KindTallies;
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

/** The tallies of a node that is on the ladder. */
function tallyClimber(
  { nodes, settings }: LadderPlan,
  { space, layout, base }: LadderMemory,
  node: number,
): KindTallies {
  const memory = space.doubles();
  const setting = settings.findIndex(({ firstNode, nodeCount }) => node >= firstNode && node < firstNode + nodeCount);
  const { units } = nodes[node];
  const member = (unit: number, name: "vote" | "ties"): number =>
    memory[(base + layout.unit(unit)) / 8 + memberPlace("unit", name)];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const equity = (base + layout.equity(node)) / 8;
  return {
    ties: sum(units.map((unit) => member(unit, "ties"))),
    floored: sum(units.map((unit) => memory[(base + layout.counts(setting)) / 8 + unit])),
    votes: units.map((unit) => member(unit, "vote")),
    equities: units.map((unit) => memory[(base + layout.states(setting)) / 8 + unit]),
    equity: memory[equity],
    equityFloored: memory[equity + 3],
  };
}

/** Gives the nodes with a doubtful unit kernels of their own. */
function leaveDoubtful(
  { nodes, units }: LadderPlan,
  { space, layout, base }: LadderMemory,
  left: LeftKinds,
  bars: number,
): void {
  const words = new Uint32Array(space.doubles().buffer);
  const doubtful = units.map(
    (_, unit) => words[2 * ((base + layout.unit(unit)) / 8 + memberPlace("unit", "doubtful"))] !== 0,
  );
  for (const [node, { units: own }] of nodes.entries()) if (own.some((unit) => doubtful[unit])) left.leave(node, bars);
}

type Setting = LadderPlan["settings"][number];

/** A ladder in the memory of its rows; undefined if that cannot grow. */
export function createLadder(
  plan: LadderPlan,
  ownRows: Pick<BlockRows, "space" | "address">,
  options: LadderOptions,
): Ladder | undefined {
  const memory = createLadderMemory(plan, ownRows, options.doubt ?? 1);
  return memory && ladderIn(memory, plan, options);
}

function ladderIn(memory: LadderMemory, plan: LadderPlan, options: LadderOptions): Ladder {
  const { rungs, units, settings, nodes } = plan;
  const { space, layout, base } = memory;
  const { exports } = space;
  const left = createLeftKinds(plan, memory, options.reread);
  // HMA looks back by less than two windows.
  const longest = 2 * Math.max(...units.map(({ length }) => length));
  const largest = createLargestPrices(longest + wasmBlockLength);
  const ownSource = rungs[0].config.calculationSource !== "close";
  let bars = 0;
  let previousClose = Number.NaN;

  function writePrices(
    close: ReadonlyTypedArray<number>,
    source: ReadonlyTypedArray<number>,
    from: number,
    count: number,
  ): void {
    const values = space.doubles();
    const closeAt = rows.close / 8;
    for (let i = 0; i < count; i++) values[closeAt + i] = close[from + i];
    if (ownSource) for (let i = 0; i < count; i++) values[rows.source / 8 + i] = source[from + i];
    // The first bar has no return. Vectors also read one bar after the last, whose return must not look like a wild
    // one.
    values[closeAt - 1] = bars === 0 ? close[from] : previousClose;
    values[closeAt + count] = close[from + count - 1];
  }

  /** Computes averages and votes; returns whether a side is in doubt. */
  function cross(count: number): boolean {
    let doubts = 0;
    for (const [index, { firstUnit, unitCount }] of rungs.entries()) {
      exports.advance(memory.rungs[index], scratchAddress, count);
      const first = base + layout.unit(firstUnit);
      doubts += exports.crossUnits(first, unitCount, scratchAddress, count, largest.window, largest.all);
    }
    return doubts > 0;
  }

  function writeGrowths({ config }: Setting, count: number): void {
    const values = space.doubles();
    const cap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
    const second = bars - config.cutout;
    if (bars < cap) writeGrowth(values, rows.firstGrowth / 8, bars, count, config);
    if (second !== bars && second < cap) writeGrowth(values, rows.secondGrowth / 8, second, count, config);
  }

  /** Computes both layers of a setting; returns false if an equity may reach its cap. */
  function climb(index: number, count: number): boolean {
    const { firstNode, nodeCount } = settings[index];
    const record = memory.settings[index];
    const counts = options.tallies ? base + layout.counts(index) : 0;
    const states = base + layout.states(index);
    const first = base + layout.unit(0);
    if (exports.advanceUnits(first, layout.units, record, scratchAddress, bars, count, states, counts) === 0) {
      return false;
    }
    const kinds = base + layout.sharedKind(firstNode);
    exports.advanceSharedKinds(kinds, nodeCount, record, scratchAddress, bars, count);
    return true;
  }

  function hasAllLeft({ firstNode, nodeCount }: Setting): boolean {
    for (let node = firstNode; node < firstNode + nodeCount; node++) if (left.kernel(node) === undefined) return false;
    return true;
  }

  return {
    get left() {
      return left.size;
    },
    advance(close, source, from, count) {
      largest.add(source, from, count);
      if (left.size < nodes.length) {
        writePrices(close, source, from, count);
        if (largest.all > largestSafe) for (let node = 0; node < nodes.length; node++) left.leave(node, bars);
        else if (cross(count)) leaveDoubtful(plan, memory, left, bars);
      }
      for (const [index, setting] of settings.entries()) {
        if (hasAllLeft(setting)) continue;
        // Another kernel may have overwritten them.
        writePrices(close, source, from, count);
        writeGrowths(setting, count);
        if (climb(index, count)) continue;
        const { firstNode, nodeCount } = setting;
        for (let node = firstNode; node < firstNode + nodeCount; node++) left.leave(node, bars);
      }
      left.advance(close, source, from, count);
      previousClose = close[from + count - 1];
      bars += count;
    },
    signalsAt: (node) => memory.rows + layout.signals(node),
    tallies: (node) => left.kernel(node)?.kindTallies(0) ?? tallyClimber(plan, memory, node),
    [Symbol.dispose]() {
      memory[Symbol.dispose]();
      left[Symbol.dispose]();
    },
  };
}
