/** The time of each symbol's current bar, in words, so that no BigInt is made per bar. */
export interface HeadTimes {
  readonly high: Int32Array;
  readonly low: Uint32Array;
}

/** Symbols in groups of equal times. */
export interface TimeGroups {
  /** The symbols that {@link TimeGroups.take} returned, rising. */
  readonly taken: Int32Array;
  /** Adds a symbol, whose time must not be before those that were taken. */
  add(symbol: number): void;
  /** Removes the symbols of the earliest time. Returns their number; 0 if there are none. */
  take(): number;
}

/**
 * Groups symbols by the times of their current bars. If many symbols have the same times, a bar takes a few
 * operations; if each has its own, log2(symbols) comparisons.
 *
 * A heap orders the first symbols of groups, and a list per group has the others. A symbol joins the group that was
 * joined last, or begins one. So several groups may have the same time; they are taken together.
 */
export function createTimeGroups({ high, low }: HeadTimes): TimeGroups {
  const count = high.length;
  const taken = new Int32Array(count);
  const heap = new Int32Array(count);
  /** The next symbol of the same group; -1 after the last. */
  const next = new Int32Array(count);
  /** The last symbol of the group that a symbol begins. */
  const last = new Int32Array(count);
  let groups = 0;
  let recent = -1;

  function isBefore(a: number, b: number): boolean {
    return high[a] === high[b] ? low[a] < low[b] : high[a] < high[b];
  }

  function isSame(a: number, b: number): boolean {
    return low[a] === low[b] && high[a] === high[b];
  }

  function push(symbol: number): void {
    let node = groups++;
    while (node > 0) {
      const parent = (node - 1) >> 1;
      if (!isBefore(symbol, heap[parent])) break;
      heap[node] = heap[parent];
      node = parent;
    }
    heap[node] = symbol;
  }

  function pop(): number {
    const first = heap[0];
    const moved = heap[--groups];
    let node = 0;
    for (let child = 1; child < groups; child = 2 * node + 1) {
      if (child + 1 < groups && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], moved)) break;
      heap[node] = heap[child];
      node = child;
    }
    heap[node] = moved;
    return first;
  }

  return {
    taken,
    add(symbol) {
      next[symbol] = -1;
      if (recent >= 0 && isSame(recent, symbol)) {
        next[last[recent]] = symbol;
        last[recent] = symbol;
        return;
      }
      last[symbol] = symbol;
      recent = symbol;
      push(symbol);
    },
    take() {
      if (groups === 0) return 0;
      let length = 0;
      let isRising = true;
      do {
        const group = pop();
        if (group === recent) recent = -1;
        for (let symbol = group; symbol >= 0; symbol = next[symbol]) {
          if (length > 0 && taken[length - 1] > symbol) isRising = false;
          taken[length++] = symbol;
        }
      } while (groups > 0 && isSame(taken[0], heap[0]));
      if (!isRising) taken.subarray(0, length).sort();
      return length;
    },
  };
}
