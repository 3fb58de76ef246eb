import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strategyOf } from "@atc/backtest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkLookahead, checkWarmup, type WarmupCheckOptions } from "../src/checks.ts";
import { openRuntime, type RuntimeOptions } from "../src/index.ts";

let cwd: string;

function rowsOf(symbol: string, seed: number): readonly string[] {
  return Array.from({ length: 400 }, (_, i) => {
    const day = new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
    return `${symbol},${day},${(100 + 12 * Math.sin((i + 40 * seed) / (7 + seed)) + i / 20).toFixed(2)}`;
  });
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-checks-"));
  const rows = ["AAA", "BBB", "CCC"].flatMap(rowsOf);
  await write("bars.csv", `symbol,timestamp,close\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(cwd, name), text);
}

/** A module whose strategy decides by a body: `bars`, `directions` and `symbol` are in scope. */
function deciding(body: string): string {
  return `export default { name: "odd", start(symbol) { let bars = 0; return { decide({ close }, directions) { ${body} } }; } };\n`;
}

/** Long if the next close is higher. */
const ahead = "for (let i = 0; i < close.length; i++) directions[i] = close[i + 1] > close[i] ? 1 : 0;";
/** Long at every second bar, counted from the start. */
const counting = "for (let i = 0; i < close.length; i++) directions[i] = bars++ % 2;";

function runtimeOf(
  config: RuntimeOptions["config"] = {},
  options: RuntimeOptions = {},
): ReturnType<typeof openRuntime> {
  return openRuntime({ cwd, env: {}, onWarning: () => undefined, ...options, config });
}

describe("checkLookahead", () => {
  it("finds nothing in ATC and in cross", async () => {
    for (const strategy of ["atc", "cross"]) {
      await using runtime = await runtimeOf({ strategy });
      const { symbols, skipped, ...rest } = await checkLookahead(runtime, "bars.csv");
      expect(rest).toEqual({ strategy, path: "bars.csv", dataset: expect.stringMatching(/^bars-/) });
      expect(skipped).toEqual([]);
      expect(symbols.map(({ symbol, bars, first }) => [symbol, bars, first])).toEqual([
        ["AAA", 400, undefined],
        ["BBB", 400, undefined],
        ["CCC", 400, undefined],
      ]);
    }
  });

  it("finds a cheat in a file, the same on one thread and on several, from files that are read and mapped", async () => {
    await write("ahead.js", deciding(ahead));
    const found = [];
    for (const threads of [1, 2])
      for (const useMemoryMapped of [false, true]) {
        await using runtime = await runtimeOf({ strategy: "./ahead.js", useMemoryMapped }, { threads });
        found.push(await checkLookahead(runtime, "bars.csv", { cuts: 20 }));
      }
    expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(found[0]?.symbols.map(({ first }) => first?.cause)).toEqual(["ahead", "ahead", "ahead"]);
    const [first] = found[0]?.symbols ?? [];
    expect(first?.first).toMatchObject({ whole: { direction: 1 }, other: { direction: 0 } });
    expect(first?.first?.time).toBe(first?.first?.cut);
  });

  it("lists a symbol on which the strategy fails, or does not return, and checks the others", async () => {
    await write("throws.js", deciding(`if (symbol === "BBB") throw new Error("no"); ${counting}`));
    await write("loops.js", deciding(`if (symbol === "BBB") for (;;); ${counting}`));
    for (const [strategy, reason] of [
      ["./throws.js", /failed \(Error: no\)/],
      ["./loops.js", /did not return within 0.5 s/],
    ] as const) {
      await using runtime = await runtimeOf({ strategy, strategyDeadline: 0.5 });
      const { symbols, skipped } = await checkLookahead(runtime, "bars.csv");
      expect(symbols.map(({ symbol }) => symbol)).toEqual(["AAA", "CCC"]);
      expect(skipped).toEqual([{ symbol: "BBB", code: "ATC_STRATEGY", reason: expect.stringMatching(reason) }]);
    }
  });

  it("checks some symbols, the bars of the limit, and a strategy in code", async () => {
    await using runtime = await runtimeOf({ limit: 150 });
    const strategy = strategyOf("mine", () => ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) directions[i] = Number(close[i + 1]) > Number(close[i]) ? 1 : 0;
    });
    const found = await checkLookahead(runtime, "bars.csv", { strategy, symbols: ["CCC", "AAA"] });
    expect(found.strategy).toBe("mine");
    expect(found.symbols.map(({ symbol, bars }) => [symbol, bars])).toEqual([
      ["AAA", 150],
      ["CCC", 150],
    ]);
    expect(found.symbols[0]?.first?.cause).toBe("ahead");
  });

  it("finds nothing in a strategy of longer bars, and a week that is not over yet", async () => {
    const weekly = (close: string): string => `export default {
  name: "weekly",
  start(_symbol, _parameters, _wanted, { bars }) {
    const week = bars("1w");
    let before = 0;
    let direction = 0;
    return {
      decide({ close }, directions) {
        let next = 0;
        for (let i = 0; i < close.length; i++) {
          for (; next < week.closed[i]; next++) {
            direction = ${close} > before ? 1 : -1;
            before = week.close[next];
          }
          directions[i] = direction;
        }
      },
    };
  },
};
`;
    await write("honest.js", weekly("week.close[next]"));
    await write("peeking.js", weekly("(close[i + 1] ?? 0)"));
    const causes = [];
    for (const strategy of ["./honest.js", "./peeking.js"]) {
      await using runtime = await runtimeOf({ strategy });
      const { symbols } = await checkLookahead(runtime, "bars.csv");
      causes.push(symbols.map(({ first }) => first?.cause));
    }
    expect(causes).toEqual([
      [undefined, undefined, undefined],
      ["ahead", "ahead", "ahead"],
    ]);
  });

  it("is the same for a built-in strategy here and on threads", async () => {
    const found = [];
    for (const executor of ["inline", "worker"] as const) {
      await using runtime = await runtimeOf({ strategy: "cross", executor }, { threads: 2 });
      found.push(await checkLookahead(runtime, "bars.csv"));
      found.push(await checkWarmup(runtime, "bars.csv", { shifts: [10, 50] }));
    }
    expect(found[2]).toEqual(found[0]);
    expect(found[3]).toEqual(found[1]);
    expect(found[0]?.symbols).toHaveLength(3);
  });

  it("refuses a strategy that sees all symbols at once", async () => {
    const universe = 'export default { name: "all", scope: "universe", start: () => ({ decide() {} }) };\n';
    await write("universe.js", universe);
    await using runtime = await runtimeOf({ strategy: "./universe.js" });
    for (const check of [checkLookahead, checkWarmup])
      await expect(check(runtime, "bars.csv")).rejects.toMatchObject({
        code: "ATC_UNSUPPORTED",
        message: expect.stringMatching(/all symbols at once; check it with strategyCases/),
      });
    await using inCode = await runtimeOf();
    const strategy = { ...strategyOf("all", () => () => undefined), scope: "universe" };
    await expect(checkWarmup(inCode, "bars.csv", { strategy } as WarmupCheckOptions)).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
    });
  });

  it("ends in the middle if it is aborted, here and on threads", async () => {
    await write("slow.js", deciding(`${counting} const end = Date.now() + 20; while (Date.now() < end);`));
    for (const strategy of ["atc", "./slow.js"]) {
      await using runtime = await runtimeOf({ strategy });
      const ending = new AbortController();
      const options = { signal: ending.signal, onProgress: () => ending.abort() };
      await expect(checkLookahead(runtime, "bars.csv", options)).rejects.toMatchObject({ code: "ATC_ABORTED" });
    }
  });

  it("reports progress to the last bar, and ends if it is aborted", async () => {
    await using runtime = await runtimeOf();
    let last: unknown;
    await checkLookahead(runtime, "bars.csv", { onProgress: (progress) => (last = progress) });
    expect(last).toEqual({ phase: "computing", done: 2_400, total: 2_400, unit: "bars" });
    const signal = AbortSignal.abort();
    await expect(checkLookahead(runtime, "bars.csv", { signal })).rejects.toMatchObject({ code: "ATC_ABORTED" });
  });

  it("refuses unknown symbols and wrong settings", async () => {
    await using runtime = await runtimeOf();
    const refused = (options: object, code: string): Promise<void> =>
      expect(checkLookahead(runtime, "bars.csv", options)).rejects.toMatchObject({ code });
    await refused({ symbols: ["AAB"] }, "ATC_NOT_FOUND");
    await refused({ cuts: 0 }, "ATC_INVALID_ARGUMENT");
    await refused({ seed: 0.5 }, "ATC_INVALID_ARGUMENT");
    await using weighted = await runtimeOf({ signal: "weight" });
    await expect(checkLookahead(weighted, "bars.csv")).rejects.toMatchObject({ code: "ATC_INVALID_CONFIG" });
  });
});

describe("checkWarmup", () => {
  it("counts the directions of a strategy of the user's that a later start changes", async () => {
    await write("counting.js", deciding(counting));
    await using runtime = await runtimeOf({ strategy: "./counting.js" });
    const { symbols } = await checkWarmup(runtime, "bars.csv", { shifts: [99, 100, 500] });
    expect(symbols).toHaveLength(3);
    for (const { shifts } of symbols)
      expect(shifts.map(({ shift, bars, changed, lastChange }) => [shift, bars, changed, lastChange])).toEqual([
        [99, 301, 301, 301],
        [100, 300, 0, 0],
      ]);
  });

  it("finds no change of cross beyond its longest average", async () => {
    await using runtime = await runtimeOf({ strategy: "cross", parameters: { fast: 5, slow: 20 } });
    const { symbols } = await checkWarmup(runtime, "bars.csv", { shifts: [20, 100] });
    for (const { shifts } of symbols)
      for (const { lastChange, beyond } of shifts) {
        expect(lastChange).toBeLessThan(20);
        expect(beyond.map(({ changed }) => changed)).toEqual([0, 0]);
      }
  });
});
