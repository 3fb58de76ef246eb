// The strategy plugin-name: long while the close is above the close of some bars before, short while it is below.
// Replace it by your own rule.
//
//   atc backtest bars.csv --strategy ./file-name --parameter bars=50
//   node --test test-name

/** @type {import("@atc/contract").Strategy} */
const strategy = {
  name: "plugin-name",

  // Part of cache keys. Increase it if a change elsewhere, such as of a model, changes decisions.
  version: 1,

  // What a user can set. Kinds: integer, number, boolean, choice (with `values: ["a", "b"]`).
  parameters: {
    bars: { kind: "integer", minimum: 1, maximum: 10_000, default: 20, description: "Bars to look back" },
  },

  // Columns besides `close`: open, high, low, volume, timestamp (ms since the epoch, UTC), or others of your data.
  columns: [],

  // Called once per symbol. State belongs in here, so that each symbol has its own.
  start(symbol, { bars }) {
    const past = new Float64Array(bars); // the last closes, as a ring
    let count = 0;

    return {
      // Bars come once each, oldest first, in blocks of any length. `directions` begins as zeros: write 1 for long,
      // 0 for flat, -1 for short. What is decided at a close is filled at a later price, by default the next open.
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          const oldest = past[count % bars];
          if (count >= bars) directions[i] = Math.sign(close[i] - oldest);
          past[count % bars] = close[i];
          count++;
        }
      },

      // Called after the last bar. Returns warnings for you.
      finish() {
        return count > bars ? [] : [`${symbol} has ${count} bars, too few to look back ${bars}`];
      },
    };
  },
};

export default strategy;
