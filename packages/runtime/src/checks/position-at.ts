import { allocateFills, type CurveReader, type FillReason, fillReasons } from "@atc/backtest";

/** A fill in an explained bar, with what it changed. */
export interface ExplainedFill {
  /** Units: bought above 0, sold below 0. */
  readonly quantity: number;
  /** The price before slippage. */
  readonly reference: number;
  /** The fill price, slippage included. */
  readonly price: number;
  /** In money, already part of the price. */
  readonly slippage: number;
  /** In money. */
  readonly fee: number;
  /** Why it happened. */
  readonly reason: FillReason;
  /** Units held before it. */
  readonly before: number;
  /** Units held after it. */
  readonly after: number;
}

/** A position after some fills. */
interface HeldPosition {
  /** Units: long above 0, short below 0. */
  readonly quantity: number;
  /** Time of the fill that opened it, in the series' unit; undefined without a position. */
  readonly since: bigint | undefined;
  /** The price that protective exits are measured from: the average of what was added, slippage included. */
  readonly entryPrice: number;
}

/** The fill that closed a position last. */
interface ClosingFill {
  /** In the series' unit. */
  readonly time: bigint;
  readonly reason: FillReason;
}

/** Fills of a symbol within a time, and its position before and after them. */
export interface FilledSpan {
  readonly fills: readonly ExplainedFill[];
  readonly before: HeldPosition;
  readonly after: HeldPosition;
  /** The last fill until the end of the time that left no position; undefined if there is none. */
  readonly closing: ClosingFill | undefined;
}

/** Times from `from` (inclusive) to `to` (exclusive), in the series' unit. */
export interface TimeSpan {
  readonly from: bigint;
  readonly to: bigint;
}

/** Fills per read. */
const portion = 8192;

/** A part of a fill that only the rounding of sums leaves: the quantities of resizes add up to a position inexactly. */
const rounding = 1e-10;

/** Follows a position over its fills, by the rules of `docs/simulation.md`. */
function afterFill(
  held: HeldPosition,
  { quantity, price, time }: { quantity: number; price: number; time: bigint },
): HeldPosition {
  const after = held.quantity + quantity;
  if (Math.abs(after) <= rounding * Math.abs(quantity))
    return { quantity: 0, since: undefined, entryPrice: Number.NaN };
  if (Math.sign(after) !== Math.sign(held.quantity)) return { quantity: after, since: time, entryPrice: price };
  const before = Math.abs(held.quantity);
  const units = Math.abs(after);
  if (units <= before) return { ...held, quantity: after };
  return { ...held, quantity: after, entryPrice: (held.entryPrice * before + price * (units - before)) / units };
}

/**
 * The recorded fills of a symbol within a time, and its position before and after them.
 *
 * @param place - the index of the symbol in a shared account, 0 otherwise
 */
export function positionAt(curves: CurveReader, { from, to }: TimeSpan, place: number): FilledSpan {
  let held: HeldPosition = { quantity: 0, since: undefined, entryPrice: Number.NaN };
  let before = held;
  let closing: ClosingFill | undefined;
  const fills: ExplainedFill[] = [];
  const symbols = new Int32Array(portion);
  for (let row = 0; row < curves.fills; row += portion) {
    const count = Math.min(portion, curves.fills - row);
    const rows = allocateFills(count);
    curves.readFills(row, rows, symbols.subarray(0, count));
    for (let i = 0; i < count; i++) {
      if (symbols[i] !== place) continue;
      const time = rows.time[i] as bigint;
      if (time >= to) return { fills, before, after: held, closing };
      const [quantity, price, slippage, fee] = [rows.quantity, rows.price, rows.slippage, rows.fee].map(
        (values) => values[i] as number,
      ) as [number, number, number, number];
      const reason = fillReasons[rows.reason[i] as number] as FillReason;
      const was = held.quantity;
      held = afterFill(held, { quantity, price, time });
      if (held.quantity === 0) closing = { time, reason };
      if (time < from) {
        before = held;
        continue;
      }
      const reference = price - slippage / quantity;
      fills.push({ quantity, reference, price, slippage, fee, reason, before: was, after: held.quantity });
    }
  }
  return { fills, before, after: held, closing };
}
