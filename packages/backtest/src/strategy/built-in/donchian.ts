import { defineStrategy, type SymbolStrategy } from "@atc/contract";

/** The highest of the last `length` values; -Infinity if there is none. */
function createHighest(length: number): { readonly highest: () => number; readonly add: (value: number) => void } {
  const values = new Float64Array(length).fill(-Infinity);
  let oldest = 0;
  let highest = -Infinity;
  return {
    highest: () => highest,
    add(value) {
      const leaving = values[oldest];
      values[oldest] = value;
      oldest = oldest + 1 === length ? 0 : oldest + 1;
      if (value >= highest) {
        highest = value;
      } else if (leaving === highest) {
        highest = -Infinity;
        for (let i = 0; i < length; i++) if (values[i] > highest) highest = values[i];
      }
    },
  };
}

/**
 * Follows breakouts: long from a close above the highest price of the `entry` bars before it on, until a close below
 * the lowest price of the `exit` bars before it. Short in reverse. Flat before the first `entry` bars.
 */
const donchian: SymbolStrategy = defineStrategy({
  name: "donchian",
  version: 1,
  parameters: {
    entry: { kind: "integer", minimum: 1, maximum: 100_000, default: 20, description: "Bars to break out of" },
    exit: { kind: "integer", minimum: 1, maximum: 100_000, default: 10, description: "Bars whose break ends it" },
    prices: {
      kind: "choice",
      values: ["extremes", "closes"],
      default: "extremes",
      description: "What a break is of: highs and lows, or closes",
    },
  },
  columns: ({ prices }) => (prices === "extremes" ? ["high", "low"] : []),
  start(_symbol, { entry, exit, prices }) {
    const entryTop = createHighest(entry);
    const exitTop = createHighest(exit);
    // The lowest price is the highest of the negated ones.
    const entryBottom = createHighest(entry);
    const exitBottom = createHighest(exit);
    let bars = 0;
    let direction = 0;
    return {
      decide(block, directions) {
        const { close } = block;
        const { high = close, low = close } = prices === "extremes" ? block : {};
        const { length } = directions;
        for (let i = 0; i < length; i++) {
          const price = close[i];
          if (bars++ >= entry) {
            if (price > entryTop.highest()) direction = 1;
            else if (price < -entryBottom.highest()) direction = -1;
            else if (direction === 1 && price < -exitBottom.highest()) direction = 0;
            else if (direction === -1 && price > exitTop.highest()) direction = 0;
          }
          directions[i] = direction;
          entryTop.add(high[i]);
          exitTop.add(high[i]);
          entryBottom.add(-low[i]);
          exitBottom.add(-low[i]);
        }
      },
    };
  },
});

export default donchian;
