import { AtcError, type BacktestConfig } from "@atc/contract";
import { positionSizing } from "../base/position-sizing.ts";
import type { AnyBoundStrategy } from "../strategy/universe-strategy.ts";
import type { DecidedBars } from "./decider.ts";

/** A time in ms since the epoch: from the first, inclusive, to the second, exclusive. */
export type MemberSpan = readonly [from: number, to: number];

/** The times at which a symbol is a member of the universe: spans that rise and do not overlap. */
export type Members = ReadonlyMap<string, readonly MemberSpan[]>;

/**
 * A strategy whose symbols open positions only while they are members. At the bars of other times, a decision keeps the
 * direction of the decision before it or ends it. A target weight, and a strength that positions are proportional to,
 * keeps its size or shrinks. A symbol that `members` lacks is never a member.
 */
export function withMembers<Strategy extends AnyBoundStrategy>(strategy: Strategy, members: Members): Strategy {
  return { ...strategy, columns: [...new Set([...strategy.columns, "timestamp"])], members };
}

/** Restricts the decisions of one symbol, block by block. */
export interface MemberFilter {
  /**
   * Overwrites the decisions of the next bars.
   *
   * @param times - of the bars, in ms
   */
  restrict(decided: DecidedBars, times: ArrayLike<number> | undefined): void;
}

/** Whether strengths are sizes of positions. */
function areSizes(config: BacktestConfig): boolean {
  return config.signal === "weight" || positionSizing(config).sizing === "signalProportional";
}

/** Creates the filter of one symbol, from its first bar on. */
export function createMemberFilter(config: BacktestConfig, spans: readonly MemberSpan[]): MemberFilter {
  const shrinks = areSizes(config);
  let next = 0;
  let lastDirection = 0;
  let lastStrength = 0;

  /** Whether a time, not earlier than the one before, is in a span. */
  function isMember(time: number): boolean {
    while (next < spans.length && spans[next][1] <= time) next++;
    return next < spans.length && spans[next][0] <= time;
  }

  function smaller(strength: number): number {
    if (lastDirection === 0) return 0;
    return Math.abs(strength) <= Math.abs(lastStrength) ? strength : lastStrength;
  }

  return {
    restrict({ directions, strengths, entries }, times) {
      if (times === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", "members need the times of the bars");
      const { length } = directions;
      for (let i = 0; i < length; i++) {
        if (!isMember(times[i])) {
          if (directions[i] !== lastDirection) directions[i] = 0;
          lastDirection = directions[i];
          if (strengths !== undefined && shrinks) strengths[i] = smaller(strengths[i]);
          if (entries !== undefined) entries[i] = 0;
        }
        lastDirection = directions[i];
        if (strengths !== undefined) lastStrength = strengths[i];
      }
    },
  };
}
