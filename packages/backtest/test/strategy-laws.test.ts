import type { Strategy } from "@atc/contract";
import { strategyCases } from "@atc/testing";
import { describe, it } from "vitest";
import { atcStrategy, builtInStrategies, cross, donchian, momentum, rsi } from "../src/index.ts";

/** ATC as a strategy of a module. */
function atc(): Strategy {
  const { outputs = [], ...bound } = atcStrategy();
  return { ...bound, outputs, start: (symbol, _parameters, wanted) => bound.start(symbol, wanted) };
}

describe.each([...builtInStrategies, atc()].map((strategy) => [strategy.name, strategy] as const))(
  "the built-in strategy %s",
  (_name, strategy) => {
    for (const { name, run } of strategyCases(strategy)) it(name, run);
  },
);

describe.each([
  ["cross of 1 and 2 bars", cross, { fast: 1, slow: 2 }],
  ["donchian of closes", donchian, { prices: "closes", entry: 5, exit: 50 }],
  ["momentum of 3 bars, every 5 times", momentum, { bars: 3, hold: 2, every: 5, rising: true }],
  ["momentum of 1 bar, of all symbols", momentum, { bars: 1, hold: 100 }],
  ["rsi of 1 bar", rsi, { length: 1, oversold: 49, overbought: 51 }],
] as const)("%s", (_name, strategy, parameters) => {
  for (const { name, run } of strategyCases(strategy, { parameters })) it(name, run);
});
