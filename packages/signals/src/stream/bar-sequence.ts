import type { Kernel } from "../base/kernel.ts";
import type { DirectionWatch } from "./direction-watch.ts";
import type { BarPrices, CheckedPrices } from "./price-check.ts";

/** What a sequence was at some bar. */
interface SequenceState {
  /** Bars before the last one. */
  readonly bars: number;
  /** Close and source of the last bar; absent before the first. */
  readonly lastBar?: readonly [number, number] | undefined;
  /** The kernel's numbers before the last bar. */
  readonly numbers: Float64Array;
}

/** A kernel that takes checked bars in order, the last of which can be taken again with other prices. */
export interface BarSequence {
  /** Bars taken. */
  readonly position: number;
  /** Takes bars and hands out each block's results: they lie at 0 to `count` of the kernel's rows and belong to bars `from` on of those pushed. */
  take(prices: CheckedPrices, deliver: (count: number, from: number) => void): void;
  /** The last bar; what is written here is the next to be taken. */
  readonly last: BarPrices;
  /** Takes the bar in `last`. */
  takeOne(): void;
  /** Takes the last bar again, with the prices that now stand in `last`. */
  replace(): void;
  /** The state, with the last bar apart, so that it can still be replaced. */
  save(): SequenceState;
  /** Goes on from a state. */
  restore(state: SequenceState): void;
}

/** A sequence before its first bar; `watch` sees each direction. */
export function createBarSequence(kernel: Kernel, watch: DirectionWatch): BarSequence {
  // The last bar was always taken alone, behind a mark: it is taken back by rolling back to that.
  const close = new Float64Array(1);
  const source = new Float64Array(1);
  let position = 0;

  function advanceLast(): void {
    kernel.advance(close, source, 0, 1);
    watch.look(kernel.results.direction, position - 1, 1);
  }

  /** Takes the bar that was set. */
  function takeLast(): void {
    kernel.mark();
    position++;
    advanceLast();
  }

  return {
    get position() {
      return position;
    },
    take(prices, deliver) {
      const last = prices.close.length - 1;
      for (let from = 0; from < last; ) {
        const count = Math.min(kernel.blockLength, last - from);
        prices.check?.(from, count);
        kernel.advance(prices.close, prices.source, from, count);
        watch.look(kernel.results.direction, position, count);
        deliver(count, from);
        position += count;
        from += count;
      }
      if (last < 0) return;
      prices.check?.(last, 1);
      close[0] = prices.close[last];
      source[0] = prices.source[last];
      takeLast();
      deliver(1, last);
    },
    last: { close, source },
    takeOne: takeLast,
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
