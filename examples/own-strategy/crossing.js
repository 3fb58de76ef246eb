/**
 * Long while the average of the last `fast` closes is above that of the last `slow`, short while it is below, flat
 * until both exist. This file imports nothing, so a copy of it runs in any folder.
 *
 * @type {import("@atc/contract").Strategy}
 */
const crossing = {
  name: "crossing",
  version: 1,
  parameters: {
    fast: { kind: "integer", minimum: 1, maximum: 1000, default: 5, description: "Bars of the fast average" },
    slow: { kind: "integer", minimum: 1, maximum: 1000, default: 20, description: "Bars of the slow average" },
  },
  // Runs once per symbol, so each symbol has its own state. Bars come in blocks of any length.
  start(symbol, { fast, slow }) {
    const closes = new Float64Array(slow); // the last `slow` closes, as a ring
    let bars = 0;
    const average = (length) => {
      let sum = 0;
      for (let i = 1; i <= length; i++) sum += closes[(bars - i) % slow];
      return sum / length;
    };
    return {
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          closes[bars++ % slow] = close[i];
          if (bars >= slow) directions[i] = Math.sign(average(fast) - average(slow));
        }
      },
      finish: () => (fast < slow ? [] : [`${symbol}: fast (${fast}) is not shorter than slow (${slow})`]),
    };
  },
};

export default crossing;
