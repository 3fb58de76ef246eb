import { barNow, type Holding, type State, side } from "./account-state.ts";
import { averageTrueRange, fill } from "./section-5-fills.ts";
import { usesAtr } from "./section-7-exits.ts";
import { share } from "./section-10-shares.ts";
import { volatilityAt } from "./volatility.ts";

/** Whether a lock holds at this order event; one that ends is removed (section 7). */
function isLocked({ config }: State, holding: Holding): boolean {
  const { lock } = holding;
  if (lock === undefined) return false;
  const u = holding.bar - 1;
  const decision = holding.bars[u] as { direction: number; isEntry: boolean };
  const ends =
    decision.direction !== lock.direction ||
    (config.reentry === "immediately" && u >= lock.bar) ||
    (config.signal === "entries" && u >= lock.bar && decision.isEntry);
  if (ends) holding.lock = undefined;
  return !ends;
}

/** The direction wanted now by the decision of the previous bar. */
export function wanted(state: State, holding: Holding): number {
  if (state.isBankrupt) return 0;
  const { direction } = holding.bars[holding.bar - 1] as { direction: number };
  if (isLocked(state, holding)) return 0;
  return isOverdue(state, holding, direction) ? 0 : direction;
}

function isOverdue({ config }: State, holding: Holding, direction: number): boolean {
  const { maxHoldingBars } = config;
  if (maxHoldingBars === 0 || direction === 0 || direction !== side(holding.quantity)) return false;
  return holding.bar >= holding.entryBar + maxHoldingBars;
}

function isDue({ scheduled, index }: State, { previousIndex }: Holding): boolean {
  return scheduled.some((one) => one > previousIndex && one <= index);
}

/** Reference prices of this event: those of the bars now, the last close of the other symbols. */
type References = ReadonlyMap<Holding, number>;

function referenceOf(references: References, holding: Holding): number {
  return references.get(holding) ?? holding.lastClose;
}

interface Ordered {
  readonly holding: Holding;
  want: number;
  readonly isDue: boolean;
  readonly reason: string;
  /** undefined: unknown. */
  notional: number | undefined;
  target: number;
}

function listOrders(state: State, now: readonly Holding[]): Ordered[] {
  return now
    .filter(({ bar, isListed }) => bar > 0 && isListed)
    .map((holding) => {
      const { direction } = holding.bars[holding.bar - 1] as { direction: number };
      const want = wanted(state, holding);
      const held = side(holding.quantity);
      const overdue = isOverdue(state, holding, direction);
      const reason = state.isBankrupt
        ? "bankruptcy"
        : direction !== held
          ? "signal"
          : overdue
            ? "timeExit"
            : "rebalance";
      return { holding, want, held, isDue: isDue(state, holding), reason, notional: 0, target: 0 };
    })
    .filter(({ want, held, isDue: due }) => want !== held || (want !== 0 && due));
}

function notionalOf(state: State, holding: Holding, equity: number, reference: number): number | undefined {
  const { config } = state;
  const { sizing = config.signal === "weight" ? "signalProportional" : "allIn", size = 1 } = config;
  const u = holding.bar - 1;
  if (usesAtr(config) && averageTrueRange(holding.bars.slice(0, u + 1), config.atrLength) === undefined)
    return undefined;
  const a = share(state, holding);
  if (a === undefined) return undefined;
  if (a === 0) return 0;
  if (sizing === "allIn") return a * equity;
  if (sizing === "fixedFraction") return a * equity * size;
  if (sizing === "fixedNotional") return size;
  if (sizing === "fixedQuantity") return size * reference;
  if (sizing === "signalProportional")
    return a * equity * size * Math.abs((holding.bars[u] as { weight: number }).weight);
  const vol = volatilityAt(holding.bars, u, config.volatilityLookback);
  return vol === undefined ? undefined : (a * equity * size) / vol;
}

function assignSlots(state: State, orders: readonly Ordered[]): void {
  const { config, holdings } = state;
  if (config.account !== "shared" || config.maxPositions === 0) return;
  const asks = ({ want, notional }: Ordered): boolean => want !== 0 && notional !== undefined && notional > 0;
  const competitors = orders.filter((order) => asks(order) && (order.holding.quantity === 0 || order.isDue));
  const keepers = holdings.filter((holding) => {
    if (holding.quantity === 0 || competitors.some((one) => one.holding === holding)) return false;
    const order = orders.find((one) => one.holding === holding);
    return order === undefined || asks(order);
  });
  const strength = ({ holding }: Ordered): number =>
    Math.abs((holding.bars[holding.bar - 1] as { weight: number }).weight);
  const ranked = [...competitors].sort(
    (a, b) => strength(b) - strength(a) || holdings.indexOf(a.holding) - holdings.indexOf(b.holding),
  );
  for (const loser of ranked.slice(Math.max(0, config.maxPositions - keepers.length))) {
    loser.want = 0;
    loser.notional = 0;
  }
}

function targetOf(state: State, order: Ordered, equity: number, reference: number): number {
  const { config } = state;
  const { holding, want } = order;
  const q = holding.quantity;
  let target = (want * (order.notional ?? 0)) / reference;
  const isKept = want !== 0 && want === side(q);
  if (isKept && (Math.abs(target - q) * reference) / equity <= Math.max(config.rebalanceBand, 1e-9)) return q;
  if (config.lotSize > 0)
    target = side(target) * config.lotSize * Math.floor((Math.abs(target) / config.lotSize) * (1 + 1e-12));
  if (Math.abs(target) * reference < Math.max(config.minNotional, 1e-9 * equity)) target = 0;
  const isResize = isKept && target !== 0;
  return isResize && Math.abs(target - q) * reference < config.minNotional ? q : target;
}

/** Fills the decisions of the previous bars (section 6). */
export function fillDecisions(state: State, now: readonly Holding[], phase: "open" | "close"): void {
  const { config, holdings } = state;
  const references: References = new Map(
    now.map((holding) => {
      const { open, close } = barNow(holding);
      return [holding, phase === "open" ? (open as number) : close];
    }),
  );
  let orders = listOrders(state, now);
  if (orders.length === 0) return;
  const equity = holdings.reduce((sum, one) => sum + one.quantity * referenceOf(references, one), state.cash);
  if (equity <= 0 && !state.isBankrupt) {
    state.isBankrupt = true;
    state.bankruptAt = state.times[state.index];
    orders = listOrders(state, now);
  }
  for (const order of orders)
    if (order.want !== 0)
      order.notional = notionalOf(state, order.holding, equity, referenceOf(references, order.holding));
  assignSlots(state, orders);
  const kept = holdings
    .filter((holding) => !orders.some((order) => order.holding === holding))
    .reduce((sum, one) => sum + Math.abs(one.quantity) * referenceOf(references, one), 0);
  const asked = orders.reduce((sum, { notional }) => sum + (notional ?? 0), 0);
  const power = config.maxLeverage * equity - kept;
  if (asked > 0 && asked > power)
    for (const order of orders) order.notional = (order.notional ?? 0) * (Math.max(0, power) / asked);
  for (const order of orders) order.target = targetOf(state, order, equity, referenceOf(references, order.holding));
  const sized = orders.map((order) => ({ ...order, quantity: order.target - order.holding.quantity }));
  for (const s of [-1, 1])
    for (const { holding, quantity, target, reason } of sized) {
      if (side(quantity) !== s) continue;
      const reference = referenceOf(references, holding);
      const { high, low } = barNow(holding);
      const base = config.fill === "worst" ? (s > 0 ? high : low) : reference;
      if (reason === "timeExit") holding.lock = { direction: side(holding.quantity), bar: holding.bar };
      fill(state, holding, { quantity, target, reference, base, reason, phase });
    }
}
