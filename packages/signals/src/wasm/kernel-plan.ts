import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import { type KindPart, longestWindow, neededKinds, needsAll } from "../base/kernel-parts.ts";
import { lineShares } from "../base/line-shares.ts";
import { type SignalOutput, signalOutputs } from "../base/signal-output.ts";
import { firstBarOf } from "../base/warmup.ts";
import { weightSum } from "../base/weight-sum.ts";
import { kernelConstants, settingsOf } from "./kernel-settings.ts";
import { createSlotTemplate, type Region, type SlotTemplate, type Word } from "./slot-template.ts";
import { longHistory, rows, wasmBlockLength } from "./working-rows.ts";

/** The memory in which a kind keeps what the diagnostics need. */
interface PlannedTallies {
  readonly counts: Region;
  readonly votes: Region;
  readonly equities: Region;
  readonly equity: Region;
}

/** The layout of one computation's slot. */
export interface KernelPlan {
  /** The initial contents of the slot. */
  readonly slot: SlotTemplate;
  /** The kernel's record. */
  readonly kernel: Region;
  /** The record of the kernel's state. */
  readonly state: Region;
  /** The kinds needed. */
  readonly parts: readonly KindPart[];
  /** By index in `parts`: counts, votes and equities of layer 1, and the equity of layer 2. */
  readonly tallies: readonly PlannedTallies[];
  /** What a snapshot saves, in the same order as the reference kernel: small states, then tables. */
  readonly saved: readonly Region[];
  /** Whether blocks may be long, because only averages are computed, each at its base length. */
  readonly longBlocks: boolean;
  /** Room for the source and its changes, and the number of earlier bars that stay in it. */
  readonly room: { readonly source: Region; readonly changes: Region; readonly history: number };
}

/** A slot while it is laid out. */
interface Draft {
  readonly slot: SlotTemplate;
  readonly config: SignalConfig;
  readonly averageRow: (kind: number) => number;
  readonly states: Region[];
  readonly tables: Region[];
  readonly windows: Map<number | "changes", Region>;
}

function addState({ slot, states }: Draft, values: readonly number[]): Region {
  const region = slot.state(values);
  states.push(region);
  return region;
}

function addTable({ slot, tables }: Draft, length: number): Region {
  const region = slot.doubles(length);
  tables.push(region);
  return region;
}

function zeros(length: number): readonly number[] {
  return new Array<number>(length).fill(0);
}

/** Windows of nine lengths, not yet assigned to any kind. */
function addWindows(draft: Draft, lengths: readonly number[], weighted: boolean): Region {
  const { slot } = draft;
  const ascending = lengths.map((length, index) => ({ index, length })).sort((a, b) => a.length - b.length);
  const shortest = Math.min(...lengths);
  return slot.record("windows", {
    lengths: slot.whole(ascending.map(({ length }) => length)),
    indices: slot.whole(ascending.map(({ index }) => index)),
    plainSuffixes: addTable(draft, shortest + 1),
    weightedSuffixes: weighted ? addTable(draft, shortest + 1) : 0,
    state: addState(draft, [0, 0, 0]),
    wma: 0,
    lsma: 0,
    hma: 0,
    kama: 0,
  });
}

/** Windows over the source, which kinds of the same base length share. KAMA has its own, over the changes. */
function windowsOf(draft: Draft, kind: AverageKind): Region | undefined {
  if (kind === "ema" || kind === "dema") return undefined;
  const base = draft.config[`${kind}Length`];
  const key = kind === "kama" ? "changes" : base;
  const windows =
    draft.windows.get(key) ?? addWindows(draft, derivedLengths(base, draft.config.robustness), kind !== "kama");
  draft.windows.set(key, windows);
  return windows;
}

/** What the averages of a kind keep; the members after `averages` are for HMA, the last three for LSMA. */
interface AverageWords {
  readonly averages: Word;
  readonly simple: Word;
  readonly wholes: Word;
  readonly halves: Word;
  readonly halfFactors: Word;
  readonly roots: Word;
  readonly rootFactors: Word;
  readonly history: Word;
  readonly weightedShares: Word;
  readonly plainShares: Word;
  readonly back: Word;
}

const noHull = { simple: 0, wholes: 0, halves: 0, halfFactors: 0, roots: 0, rootFactors: 0, history: 0 };
const noLine = { weightedShares: 0, plainShares: 0, back: 0 };

function addHull(draft: Draft, lengths: readonly number[], wholes: number): AverageWords {
  const { slot, config } = draft;
  const halfOf = (length: number): number => Math.floor(length / 2);
  const halves = derivedLengths(config.hmaLength, config.robustness).map(halfOf);
  const roots = lengths.map((length) => Math.floor(Math.sqrt(length)));
  const history = Math.max(...roots);
  return {
    ...noLine,
    simple: 0,
    wholes,
    halves: addWindows(draft, halves, true),
    averages: addState(draft, zeros(lengths.length * history)),
    halfFactors: slot.doubles(
      lengths.length,
      lengths.map((length) => 1 / weightSum(halfOf(length))),
    ),
    roots: slot.whole(roots),
    rootFactors: slot.doubles(
      roots.length,
      roots.map((root) => 1 / weightSum(root)),
    ),
    history,
  };
}

function addLine({ slot, config }: Draft, lengths: readonly number[]): AverageWords {
  const shares = lengths.map((length) => lineShares(length, config));
  const list = (values: readonly number[]): Region => slot.doubles(values.length, values);
  return {
    ...noHull,
    averages: 0,
    weightedShares: list(shares.map(({ weighted }) => weighted)),
    plainShares: list(shares.map(({ plain }) => plain)),
    back: config.lsma === "delayed" ? 8 : 0,
  };
}

function addAverages(draft: Draft, { kind, lengths }: KindPart, wholes: number): AverageWords {
  if (kind === "hma" && draft.config.hma === "hull") return addHull(draft, lengths, wholes);
  if (kind === "lsma") return addLine(draft, lengths);
  const kept = { ema: 1, hma: 0, wma: 0, dema: 2, kama: 1 }[kind];
  const averages = kept === 0 ? 0 : addState(draft, zeros(kept * lengths.length));
  return { ...noHull, ...noLine, averages, simple: kind === "hma" ? 1 : 0 };
}

/** The factor for the sums of a length; for EMA and DEMA, the smoothing factor alpha. */
function factorOf(kind: AverageKind, length: number, config: SignalConfig): number {
  if (kind === "ema" || kind === "dema") return 2 / (length + 1);
  if (kind === "lsma") return lineShares(length, config).factor;
  return kind === "hma" && config.hma === "sma" ? 1 / length : 1 / weightSum(length);
}

/**
 * Rows of the averages over HMA's whole windows: those of WMA if it computes the same nine lengths, else HMA's own
 * rows, which the result then overwrites.
 */
function wholeRows({ config, averageRow }: Draft, parts: readonly KindPart[]): number {
  const shared =
    config.wmaLength === config.hmaLength && parts.some(({ kind, withVotes }) => kind === "wma" && withVotes);
  return averageRow(averageKinds.indexOf(shared ? "wma" : "hma"));
}

/** The record of a kind and its counts. */
interface KindPlan extends PlannedTallies {
  readonly record: Region;
  readonly withVotes: boolean;
}

function addKind(draft: Draft, part: KindPart, wholes: number): KindPlan {
  const { slot, config } = draft;
  const { kind, lengths, withVotes } = part;
  const count = lengths.length;
  const number = averageKinds.indexOf(kind);
  const firsts = lengths.map((length) => firstBarOf(kind, length, config));
  const factors = lengths.map((length) => factorOf(kind, length, config));
  const windows = windowsOf(draft, kind);
  const averages = addAverages(draft, part, wholes);
  const votes = addState(draft, zeros(count));
  const equities = addState(draft, new Array<number>(count).fill(1));
  const sides = addState(draft, new Array<number>(count).fill(Number.NaN));
  const counts = addState(draft, [0, 0]);
  const equity = addState(draft, [config[`${kind}Weight`], Number.NaN, 1 - config.decay / 100, 0]);
  const record = slot.record("kind", {
    ...averages,
    kind: number,
    count,
    lengths: slot.doubles(count, lengths),
    firsts: slot.doubles(count, firsts),
    factors: slot.doubles(count, factors),
    oneMinusAlphas: slot.doubles(
      count,
      factors.map((factor) => 1 - factor),
    ),
    rows: draft.averageRow(number),
    votes,
    equities,
    sides,
    counts,
    equity,
    signalRow: rows.signals(number),
    equityRow: rows.equities(number),
  });
  if (windows !== undefined && kind !== "ema" && kind !== "dema") slot.set(windows, "windows", kind, record);
  return { record, withVotes, counts, votes, equities, equity };
}

/** Kinds two at a time, in the lanes of a vector; a kind without a partner fills both lanes. */
function pairsOf(kinds: readonly KindPlan[]): readonly Region[] {
  const voting = kinds.filter(({ withVotes }) => withVotes).map(({ record }) => record);
  const last = voting.at(-1);
  return last !== undefined && voting.length % 2 === 1 ? [...voting, last] : voting;
}

const plans = new Map<string, KernelPlan>();

/**
 * The layout of a computation's slot. Long blocks are used if `longBlocks` is true and the outputs allow them. The last
 * 32 layouts are cached, because many symbols are computed with one configuration.
 */
export function planKernel(
  config: SignalConfig,
  outputs: ReadonlySet<SignalOutput>,
  { longBlocks = false }: { readonly longBlocks?: boolean } = {},
): KernelPlan {
  const key = JSON.stringify([config, signalOutputs.filter((output) => outputs.has(output)), longBlocks]);
  const known = plans.get(key);
  if (known !== undefined) return known;
  const plan = layOut(config, outputs, longBlocks);
  const [oldest] = plans.keys();
  if (plans.size >= 32 && oldest !== undefined) plans.delete(oldest);
  plans.set(key, plan);
  return plan;
}

function layOut(config: SignalConfig, outputs: ReadonlySet<SignalOutput>, longBlocks: boolean): KernelPlan {
  const slot = createSlotTemplate();
  const parts = neededKinds(config, outputs);
  const history = longestWindow(parts, config);
  const long = longBlocks && history <= longHistory && !parts.some(({ withVotes }) => withVotes);
  const averageRow = long ? rows.longAverage : rows.averages;
  const draft: Draft = { slot, config, averageRow, states: [], tables: [], windows: new Map() };
  // Room for as many new bars as there is history: moving the history to the front then costs at most one copied bar
  // per new bar.
  const capacity = history + Math.max(wasmBlockLength, history);
  const state = slot.state([history, 0, 0, Number.NaN], 2);
  const kinds = parts.map((part) => addKind(draft, part, wholeRows(draft, parts)));
  const average = addState(draft, [0, Number.NaN, 0]);
  const pairs = pairsOf(kinds);
  const windows = [...draft.windows.values()];
  // Loops process four whole vectors at a time, so they read up to seven bars beyond the last.
  const source = slot.doubles(capacity + 8);
  const changes = slot.doubles(capacity + 8);
  const kernel = slot.record("kernel", {
    ...kernelConstants,
    ...settingsOf(config),
    averaged: Number(needsAll(outputs)),
    state,
    stateBytes: 0,
    checkpoint: 0,
    average,
    kinds: slot.whole(kinds.map(({ record }) => record)),
    kindCount: kinds.length,
    windows: slot.whole(windows),
    windowsCount: windows.length,
    pairs: slot.whole(pairs),
    pairCount: pairs.length / 2,
    source,
    changes,
    capacity,
    history,
  });
  const states = slot.placeStates();
  slot.set(kernel, "kernel", "stateBytes", 8 * states.length);
  slot.set(kernel, "kernel", "checkpoint", slot.doubles(states.length));
  const saved = [...draft.states, ...draft.tables];
  return { slot, kernel, state, parts, longBlocks: long, tallies: kinds, saved, room: { source, changes, history } };
}
