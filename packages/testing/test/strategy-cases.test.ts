import {
  decisionNames,
  defineStrategy,
  type LongerBars,
  type Strategy,
  type StrategyBars,
  type SymbolStrategy,
} from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type StrategyCasesOptions, strategyCases } from "../src/index.ts";

/** The laws that a strategy breaks, and the messages of their failures. */
async function broken(strategy: Strategy, options: StrategyCasesOptions = {}): Promise<ReadonlyMap<string, string>> {
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

/** A strategy of a few lines. */
function strategyOf(start: SymbolStrategy["start"], members: Partial<SymbolStrategy> = {}): Strategy {
  return { name: "example", ...members, start };
}

/** A column from its first bar on, with what follows in memory. */
function memoryOf(column: StrategyBars["close"]): Float64Array {
  const { buffer, byteOffset } = column as Float64Array;
  return new Float64Array(buffer, byteOffset);
}

/** The sign of the last change of the close, from what a cheat reads as the next close. */
function towards(nextClose: (close: StrategyBars["close"], i: number) => number | undefined): Strategy {
  return strategyOf(() => ({
    decide({ close }, directions) {
      for (let i = 0; i < close.length; i++) directions[i] = (nextClose(close, i) ?? 0) > (close[i] ?? 0) ? 1 : -1;
    },
  }));
}

/** The sign of the last change of a longer close, from the number of longer bars that a strategy takes as closed. */
function weekly(closedAt: (week: LongerBars, i: number) => number): Strategy {
  return strategyOf((_symbol, _parameters, _wanted, { bars }) => {
    const week = bars("1w");
    let last = 0;
    let sign = 0;
    return {
      decide(_bars, directions) {
        for (let i = 0, next = 0; i < directions.length; i++) {
          for (const end = closedAt(week, i); next < end; next++) {
            sign = (week.close[next] ?? 0) > last ? 1 : -1;
            last = week.close[next] ?? 0;
          }
          directions[i] = sign;
        }
      },
    };
  });
}

const honestWeeks = weekly(({ closed }, i) => closed[i] ?? 0);

const honest = defineStrategy({
  name: "honest",
  parameters: { bars: { kind: "integer", minimum: 1, default: 5, description: "Bars to look back" } },
  columns: ["high", "timestamp"],
  optionalColumns: ["volume", "spread"],
  outputs: ["strength", "weight"],
  start(_symbol, { bars }) {
    let closes: number[] = [];
    return {
      decide({ close, timestamp, volume }, directions, { strength, weight }) {
        for (let i = 0; i < close.length; i++) {
          closes = [...closes, close[i] ?? 0].slice(-bars - 1);
          const change = closes.length > bars ? (closes.at(-1) ?? 0) - (closes[0] ?? 0) : 0;
          // A date from a column is not a clock.
          const isSunday = new Date(timestamp?.[i] ?? 0).getUTCDay() === 0;
          directions[i] = isSunday ? 0 : Math.sign(change);
          if (strength !== undefined) strength[i] = Math.abs(change);
          if (weight !== undefined && volume !== undefined) weight[i] = volume[i] === 0 ? Number.NaN : change / 100;
        }
      },
      finish: () => (closes.length > bars ? [] : ["it never decided"]),
    };
  },
});

let kept = 0;
let shared = 0;
const learned = new Map<string, number>();
const { random } = Math;

/** What each cheat does, the law that it breaks, and a strategy that does it. */
const cheats: readonly (readonly [cheat: string, law: string, strategy: Strategy])[] = [
  ["reads the next bar of its block", "does not look ahead", towards((close, i) => close[i + 1])],
  [
    "reads the next bar from the memory behind its block",
    "does not look ahead",
    towards((close, i) => memoryOf(close)[i + 1]),
  ],
  [
    "compares with the highest close of its block",
    "does not look ahead",
    strategyOf(() => ({
      decide({ close }, directions) {
        const highest = Math.max(...close);
        for (let i = 0; i < close.length; i++) directions[i] = (close[i] ?? 0) > 0.7 * highest ? 1 : -1;
      },
    })),
  ],
  ["reads the week that has not closed yet", "does not look ahead", weekly(({ closed }, i) => (closed[i] ?? 0) + 1)],
  [
    "takes the weeks that close in its block as closed from its first bar on",
    "decides the same in blocks of irregular length",
    weekly(({ close }) => close.length),
  ],
  [
    "keeps the weeks of its first block",
    "decides the same in blocks of 256",
    strategyOf((_symbol, _parameters, _wanted, { bars }) => {
      const week = bars("1w");
      let kept: Float64Array | undefined;
      return {
        decide({ close }, directions) {
          if (week.close.length > 0) kept ??= week.close;
          for (let i = 0; i < close.length; i++) directions[i] = (kept?.at(-1) ?? 0) > (close[i] ?? 0) ? 1 : -1;
        },
      };
    }),
  ],
  [
    "asks for longer bars while it decides",
    "decides something on the bars",
    strategyOf((_symbol, _parameters, _wanted, { bars }) => ({
      decide: (_bars, directions) => void directions.fill(bars("1w").close.length),
    })),
  ],
  [
    "begins again with each block",
    "decides the same in blocks of 7",
    strategyOf(() => ({
      decide({ close }, directions) {
        for (let i = 5; i < close.length; i++) directions[i] = (close[i] ?? 0) > (close[i - 5] ?? 0) ? 1 : -1;
      },
    })),
  ],
  [
    "keeps its state in its module",
    "keeps no state from one run to the next",
    strategyOf(() => ({
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) {
          directions[i] = kept > 0 ? 1 : -1;
          kept = Math.sign((close[i] ?? 0) - 100);
        }
      },
    })),
  ],
  [
    "begins again with each symbol, but in its module",
    "keeps the states of two symbols apart",
    strategyOf(() => {
      shared = 0;
      return {
        decide({ close }, directions) {
          for (let i = 0; i < close.length; i++) {
            directions[i] = (close[i] ?? 0) > shared ? 1 : -1;
            shared = close[i] ?? 0;
          }
        },
      };
    }),
  ],
  [
    "remembers how a symbol ended in an earlier run",
    "keeps no state from one run to the next",
    strategyOf((symbol) => ({
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) directions[i] = (learned.get(symbol) ?? 0) > (close[i] ?? 0) ? 1 : -1;
        learned.set(symbol, close[close.length - 1] ?? 0);
      },
    })),
  ],
  [
    "decides by the hour of the clock",
    "reads neither clocks nor random numbers",
    strategyOf(() => ({
      decide: (_bars, directions) => void directions.fill(new Date().getFullYear() > 2000 ? 1 : 0),
    })),
  ],
  [
    "decides by the time since the start of the process",
    "reads neither clocks nor random numbers",
    strategyOf(() => ({ decide: (_bars, directions) => void directions.fill(performance.now() >= 0 ? 1 : 0) })),
  ],
  [
    "tosses a coin",
    "reads neither clocks nor random numbers",
    strategyOf(() => ({ decide: (_bars, directions) => void directions.fill(Math.random() < 2 ? 1 : 0) })),
  ],
  [
    "tosses a coin that nobody can watch",
    "keeps no state from one run to the next",
    strategyOf(() => ({
      decide(_bars, directions) {
        for (let i = 0; i < directions.length; i++) directions[i] = random() < 0.5 ? 1 : -1;
      },
    })),
  ],
  [
    "smooths the closes in place",
    "does not change the columns",
    strategyOf(() => ({
      decide({ close }, directions) {
        const writable = close as Float64Array;
        for (let i = 0; i < close.length; i++) {
          writable[i] = ((writable[i] ?? 0) + 100) / 2;
          directions[i] = (writable[i] ?? 0) > 100 ? 1 : -1;
        }
      },
    })),
  ],
  [
    "keeps the arrays of its blocks",
    "does not keep the arrays that it receives",
    strategyOf(() => {
      const blocks: StrategyBars["close"][] = [];
      return {
        decide({ close }, directions) {
          blocks.push(close);
          for (let i = 0; i < close.length; i++) directions[i] = (close[i] ?? 0) > (blocks[0]?.[0] ?? 0) ? 1 : -1;
        },
      };
    }),
  ],
  [
    "goes long twice",
    "writes directions of -1, 0 and 1, and finite numbers",
    strategyOf(() => ({ decide: (_bars, directions) => void directions.fill(2) })),
  ],
  [
    "divides by zero",
    "writes directions of -1, 0 and 1, and finite numbers",
    strategyOf(() => ({ decide: ({ close }, directions) => void directions.fill((close[0] ?? 0) * Number.NaN) })),
  ],
  [
    "has an infinite strength",
    "writes directions of -1, 0 and 1, and finite numbers",
    strategyOf(() => ({ decide: (_bars, _directions, { strength }) => void strength?.fill(1 / 0) }), {
      outputs: ["strength"],
    }),
  ],
  [
    "decides otherwise if its strength is not wanted",
    "decides the same, whichever outputs are wanted",
    strategyOf(
      (_symbol, _parameters, wanted) => ({ decide: (_bars, directions) => void directions.fill(wanted.length) }),
      { outputs: ["strength"] },
    ),
  ],
  [
    "needs a column that it calls optional",
    "decides without its optional columns",
    strategyOf(
      () => ({
        decide: (bars, directions) => void directions.fill((bars["volume"] as Float64Array).length > 0 ? 1 : 0),
      }),
      { optionalColumns: ["volume"] },
    ),
  ],
  ["decides nothing", "decides something on the bars", strategyOf(() => ({ decide: () => undefined }))],
  [
    "warns of numbers",
    "decides something on the bars",
    strategyOf(() => ({
      decide: (_bars, directions) => void directions.fill(1),
      finish: () => [1] as unknown as string[],
    })),
  ],
];

describe("strategyCases", () => {
  it("passes a strategy that does not cheat", async () => {
    expect(await broken(honest)).toEqual(new Map());
    expect(await broken(honest, { parameters: { bars: 50 } })).toEqual(new Map());
    expect(await broken(honestWeeks)).toEqual(new Map());
  });

  it.each(cheats)("catches one that %s", async (_cheat, law, strategy) => {
    expect([...(await broken(strategy)).keys()]).toContain(law);
  });

  it("says at which bar a strategy looks ahead, and what differs", async () => {
    const message = (await broken(cheats[0]?.[2] as Strategy)).get("does not look ahead");
    expect(message).toMatch(
      /^direction at bar \d+ is -?1 if (the data ends|other bars follow) after \d+ bars, but -?1 with all bars$/,
    );
  });

  it("names the clocks and the sources of random numbers, and leaves them as they were", async () => {
    const globals = () => [Date, Date.now, Math.random, performance.now, process.hrtime, crypto.randomUUID];
    const before = globals();
    const strategy = strategyOf(() => ({
      decide(_bars, directions) {
        const drawn = Date.now() + Number(process.hrtime.bigint()) + process.hrtime()[0] + Math.random();
        const texts = [crypto.randomUUID(), Date(), crypto.getRandomValues(new Uint8Array(1)), new Date()];
        directions.fill(drawn > 0 && texts.length > 0 ? 1 : 0);
      },
    }));
    const message = (await broken(strategy)).get("reads neither clocks nor random numbers");
    for (const name of [
      "Date.now",
      "process.hrtime.bigint",
      "process.hrtime",
      "Math.random",
      "crypto.randomUUID",
      "Date()",
      "crypto.getRandomValues",
      "new Date()",
    ])
      expect(message).toContain(name);
    expect(globals()).toEqual(before);
    expect(Object.hasOwn(performance, "now")).toBe(false);
  });

  it("uses bars that are given, and names a column that they lack", async () => {
    const strategy = strategyOf(
      () => ({ decide: (bars, directions) => void directions.set(bars["funding"] as Float64Array) }),
      { columns: ["funding"] },
    );
    expect(() => strategyCases(strategy)).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { strategy: "example", column: "funding" } }),
    );
    const close = new Float64Array(200).fill(5);
    const funding = Float64Array.from(close, (_, i) => (i % 3) - 1);
    expect(await broken(strategy, { bars: { close, funding } })).toEqual(new Map());
    expect(() => strategyCases(strategy, { bars: { close, funding: funding.slice(1) } })).toThrow(
      expect.objectContaining({ message: expect.stringContaining("199 of its values and 200 bars") }),
    );
    expect((await broken(honestWeeks, { bars: { close } })).get("does not look ahead")).toContain("timestamp");
    expect(() => strategyCases(honest, { bars: { close: close.slice(0, 99) } })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { bars: 99 } }),
    );
  });

  it("refuses an invalid strategy, an unknown parameter, and a strategy of all symbols", () => {
    expect(() => strategyCases({ name: "example" } as Strategy)).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", message: expect.stringContaining("start") }),
    );
    expect(() => strategyCases(honest, { parameters: { bras: 3 } })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", message: expect.stringContaining("bars") }),
    );
  });

  it("lets a strategy refuse too few bars, and checks every output", async () => {
    const { AtcError } = await import("@atc/contract");
    const strategy = strategyOf(
      () => {
        let bars = 0;
        return {
          decide(block, _directions, decisions) {
            bars += block.close.length;
            for (const output of Object.values(decisions)) output.set(block.close);
          },
          finish() {
            if (bars < 1000) throw new AtcError("ATC_INVALID_DATA", "too few bars");
            return [];
          },
        };
      },
      { outputs: decisionNames },
    );
    expect(await broken(strategy)).toEqual(new Map());
  });
});
