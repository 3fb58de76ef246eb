import { AtcError, defineStrategy, type SymbolStrategy } from "@atc/contract";

/**
 * Follows the trend: long while the average of the last `fast` closes is above that of the last `slow`, short while it
 * is below. Flat before the first `slow` bars and if the averages are equal, which is a difference of at most 1e-12 of
 * the close: smaller ones come from rounding.
 */
const cross: SymbolStrategy = defineStrategy({
  name: "cross",
  version: 1,
  parameters: {
    fast: { kind: "integer", minimum: 1, maximum: 99_999, default: 20, description: "Bars of the fast average" },
    slow: { kind: "integer", minimum: 2, maximum: 100_000, default: 100, description: "Bars of the slow average" },
  },
  start(_symbol, { fast, slow }) {
    if (fast >= slow)
      throw new AtcError(
        "ATC_INVALID_CONFIG",
        `the strategy "cross" has fast ${fast} and slow ${slow}; give a fast that is smaller than slow`,
        { details: { parameter: "fast", fast, slow } },
      );
    // Each close is stored twice, `slow` places apart, so that the last `slow` closes are always consecutive.
    const closes = new Float64Array(2 * slow);
    let next = 0;
    let bars = 0;
    return {
      decide({ close }, directions) {
        const { length } = directions;
        for (let i = 0; i < length; i++) {
          const price = close[i];
          closes[next] = price;
          closes[next + slow] = price;
          const newest = next + slow;
          next = next + 1 === slow ? 0 : next + 1;
          if (++bars < slow) continue;
          // A sum that is kept from bar to bar would carry the rounding of bars that have left the average. The
          // distances from the newest price are exactly 0 if the price does not move.
          let sum = 0;
          let age = 0;
          for (; age < fast; age++) sum += closes[newest - age] - price;
          const fastMean = sum / fast;
          for (; age < slow; age++) sum += closes[newest - age] - price;
          const difference = fastMean - sum / slow;
          if (Math.abs(difference) > 1e-12 * price) directions[i] = difference > 0 ? 1 : -1;
        }
      },
    };
  },
});

export default cross;
