import { defineStrategy, type SymbolStrategy } from "@atc/contract";

/** Buys at the first bar and holds. Other strategies are worth their costs only if they beat it. */
const hold: SymbolStrategy = defineStrategy({
  name: "hold",
  version: 1,
  start: () => ({
    decide(_bars, directions) {
      directions.fill(1);
    },
  }),
});

export default hold;
