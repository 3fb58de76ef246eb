import type { Kernel } from "../base/kernel.ts";
import type { DirectionWatch } from "./direction-watch.ts";
import type { BarPrices, CheckedPrices } from "./price-check.ts";

/** The state of a sequence. */
interface SequenceState {
  /** Bars before the last one. */
  readonly bars: number;
  /** Close and source of the last bar; absent before the first. */
  readonly lastBar?: readonly [number, number] | undefined;
  /** The kernel's state before the last bar. */
  readonly numbers: Float64Array;
}

/** Feeds checked bars to a kernel in order. The last bar can be replaced. */
export interface BarSequence {
  /** Bars so far. */
  readonly position: number;
  /**
   * Computes bars and passes on each block: its results are at 0 to `count` of the kernel's rows, for the bars of
   * `prices` from index `from`.
   */
  push(prices: CheckedPrices, deliver: (count: number, from: number) => void): void;
  /** The last bar; the values written here are the next to be computed. */
  readonly last: BarPrices;
  /** Computes the bar in `last`. */
  pushOne(): void;
  /** Computes the last bar again with the prices in `last`. */
  replace(): void;
  /** The state, with the last bar apart so that it can still be replaced. */
  save(): SequenceState;
  /** Continues from a state. */
  restore(state: SequenceState): void;
}

/** A sequence before its first bar; `watch` sees every direction. */
export function createBarSequence(kernel: Kernel, watch: DirectionWatch): BarSequence {
  // The last bar is always computed on its own after a mark, so that rolling back to the mark removes it.
  const close = new Float64Array(1);
  const source = new Float64Array(1);
  let position = 0;

  function advanceLast(): void {
    kernel.advance(close, source, 0, 1);
    watch.examine(kernel.results.direction, position - 1, 1);
  }

  function pushLast(): void {
    kernel.mark();
    position++;
    advanceLast();
  }

  return {
    get position() {
      return position;
    },
    push(prices, deliver) {
      const last = prices.close.length - 1;
      for (let from = 0; from < last; ) {
        const count = Math.min(kernel.blockLength, last - from);
        prices.check?.(from, count);
        kernel.advance(prices.close, prices.source, from, count);
        watch.examine(kernel.results.direction, position, count);
        deliver(count, from);
        position += count;
        from += count;
      }
      if (last < 0) return;
      prices.check?.(last, 1);
      close[0] = prices.close[last];
      source[0] = prices.source[last];
      pushLast();
      deliver(1, last);
    },
    last: { close, source },
    pushOne: pushLast,
    replace() {
      kernel.rollBack();
      advanceLast();
    },
    save() {
      const numbers = new Float64Array(kernel.savedLength);
      if (position === 0) {
        kernel.save(numbers);
        return { bars: 0, numbers };
      }
      kernel.rollBack();
      kernel.save(numbers);
      kernel.advance(close, source, 0, 1);
      return { bars: position - 1, lastBar: [close[0], source[0]], numbers };
    },
    restore({ bars, lastBar, numbers }) {
      kernel.restore(numbers, bars);
      position = bars;
      if (lastBar === undefined) return;
      [close[0], source[0]] = lastBar;
      kernel.mark();
      kernel.advance(close, source, 0, 1);
      position++;
    },
  };
}
