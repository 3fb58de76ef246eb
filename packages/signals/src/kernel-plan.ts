import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds, derivedLengths } from "@atc/contract";
import { growthAfter } from "./growth.ts";
import { type KindPart, longestWindow, neededKinds, needsAll } from "./kernel-parts.ts";
import { rows, wasmBlockLength } from "./kernel-records.ts";
import type { SignalOutput } from "./signal-output.ts";
import { createSlotPlan, type SlotPlan, type Stretch, type Word } from "./slot-plan.ts";
import { firstBarOf, firstLayerCutout } from "./warmup.ts";

/** Where a computation's parts lie in its slot. */
export interface KernelPlan {
  /** The slot. */
  readonly slot: SlotPlan;
  /** The kernel's record. */
  readonly kernel: Stretch;
  /** The record of its state. */
  readonly state: Stretch;
  /** The kinds needed. */
  readonly parts: readonly KindPart[];
  /** For each of them the counts of its votes and its layer-2 equity. */
  readonly tallies: readonly { readonly counts: Stretch; readonly equity: Stretch }[];
  /** What is saved, in the order in which the reference kernel saves: small states, then tables. */
  readonly saved: readonly Stretch[];
  /** Room of the source and of its changes, and how many bars before the current ones it keeps. */
  readonly room: { readonly source: Stretch; readonly changes: Stretch; readonly history: number };
}

/** A slot being laid out. */
interface Draft {
  readonly slot: SlotPlan;
  readonly config: SignalConfig;
  readonly states: Stretch[];
  readonly tables: Stretch[];
  readonly windows: Map<number | "changes", Stretch>;
}

function addState({ slot, states }: Draft, values: readonly number[]): Stretch {
  const stretch = slot.state(values);
  states.push(stretch);
  return stretch;
}

function addTable({ slot, tables }: Draft, length: number): Stretch {
  const stretch = slot.take(length);
  tables.push(stretch);
  return stretch;
}

function zeros(length: number): readonly number[] {
  return new Array<number>(length).fill(0);
}

/** Windows of nine lengths, which no kind takes yet. */
function addWindows(draft: Draft, lengths: readonly number[], weighted: boolean): Stretch {
  const { slot } = draft;
  const ascending = lengths.map((length, index) => ({ index, length })).sort((a, b) => a.length - b.length);
  const shortest = Math.min(...lengths);
  const sorted = ascending.map(({ length }) => length);
  const indices = ascending.map(({ index }) => index);
  return slot.record("windows", {
    lengths: slot.take(sorted.length, sorted),
    indices: slot.take(indices.length, indices),
    plainSuffixes: addTable(draft, shortest + 1),
    weightedSuffixes: weighted ? addTable(draft, shortest + 1) : 0,
    state: addState(draft, [0, 0, 0]),
    wma: 0,
    lsma: 0,
    hma: 0,
    kama: 0,
  });
}

/** Windows over the source, which kinds of the same base length share; KAMA's, over its changes, are its own. */
function windowsOf(draft: Draft, kind: AverageKind): Stretch | undefined {
  if (kind === "ema" || kind === "dema") return undefined;
  const base = draft.config[`${kind}Length`];
  const key = kind === "kama" ? "changes" : base;
  const windows =
    draft.windows.get(key) ?? addWindows(draft, derivedLengths(base, draft.config.robustness), kind !== "kama");
  draft.windows.set(key, windows);
  return windows;
}

/** What the averages of a kind keep, and what only HMA has. */
interface AverageWords {
  readonly averages: Word;
  readonly simple: Word;
  readonly halves: Word;
  readonly roots: Word;
  readonly history: Word;
}

function addHull(draft: Draft, lengths: readonly number[]): AverageWords {
  const { slot, config } = draft;
  const halves = derivedLengths(config.hmaLength, config.robustness).map((length) => Math.floor(length / 2));
  const roots = lengths.map((length) => Math.floor(Math.sqrt(length)));
  const history = Math.max(...roots);
  return {
    simple: 0,
    halves: addWindows(draft, halves, true),
    averages: addState(draft, zeros(lengths.length * history)),
    roots: slot.take(roots.length, roots),
    history,
  };
}

function addAverages(draft: Draft, { kind, lengths }: KindPart): AverageWords {
  if (kind === "hma" && draft.config.hma === "hull") return addHull(draft, lengths);
  const kept = { ema: 1, hma: 0, wma: 0, dema: 2, lsma: 0, kama: 1 }[kind];
  const averages = kept === 0 ? 0 : addState(draft, zeros(kept * lengths.length));
  return { averages, simple: kind === "hma" ? 1 : 0, halves: 0, roots: 0, history: 0 };
}

/** A kind: its record, and where its counts are. */
interface KindPlan {
  readonly record: Stretch;
  readonly withVotes: boolean;
  readonly counts: Stretch;
  readonly equity: Stretch;
}

function addKind(draft: Draft, part: KindPart): KindPlan {
  const { slot, config } = draft;
  const { kind, lengths, withVotes } = part;
  const count = lengths.length;
  const number = averageKinds.indexOf(kind);
  const firsts = lengths.map((length) => firstBarOf(kind, length, config));
  const windows = windowsOf(draft, kind);
  const averages = addAverages(draft, part);
  const votes = addState(draft, zeros(count));
  const equities = addState(draft, new Array<number>(count).fill(1));
  const sides = addState(draft, new Array<number>(count).fill(Number.NaN));
  const counts = addState(draft, [0, 0]);
  const equity = addState(draft, [config[`${kind}Weight`], Number.NaN, 1 - config.decay / 100, 0]);
  const record = slot.record("kind", {
    ...averages,
    kind: number,
    count,
    lengths: slot.take(count, lengths),
    firsts: slot.take(count, firsts),
    rows: rows.averages(number),
    votes,
    equities,
    sides,
    counts,
    equity,
    signalRow: rows.signals(number),
    equityRow: rows.equities(number),
  });
  if (windows !== undefined && kind !== "ema" && kind !== "dema") slot.set(windows, "windows", kind, record);
  return { record, withVotes, counts, equity };
}

/** Two kinds at a time, in the lanes of a vector; an odd one with itself. */
function pairsOf(kinds: readonly KindPlan[]): readonly Stretch[] {
  const voting = kinds.filter(({ withVotes }) => withVotes).map(({ record }) => record);
  const last = voting.at(-1);
  return last !== undefined && voting.length % 2 === 1 ? [...voting, last] : voting;
}

function constantsOf(
  config: SignalConfig,
  all: boolean,
): Record<
  | "ownSource"
  | "kept"
  | "growthCap"
  | "cappedGrowth"
  | "firstCutout"
  | "secondCutout"
  | "cutLong"
  | "cutShort"
  | "longThreshold"
  | "shortThreshold"
  | "lts"
  | "strategyMode"
  | "averaged",
  number
> {
  const lts = config.dialect === "lts";
  const growthCap = config.growthCap === "none" ? Number.POSITIVE_INFINITY : config.growthCap;
  return {
    ownSource: Number(config.calculationSource !== "close"),
    kept: 1 - config.decay / 100,
    growthCap,
    cappedGrowth: growthAfter(growthCap, config),
    firstCutout: firstLayerCutout(config),
    secondCutout: config.cutout,
    cutLong: lts ? config.longThreshold : 0.49,
    cutShort: lts ? config.shortThreshold : -0.49,
    longThreshold: config.longThreshold,
    shortThreshold: config.shortThreshold,
    lts: Number(lts),
    strategyMode: Number(config.strategyMode),
    averaged: Number(all),
  };
}

/** Lays out the slot of a computation. */
export function planKernel(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): KernelPlan {
  const slot = createSlotPlan();
  const draft: Draft = { slot, config, states: [], tables: [], windows: new Map() };
  const parts = neededKinds(config, outputs);
  const history = longestWindow(parts, config);
  // Room for as many new bars as there is history: the shift to the front then costs at most one copied bar per new bar.
  const capacity = history + Math.max(wasmBlockLength, history);
  const state = slot.state([0, Number.NaN, history, 0]);
  const kinds = parts.map((part) => addKind(draft, part));
  const average = addState(draft, [0, Number.NaN, 0]);
  const pairs = pairsOf(kinds);
  const windows = [...draft.windows.values()];
  // Loops take whole vectors, and four at a time: they read up to seven bars beyond the last.
  const source = slot.take(capacity + 8);
  const changes = slot.take(capacity + 8);
  const kernel = slot.record("kernel", {
    ...constantsOf(config, needsAll(outputs)),
    state,
    stateBytes: 0,
    checkpoint: 0,
    average,
    kinds: slot.take(
      kinds.length,
      kinds.map(({ record }) => record),
    ),
    kindCount: kinds.length,
    windows: slot.take(windows.length, windows),
    windowsCount: windows.length,
    pairs: slot.take(pairs.length, pairs),
    pairCount: pairs.length / 2,
    source,
    changes,
    capacity,
    history,
  });
  const states = slot.placeStates();
  slot.set(kernel, "kernel", "stateBytes", 8 * states.length);
  slot.set(kernel, "kernel", "checkpoint", slot.take(states.length));
  const saved = [...draft.states, ...draft.tables];
  return { slot, kernel, state, parts, tallies: kinds, saved, room: { source, changes, history } };
}
