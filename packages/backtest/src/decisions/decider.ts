import type { DecisionName, Decisions } from "@atc/contract";
import { AtcError, type BacktestConfig } from "@atc/contract";
import { positionSizing } from "../base/position-sizing.ts";
import { entryNames } from "./wanted-decisions.ts";

/** What is decided at the close of each bar of a block, before `side` restricts it. Valid until the next block. */
export interface DecidedBars {
  /** The direction to hold: -1, 0 or 1. */
  readonly directions: Int8Array;
  /** The strength or target weight, finite and with a sign. Absent: the direction itself. */
  readonly strengths?: Float64Array;
  /** Under `signal: entries` 1 if an entry counts at the bar, else 0. */
  readonly entries?: Uint8Array;
}

/** Turns the output of a strategy for one symbol into decisions, block by block. */
export interface Decider {
  /**
   * The decisions of the next bars. Both arguments are overwritten with them.
   *
   * @param directions - the directions that the strategy wrote
   * @param decisions - the further decisions that it wrote; NaN repeats the last value
   * @throws ATC_INVALID_ARGUMENT with symbol and bar for a direction other than -1, 0 and 1, an infinite strength or
   * weight, and an entry or exit other than 0 and 1; the decider is unusable afterwards
   */
  decide(directions: Int8Array, decisions: Decisions): DecidedBars;
}

function invalidDecision(symbol: string, bar: number, what: string, value: number, allowed: string): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the strategy decided the ${what} "${value}" for symbol "${symbol}" at bar ${bar}; write ${allowed}`,
    { details: { symbol, bar, decision: what, value: String(value) } },
  );
}

function createDirections(symbol: string): (directions: Int8Array) => void {
  let bars = 0;
  return (directions) => {
    const { length } = directions;
    for (let i = 0; i < length; i++) {
      const direction = directions[i];
      if (direction < -1 || direction > 1)
        throw invalidDecision(symbol, bars + i, "direction", direction, "-1 for short, 0 for flat or 1 for long");
    }
    bars += length;
  };
}

/** Replaces NaN by the last value, 0 at first. */
function createHold(symbol: string, name: "strength" | "weight"): (values: Float64Array) => void {
  let last = 0;
  let bars = 0;
  return (values) => {
    const { length } = values;
    let held = last;
    for (let i = 0; i < length; i++) {
      const value = values[i];
      if (Number.isNaN(value)) values[i] = held;
      else held = value;
      if (held - held !== 0) throw invalidDecision(symbol, bars + i, name, held, "a finite number");
    }
    last = held;
    bars += length;
  };
}

function writeSigns(values: Float64Array, directions: Int8Array): void {
  const { length } = directions;
  for (let i = 0; i < length; i++) directions[i] = values[i] > 0 ? 1 : values[i] < 0 ? -1 : 0;
}

function strategyDecider(config: BacktestConfig, symbol: string): Decider {
  const check = createDirections(symbol);
  const hold = createHold(symbol, "strength");
  const followsStrength = positionSizing(config).sizing === "signalProportional";
  return {
    decide(directions, { strength }) {
      check(directions);
      if (strength === undefined) return { directions };
      hold(strength);
      if (followsStrength) writeSigns(strength, directions);
      return { directions, strengths: strength };
    },
  };
}

function outputOf(decisions: Decisions, name: DecisionName): Float64Array {
  const values = decisions[name];
  if (values !== undefined) return values;
  throw new AtcError("ATC_INVALID_ARGUMENT", `the decisions "${name}" are missing; give an array for each wanted one`, {
    details: { decision: name },
  });
}

function weightDecider(symbol: string): Decider {
  const hold = createHold(symbol, "weight");
  return {
    decide(directions, decisions) {
      const weights = outputOf(decisions, "weight");
      hold(weights);
      writeSigns(weights, directions);
      return { directions, strengths: weights };
    },
  };
}

/** The last value of each of the four columns, as bits, and the direction that they led to. */
interface EntryState {
  bits: number;
  direction: number;
  bars: number;
}

const longEntry = 1;
const longExit = 2;
const shortEntry = 4;
const shortExit = 8;

/** The four bits without those that cancel each other. */
function uncancelled(bits: number): number {
  let left = bits;
  if ((left & longEntry) !== 0 && (left & longExit) !== 0) left &= ~(longEntry | longExit);
  if ((left & shortEntry) !== 0 && (left & shortExit) !== 0) left &= ~(shortEntry | shortExit);
  if ((left & longEntry) !== 0 && (left & shortEntry) !== 0) left &= ~(longEntry | shortEntry);
  return left;
}

function directionAfter(bits: number, direction: number): number {
  if ((bits & longEntry) !== 0) return 1;
  if ((bits & shortEntry) !== 0) return -1;
  if ((bits & longExit) !== 0 && direction === 1) return 0;
  if ((bits & shortExit) !== 0 && direction === -1) return 0;
  return direction;
}

function entryDecider(symbol: string): Decider {
  const state: EntryState = { bits: 0, direction: 0, bars: 0 };
  let marks = new Uint8Array(0);

  /** The bits after a value of a column. */
  function withValue(bits: number, column: number, value: number, bar: number): number {
    if (Number.isNaN(value)) return bits;
    const bit = 1 << column;
    if (value === 1) return bits | bit;
    if (value === 0) return bits & ~bit;
    throw invalidDecision(symbol, bar, entryNames[column], value, "0 or 1");
  }

  return {
    decide(directions, decisions) {
      const { length } = directions;
      const [longEntries, longExits, shortEntries, shortExits] = entryNames.map((name) => outputOf(decisions, name));
      if (marks.length < length) marks = new Uint8Array(length);
      const entries = marks.subarray(0, length);
      let { bits, direction } = state;
      for (let i = 0; i < length; i++) {
        const bar = state.bars + i;
        bits = withValue(bits, 0, longEntries[i], bar);
        bits = withValue(bits, 1, longExits[i], bar);
        bits = withValue(bits, 2, shortEntries[i], bar);
        bits = withValue(bits, 3, shortExits[i], bar);
        const counted = uncancelled(bits);
        direction = directionAfter(counted, direction);
        directions[i] = direction;
        entries[i] = (counted & (longEntry | shortEntry)) === 0 ? 0 : 1;
      }
      state.bits = bits;
      state.direction = direction;
      state.bars += length;
      return { directions, entries };
    },
  };
}

/** Creates the decider of one symbol, from its first bar on. */
export function createDecider(config: BacktestConfig, symbol: string): Decider {
  switch (config.signal) {
    case "strategy":
      return strategyDecider(config, symbol);
    case "weight":
      return weightDecider(symbol);
    case "entries":
      return entryDecider(symbol);
  }
}
