import { defineStrategy, type SymbolStrategy } from "@atc/contract";

/**
 * Trades against exaggerations: long from a relative strength index below `oversold` on, until the index is above 50;
 * short from one above `overbought` on, until it is below 50. Flat before the first `length` changes of the close.
 *
 * The index is that of Wilder: 100 times the average gain over the sum of average gain and average loss. The averages
 * begin with the mean of the first `length` changes; each later change weighs 1 / `length`. It is 50 without a change.
 */
const rsi: SymbolStrategy = defineStrategy({
  name: "rsi",
  version: 1,
  parameters: {
    length: { kind: "integer", minimum: 1, maximum: 100_000, default: 14, description: "Bars of the averages" },
    oversold: { kind: "number", above: 0, below: 50, default: 30, description: "Index below which to be long" },
    overbought: { kind: "number", above: 50, below: 100, default: 70, description: "Index above which to be short" },
  },
  start(_symbol, { length, oversold, overbought }) {
    let bars = 0;
    let last = 0;
    let gain = 0;
    let loss = 0;
    let direction = 0;
    return {
      decide({ close }, directions) {
        const count = directions.length;
        for (let i = 0; i < count; i++) {
          const change = bars === 0 ? 0 : close[i] - last;
          last = close[i];
          const rise = Math.max(change, 0);
          const fall = Math.max(-change, 0);
          if (bars <= length) {
            gain += rise / length;
            loss += fall / length;
          } else {
            gain += (rise - gain) / length;
            loss += (fall - loss) / length;
          }
          if (bars++ >= length) {
            const moves = gain + loss;
            const index = moves > 0 ? (100 * gain) / moves : 50;
            if (index < oversold) direction = 1;
            else if (index > overbought) direction = -1;
            else if ((direction === 1 && index > 50) || (direction === -1 && index < 50)) direction = 0;
          }
          directions[i] = direction;
        }
      },
    };
  },
});

export default rsi;
