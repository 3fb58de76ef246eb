import { defineStrategy, type StrategyBars, type UniverseBars, type UniverseStrategy } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type StrategyCasesOptions, strategyCases } from "../src/index.ts";

/** The laws that a strategy breaks, and the messages of their failures. */
async function broken(
  strategy: UniverseStrategy,
  options: StrategyCasesOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (const { name, run } of strategyCases(strategy, options)) {
    try {
      await run();
    } catch (error) {
      failures.set(name, (error as Error).message);
    }
  }
  return failures;
}

type Start = UniverseStrategy["start"];

/** A strategy of a few lines. */
function strategyOf(start: Start, members: Partial<UniverseStrategy> = {}): UniverseStrategy {
  return { name: "example", scope: "universe", ...members, start };
}

/** Holds the symbols above their mean close of all times so far. */
const honest = defineStrategy({
  name: "honest",
  scope: "universe",
  parameters: { share: { kind: "number", above: 0, default: 0.1, description: "Weight of each" } },
  columns: ["high", "timestamp"],
  optionalColumns: ["volume", "spread"],
  start(symbols, { share }) {
    const sums = symbols.map(() => 0);
    const bars = symbols.map(() => 0);
    return {
      decide({ present, columns: { close, high, timestamp, volume } }, weights) {
        for (const symbol of present) {
          sums[symbol] = (sums[symbol] ?? 0) + (high?.[symbol] ?? 0);
          bars[symbol] = (bars[symbol] ?? 0) + 1;
          const isSunday = new Date(timestamp?.[symbol] ?? 0).getUTCDay() === 0;
          const mean = (sums[symbol] ?? 0) / (bars[symbol] ?? 1);
          if (volume?.[symbol] !== 0) weights[symbol] = !isSunday && (close[symbol] ?? 0) > mean ? share : 0;
        }
      },
      finish: () => (bars.every((count) => count > 0) ? [] : ["a symbol has no bars"]),
    };
  },
});

function closeAt({ columns: { close } }: UniverseBars, symbol: number): number {
  return close[symbol] ?? Number.NaN;
}

let calls = 0;
let shared: number[] = [];
const ends = new Map<string, number>();

/** What each cheat does, the law that it breaks, and a strategy that does it. */
const cheats: readonly (readonly [cheat: string, law: string, strategy: UniverseStrategy])[] = [
  [
    "divides the equity by all symbols, also those that have not begun",
    "does not look ahead",
    strategyOf((symbols) => ({
      decide({ present }, weights) {
        for (const symbol of present) weights[symbol] = 1 / symbols.length;
      },
    })),
  ],
  [
    "counts symbols that never have a bar",
    "does not depend on symbols without bars",
    strategyOf((symbols) => ({
      decide({ present }, weights) {
        for (const symbol of present) weights[symbol] = symbol / symbols.length;
      },
    })),
  ],
  [
    "knows which symbols begin later",
    "does not look ahead",
    strategyOf((symbols) => ({
      decide({ present }, weights) {
        for (const symbol of present) weights[symbol] = symbols.includes("S03") ? 0.1 : 0.2;
      },
    })),
  ],
  [
    "knows from an earlier run how a symbol ended",
    "keeps no state from one run to the next",
    strategyOf((symbols) => ({
      decide(bars, weights) {
        for (const symbol of bars.present) {
          const name = symbols[symbol] ?? "";
          weights[symbol] = (ends.get(name) ?? 0) > closeAt(bars, symbol) ? 0.1 : 0;
          ends.set(name, closeAt(bars, symbol));
        }
      },
    })),
  ],
  [
    "counts the calls of all runs",
    "keeps no state from one run to the next",
    strategyOf(() => ({
      decide({ present }, weights) {
        calls++;
        for (const symbol of present) weights[symbol] = calls % 7 === 0 ? 0.1 : 0;
      },
    })),
  ],
  [
    "begins again with each run, but in its module",
    "keeps the states of two runs apart",
    strategyOf((symbols) => {
      shared = symbols.map(() => 0);
      return {
        decide(bars, weights) {
          for (const symbol of bars.present) {
            weights[symbol] = closeAt(bars, symbol) > (shared[symbol] ?? 0) ? 0.1 : 0;
            shared[symbol] = closeAt(bars, symbol);
          }
        },
      };
    }),
  ],
  [
    "ranks in place",
    "does not change the bars",
    strategyOf(() => ({
      decide({ present, columns: { close } }, weights) {
        close.sort();
        for (const symbol of present) weights[symbol] = (close[0] ?? 0) > 90 ? 0.1 : 0;
      },
    })),
  ],
  [
    "keeps the columns of the time before",
    "does not keep the arrays that it receives",
    strategyOf(() => {
      let before: UniverseBars["columns"]["close"] | undefined;
      return {
        decide(bars, weights) {
          for (const symbol of bars.present)
            weights[symbol] = closeAt(bars, symbol) > (before?.[symbol] ?? 0) ? 0.1 : 0;
          before = bars.columns.close;
        },
      };
    }),
  ],
  [
    "keeps the bars of the time before",
    "does not keep the arrays that it receives",
    strategyOf(() => {
      let before: UniverseBars | undefined;
      return {
        decide(bars, weights) {
          const isNextHour = bars.time - (before?.time ?? 0) === 3_600_000;
          for (const symbol of bars.present) weights[symbol] = isNextHour ? 0.1 : 0;
          before = bars;
        },
      };
    }),
  ],
  [
    "keeps the weights of the time before",
    "does not keep the arrays that it receives",
    strategyOf(() => {
      let before: Float64Array | undefined;
      return {
        decide({ present }, weights) {
          for (const symbol of present) weights[symbol] = ((before?.[symbol] ?? 0) + 1) % 3;
          before = weights;
        },
      };
    }),
  ],
  [
    "decides by the hour of the clock",
    "reads neither clocks nor random numbers",
    strategyOf(() => ({
      decide: ({ present }, weights) => {
        for (const symbol of present) weights[symbol] = new Date().getFullYear() > 2000 ? 0.1 : 0;
      },
    })),
  ],
  [
    "tosses a coin",
    "reads neither clocks nor random numbers",
    strategyOf(() => ({ decide: (_bars, weights) => void weights.fill(Math.random() < 2 ? 0.1 : 0) })),
  ],
  [
    "divides by zero",
    "writes finite weights",
    strategyOf(() => ({ decide: (_bars, weights) => void weights.fill(1 / 0) })),
  ],
  [
    "needs a column that it calls optional",
    "decides without its optional columns",
    strategyOf(
      () => ({
        decide: ({ columns }, weights) => void weights.fill((columns["volume"] as Float64Array).length > 0 ? 0.1 : 0),
      }),
      { optionalColumns: ["volume"] },
    ),
  ],
  ["decides nothing", "decides something on the bars", strategyOf(() => ({ decide: () => undefined }))],
  [
    "warns of numbers",
    "decides something on the bars",
    strategyOf(() => ({
      decide: (_bars, weights) => void weights.fill(0.1),
      finish: () => [1] as unknown as string[],
    })),
  ],
];

describe("strategyCases of a strategy that sees all symbols", () => {
  it("pass one that does not cheat", async () => {
    expect(await broken(honest)).toEqual(new Map());
    expect(await broken(honest, { parameters: { share: 2 } })).toEqual(new Map());
  });

  it.each(cheats)("catch one that %s", async (_cheat, law, strategy) => {
    expect([...(await broken(strategy)).keys()]).toContain(law);
  });

  it("say which weight looks ahead, when, and what differs", async () => {
    const message = (await broken(cheats[0]?.[2] as UniverseStrategy)).get("does not look ahead");
    expect(message).toMatch(
      /^the weight of "S\d\d" at 2024-\d\d-\d\dT\d\d:00:00.000Z is [\d.]+ if the data ends after \d+ times, but [\d.]+ with all bars$/,
    );
  });

  it("take bars of one's own, and refuse too few and those without a column", async () => {
    const times = Float64Array.from({ length: 120 }, (_, i) => i * 86_400_000);
    const bars: StrategyBars = { timestamp: times, close: times.map((_, i) => 100 + (i % 9)) };
    const universe = { B: bars, A: bars };
    const seen = new Set<string>();
    const strategy = strategyOf((symbols) => {
      for (const symbol of symbols) seen.add(symbol);
      return { decide: (_bars, weights) => void weights.fill(0.5) };
    });
    expect(await broken(strategy, { universe })).toEqual(new Map());
    expect([...seen]).toEqual(expect.arrayContaining(["A", "B"]));
    const faultOf = (strange: StrategyCasesOptions, members: Partial<UniverseStrategy> = {}) => {
      return () => strategyCases(strategyOf(strategy.start, members), strange);
    };
    const refused = expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" });
    expect(faultOf({ universe: { A: bars } })).toThrow(refused);
    expect(faultOf({ universe: { A: { close: bars.close }, B: bars } })).toThrow(refused);
    expect(faultOf({ universe }, { columns: ["volume"] })).toThrow(refused);
  });
});
