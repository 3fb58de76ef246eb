import { strategyOf } from "@atc/backtest";

/**
 * Long while the average of the last `fast` closes is above that of the last `slow`, short while it is below, flat
 * until both exist. Bars come in blocks of any length. State between blocks belongs in the outer function, which runs
 * once per symbol.
 */
export function crossing(fast, slow) {
  return strategyOf(`cross ${fast}/${slow}`, () => {
    const closes = new Float64Array(slow); // the last `slow` closes, as a ring
    let bars = 0;
    const average = (length) => {
      let sum = 0;
      for (let i = 1; i <= length; i++) sum += closes[(bars - i) % slow];
      return sum / length;
    };
    return ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) {
        closes[bars++ % slow] = close[i];
        if (bars >= slow) directions[i] = Math.sign(average(fast) - average(slow));
      }
    };
  });
}
