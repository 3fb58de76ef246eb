import { defineStrategy, type UniverseRun, type UniverseStrategy } from "@atc/contract";

/** What a run ranks by. */
interface Rules {
  /** Bars to look back. */
  readonly bars: number;
  /** The most symbols to hold. */
  readonly hold: number;
  /** Times from one ranking to the next. */
  readonly every: number;
  /** Whether a symbol must have risen. */
  readonly rising: boolean;
}

/** The best symbols seen so far, the worst of them first, as a heap: a symbol is compared with that one alone. */
interface Best {
  readonly order: Int32Array;
  length: number;
}

/** Whether a symbol ranks below another: it has the smaller growth, or an equal one and comes later. */
function isWorse(growth: Float64Array, a: number, b: number): boolean {
  return growth[a] === growth[b] ? a > b : growth[a] < growth[b];
}

function append(best: Best, growth: Float64Array, symbol: number): void {
  const { order } = best;
  let node = best.length++;
  while (node > 0) {
    const parent = (node - 1) >> 1;
    if (!isWorse(growth, symbol, order[parent])) break;
    order[node] = order[parent];
    node = parent;
  }
  order[node] = symbol;
}

/** Replaces the worst symbol by one that is better. */
function replaceWorst({ order, length }: Best, growth: Float64Array, symbol: number): void {
  let node = 0;
  for (let child = 1; child < length; child = 2 * node + 1) {
    if (child + 1 < length && isWorse(growth, order[child + 1], order[child])) child++;
    if (!isWorse(growth, order[child], symbol)) break;
    order[node] = order[child];
    node = child;
  }
  order[node] = symbol;
}

function startRanking(count: number, { bars, hold, every, rising }: Rules): UniverseRun {
  // The last closes of each symbol. A symbol takes memory from its first bar on.
  const closes: (Float64Array | undefined)[] = new Array<undefined>(count).fill(undefined);
  const place = new Int32Array(count);
  const seen = new Int32Array(count);
  /** The time of the last bar of each symbol, counted from 0. */
  const lastTime = new Int32Array(count).fill(-1);
  /** Close divided by the close of some bars before; NaN if it is not known. */
  const growth = new Float64Array(count);
  const best: Best = { order: new Int32Array(Math.min(hold, count)), length: 0 };
  const held = new Int32Array(best.order.length);
  let heldCount = 0;
  /** By symbol, 1 if it is in `held`. */
  const isHeld = new Uint8Array(count);
  let times = 0;

  /** Adds a close of a symbol, and compares it with the one that it replaces. */
  function look(symbol: number, close: number): void {
    const own = closes[symbol] ?? new Float64Array(bars);
    closes[symbol] = own;
    const at = place[symbol];
    growth[symbol] = seen[symbol] < bars ? Number.NaN : close / own[at];
    own[at] = close;
    place[symbol] = at + 1 === bars ? 0 : at + 1;
    if (seen[symbol] < bars) seen[symbol] = seen[symbol] + 1;
    lastTime[symbol] = times;
  }

  /** Moves held symbols without a bar now to the front of `held`, and returns their number. */
  function keepAbsent(): number {
    let kept = 0;
    for (let i = 0; i < heldCount; i++) {
      const symbol = held[i];
      const age = times - lastTime[symbol];
      if (age > 0 && age <= bars) held[kept++] = symbol;
    }
    return kept;
  }

  return {
    decide({ present, columns: { close } }, weights) {
      const { length } = present;
      for (let i = 0; i < length; i++) {
        const symbol = present[i];
        look(symbol, close[symbol]);
        // One that lost its place while it had no bar still has the weight of its last one.
        if (isHeld[symbol] === 0) weights[symbol] = 0;
      }
      if (times % every === 0) {
        for (let i = 0; i < heldCount; i++) isHeld[held[i]] = 0;
        const kept = keepAbsent();
        const free = best.order.length - kept;
        best.length = 0;
        for (let i = 0; i < length; i++) {
          const symbol = present[i];
          weights[symbol] = 0;
          const own = growth[symbol];
          if (Number.isNaN(own) || (rising && own <= 1)) continue;
          if (best.length < free) append(best, growth, symbol);
          else if (free > 0 && isWorse(growth, best.order[0], symbol)) replaceWorst(best, growth, symbol);
        }
        heldCount = kept;
        for (let i = 0; i < best.length; i++) {
          const symbol = best.order[i];
          weights[symbol] = 1 / hold;
          held[heldCount++] = symbol;
        }
        for (let i = 0; i < heldCount; i++) isHeld[held[i]] = 1;
      }
      times++;
    },
    finish() {
      const seenSymbols = closes.reduce((sum, own) => (own === undefined ? sum : sum + 1), 0);
      if (seenSymbols >= hold) return [];
      const symbols = seenSymbols === 1 ? "1 symbol is" : `${seenSymbols} symbols are`;
      return [
        `${symbols} fewer than hold (${hold}), so none is left out, and a part of the equity stays in cash; set a smaller hold`,
      ];
    },
  };
}

/**
 * Holds the symbols that have risen most: at each time it ranks those that have a bar by their return over the last
 * `bars` of their own bars, and gives the best `hold` of them equal parts of the equity. Equal returns rank in symbol
 * order. A held symbol without a bar keeps its place for up to `bars` times, because it cannot be sold.
 */
const momentum: UniverseStrategy = defineStrategy({
  name: "momentum",
  version: 1,
  scope: "universe",
  parameters: {
    bars: { kind: "integer", minimum: 1, maximum: 10_000, default: 100, description: "Bars of the return" },
    hold: { kind: "integer", minimum: 1, maximum: 100_000, default: 5, description: "Symbols to hold" },
    every: {
      kind: "integer",
      minimum: 1,
      maximum: 100_000,
      default: 1,
      description: "Times from one ranking to the next",
    },
    rising: { kind: "boolean", default: false, description: "Hold only symbols that have risen" },
  },
  start: (symbols, rules) => startRanking(symbols.length, rules),
});

export default momentum;
