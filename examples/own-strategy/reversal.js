/**
 * Long in the symbols that have risen less than the mean of all over the last `bars` bars, short in the others: the
 * further from the mean, the larger. The longs are as large as the shorts. This file imports nothing, so a copy of it
 * runs in any folder.
 *
 * @type {import("@atc/contract").UniverseStrategy}
 */
const reversal = {
  name: "reversal",
  version: 1,
  scope: "universe",
  parameters: {
    bars: { kind: "integer", minimum: 1, maximum: 1000, default: 5, description: "Bars of the returns" },
    gross: { kind: "number", above: 0, default: 1, description: "Sum of all weights without their signs" },
  },
  // Runs once, for all symbols. Their bars come time by time.
  start(symbols, { bars, gross }) {
    const closes = symbols.map(() => []); // the last `bars + 1` closes of each
    return {
      decide({ present, columns: { close } }, weights) {
        const returns = new Map();
        for (const symbol of present) {
          const own = closes[symbol];
          own.push(close[symbol]);
          if (own.length > bars + 1) own.shift();
          if (own.length > bars) returns.set(symbol, own[bars] / own[0] - 1);
          else weights[symbol] = 0;
        }
        const mean = [...returns.values()].reduce((sum, one) => sum + one, 0) / returns.size;
        const spread = [...returns.values()].reduce((sum, one) => sum + Math.abs(one - mean), 0);
        for (const [symbol, own] of returns) weights[symbol] = spread === 0 ? 0 : (gross * (mean - own)) / spread;
      },
    };
  },
};

export default reversal;
