import { defineStrategy, type Plugin, type Strategy } from "@atc/contract";

/**
 * Long while the close is above the close of `bars` bars before, short while it is below. Replace it by your own rule.
 */
export const strategy: Strategy = defineStrategy({
  name: "plugin-name",
  // Part of cache keys. Increase it if a change elsewhere, such as of a model, changes decisions.
  version: 1,
  parameters: {
    bars: { kind: "integer", minimum: 1, maximum: 10_000, default: 20, description: "Bars to look back" },
  },
  // Called once per symbol. State belongs in here, so that each symbol has its own.
  start(symbol, { bars }) {
    const past = new Float64Array(bars); // the last closes, as a ring
    let count = 0;
    return {
      // Bars come once each, oldest first, in blocks of any length. `directions` begins as zeros.
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          const price = close[i] ?? Number.NaN;
          const oldest = past[count % bars] ?? Number.NaN;
          if (count >= bars) directions[i] = Math.sign(price - oldest);
          past[count % bars] = price;
          count++;
        }
      },
      finish: () => (count > bars ? [] : [`${symbol} has ${count} bars, too few to look back ${bars}`]),
    };
  },
});

const plugin: Plugin<"strategy"> = { kind: "strategy", name: "plugin-name", create: () => strategy };

/** What a host imports. */
const plugins: readonly Plugin[] = [plugin];
export default plugins;
