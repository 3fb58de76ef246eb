import type { BacktestConfig } from "@atc/contract";
import { barNow, type Holding, type State, side } from "./account-state.ts";
import { fill, type Phase } from "./section-5-fills.ts";

export function usesAtr({ exitUnits, stopLoss, takeProfit, trailingStop }: BacktestConfig): boolean {
  return exitUnits === "atr" && (stopLoss > 0 || takeProfit > 0 || trailingStop > 0);
}

interface Level {
  readonly price: number;
  readonly reason: string;
}

function levelsOf({ config }: State, holding: Holding): { stop: Level | undefined; target: Level | undefined } {
  const dir = side(holding.quantity);
  const at = (from: number, distance: number): number =>
    config.exitUnits === "atr" ? from + distance * (holding.entryRange as number) : from * (1 + distance);
  const { stopLoss, trailingStop, takeProfit } = config;
  const fixed = stopLoss > 0 ? { price: at(holding.averageCost, -dir * stopLoss), reason: "stopLoss" } : undefined;
  const trail =
    trailingStop > 0 ? { price: at(holding.waterMark, -dir * trailingStop), reason: "trailingStop" } : undefined;
  const trailCounts = trail !== undefined && (fixed === undefined || dir * trail.price > dir * fixed.price);
  return {
    stop: trailCounts ? trail : fixed,
    target: takeProfit > 0 ? { price: at(holding.averageCost, dir * takeProfit), reason: "takeProfit" } : undefined,
  };
}

const reachedDown = (price: number, level: number): boolean => price <= level + 1e-10 * Math.abs(level);
const reachedUp = (price: number, level: number): boolean => price >= level - 1e-10 * Math.abs(level);

/** Which exit the bar of a held position brings, if any, and at which price. */
function exitOf(state: State, holding: Holding, openOnly: boolean): { at: number; reason: string } | undefined {
  const { open: first, high, low, close } = barNow(holding);
  const open = first ?? close;
  const { stop, target } = levelsOf(state, holding);
  const isLong = holding.quantity > 0;
  const loses = (price: number): boolean =>
    stop !== undefined && (isLong ? reachedDown(price, stop.price) : reachedUp(price, stop.price));
  const wins = (price: number): boolean =>
    target !== undefined && (isLong ? reachedUp(price, target.price) : reachedDown(price, target.price));
  if (stop !== undefined && loses(open)) return { at: open, reason: stop.reason };
  if (target !== undefined && wins(open)) return { at: open, reason: target.reason };
  if (openOnly) return undefined;
  const stopHit = stop !== undefined && loses(isLong ? low : high);
  const targetHit = target !== undefined && wins(isLong ? high : low);
  const atStop = stop && { at: stop.price, reason: stop.reason };
  const atTarget = target && { at: target.price, reason: target.reason };
  if (!(stopHit && targetHit)) return stopHit ? atStop : targetHit ? atTarget : undefined;
  if (state.config.intrabar === "optimistic") return atTarget;
  if (state.config.intrabar === "pessimistic") return atStop;
  const toLow = open - low;
  const toHigh = high - open;
  const difference = isLong ? toLow - toHigh : toHigh - toLow;
  // Above 0: the extreme on the side of the target is nearer.
  return difference > 1e-10 * open ? atTarget : atStop;
}

/** Closes a position that its bar brings to a level. */
export function exitAtLevels(state: State, holding: Holding, phase: Phase): void {
  const exit = exitOf(state, holding, phase === "open");
  if (exit === undefined) return;
  holding.lock = { direction: side(holding.quantity), bar: holding.bar };
  fill(state, holding, {
    quantity: -holding.quantity,
    target: 0,
    reference: exit.at,
    base: exit.at,
    isLimit: exit.reason === "takeProfit",
    reason: exit.reason,
    phase,
  });
}
