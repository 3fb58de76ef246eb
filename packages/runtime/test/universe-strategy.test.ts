import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bindStrategy, momentum } from "@atc/backtest";
import type { Progress, Strategy } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BacktestFileOptions, type BacktestOutcome, backtestFile } from "../src/index.ts";

let cwd: string;

const day = (i: number): string => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);

/** Daily bars, of which one in 11 is missing. */
function rowsOf(symbol: string, seed: number, factor = 1): readonly string[] {
  return Array.from({ length: 300 }, (_, i) => {
    const close = factor * (100 + 12 * Math.sin((i + 40 * seed) / (17 + seed)) + i / 20);
    return `${symbol},${day(i)},${close.toFixed(2)},${i % (5 + seed)}`;
  }).filter((_, i) => (i + seed) % 11 > 0);
}

const symbols = ["AAA", "BBB", "CCC"];

async function writeBars(factor = 1): Promise<void> {
  const rows = symbols.flatMap((symbol, seed) => rowsOf(symbol, seed, symbol === "BBB" ? factor : 1));
  await write("bars.csv", `symbol,timestamp,close,volume\n${rows.join("\n")}\n`);
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-universe-"));
  await writeBars();
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), text);
}

async function run(strategy: string, config: object = {}, given: BacktestFileOptions = {}): Promise<BacktestOutcome> {
  const options = { cwd, env: {}, onWarning: () => undefined, ...given };
  return await backtestFile("bars.csv", { ...options, config: { strategy, feeBps: 5, ...config } });
}

async function faultOf(strategy: string, config: object = {}, given: BacktestFileOptions = {}): Promise<unknown> {
  try {
    await run(strategy, config, given);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Holds the symbols whose volume is the highest of those with a bar, shorts the others. */
const busiest = `
import { best } from "./lib/best.js";
export default {
  name: "busiest",
  scope: "universe",
  parameters: { weight: { kind: "number", above: 0, maximum: 1, default: 0.5, description: "Weight" } },
  columns: ["volume"],
  start(symbols, { weight }) {
    let times = 0;
    return {
      decide({ present, columns: { volume } }, weights) {
        times++;
        const highest = best(present, volume);
        for (const symbol of present) weights[symbol] = volume[symbol] === highest ? weight : -weight / 4;
      },
      finish: () => [\`it saw \${symbols.length} symbols at \${times} times\`],
    };
  },
};
`;
const best = "export const best = (present, volume) => Math.max(...[...present].map((symbol) => volume[symbol]));\n";

async function writeBusiest(folder = ""): Promise<void> {
  await write(`${folder}busiest.js`, busiest);
  await write(`${folder}lib/best.js`, best);
}

/** A module whose strategy decides by a body: `bars`, `weights` and `symbols` are in scope. */
function deciding(body: string): string {
  return `export default { name: "odd", scope: "universe", start(symbols) { return { decide(bars, weights) { ${body} } }; } };\n`;
}

/** What a run gave, apart from where it came from. */
function givenBy({ report: { portfolio, contributions, skipped }, result }: BacktestOutcome): unknown {
  return { portfolio, contributions, skipped, account: result?.account };
}

describe("a strategy of one's own that sees all symbols", () => {
  it("runs as in code, whatever the threads and the store are, cold and warm", async () => {
    await writeBusiest();
    const { default: strategy }: { default: Strategy } = await import(join(cwd, "busiest.js"));
    const inCode = await run("atc", {}, { strategy: bindStrategy(strategy, { weight: 0.4 }), fills: true });
    expect(inCode.report.portfolio?.trades).toBeGreaterThan(20);
    expect(inCode.report.portfolio?.warnings).toEqual([expect.stringMatching(/^it saw 3 symbols at \d+ times$/)]);
    expect(inCode.result?.account?.fills.quantity.length).toBeGreaterThan(40);
    const parameters = { weight: "0.4" };
    for (const threads of [1, 2])
      for (const useMemoryMapped of [false, true]) {
        const config = { parameters, useMemoryMapped, batchSize: 2 };
        const cold = await run("./busiest.js", config, { threads, cache: false, fills: true });
        const first = await run("./busiest.js", config, { threads, fills: true });
        const warm = await run("./busiest.js", config, { threads, fills: true });
        for (const outcome of [cold, first, warm]) expect(givenBy(outcome)).toEqual(givenBy(inCode));
        expect(warm.cachedSymbols).toBe(3);
      }
  });

  it("reports the progress of its thread", async () => {
    await writeBusiest();
    const reports: (readonly [number, number | undefined])[] = [];
    const onProgress = ({ phase, done, total }: Progress): void => {
      if (phase === "computing") reports.push([done, total]);
    };
    await run("./busiest.js", {}, { onProgress });
    expect(new Set(reports.map(([, total]) => total))).not.toContain(undefined);
    expect(reports.some(([done, total]) => done === total)).toBe(true);
  });

  it("ends with the signal", async () => {
    await write("odd.js", deciding("for (;;);"));
    const controller = new AbortController();
    const running = faultOf("./odd.js", {}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 500);
    expect(await running).toMatchObject({ code: "ATC_ABORTED" });
  });

  it("trades a period after it has seen the bars before it", async () => {
    await writeBusiest();
    const { default: strategy }: { default: Strategy } = await import(join(cwd, "busiest.js"));
    const period = { from: Date.UTC(2023, 5, 1), to: Date.UTC(2023, 7, 1) };
    const inCode = await run("atc", { limit: 200 }, { strategy: bindStrategy(strategy), period });
    const own = await run("./busiest.js", { limit: 200 }, { period });
    expect(givenBy(own)).toEqual(givenBy(inCode));
    expect(own.report.period).toEqual({ from: "2023-06-01T00:00:00.000Z", to: "2023-08-01T00:00:00.000Z" });
  });

  it("shares an account by weights unless the configuration says otherwise", async () => {
    await writeBusiest();
    const usual = await run("./busiest.js");
    expect(usual.report.config).toMatchObject({ account: "shared", signal: "weight", weights: "full" });
    const other = await run("./busiest.js", { weights: "equal", signal: "strategy" });
    expect(other.report.config).toMatchObject({ account: "shared", signal: "strategy", weights: "equal" });
    expect(other.report.portfolio).not.toEqual(usual.report.portfolio);
    for (const [key, value] of [
      ["account", "separate"],
      ["signal", "entries"],
    ])
      expect(await faultOf("./busiest.js", { [key as string]: value })).toMatchObject({
        code: "ATC_INVALID_CONFIG",
        details: { faults: [{ path: key, value }] },
      });
  });

  it("leaves out symbols with invalid data, and lists them", async () => {
    await writeBusiest();
    const alone = await run("./busiest.js", {}, { symbols: ["AAA", "CCC"] });
    const rows = symbols.flatMap((symbol, seed) => rowsOf(symbol, seed));
    const odd = rows.map((row, i) => (i === 300 ? row.replace(/,[\d.]+,(\d+)$/, ",0,$1") : row));
    await write("bars.csv", `symbol,timestamp,close,volume\n${odd.join("\n")}\n`);
    for (let times = 0; times < 2; times++) {
      const { report, cachedSymbols } = await run("./busiest.js", { invalidPrices: "error" });
      expect(report.skipped).toMatchObject([{ symbol: "BBB" }]);
      expect(report.portfolio).toEqual(alone.report.portfolio);
      expect(cachedSymbols).toBe(2 * times);
    }
  });
});

describe("the cache of a strategy that sees all symbols", () => {
  it("gives the report that was computed, member by member in the same order", async () => {
    const given = { curves: false } as const;
    const computed = await run("momentum", { parameters: { bars: 20, hold: 1 } }, given);
    const cached = await run("momentum", { parameters: { bars: 20, hold: 1 } }, given);
    expect([computed.cached, cached.cached]).toEqual([false, true]);
    expect(JSON.stringify(cached.report)).toBe(JSON.stringify(computed.report));
  });

  it("has decisions for other metrics, whose figures are computed", async () => {
    await writeBusiest();
    const first = await run("./busiest.js");
    const other = await run("./busiest.js", {}, { metrics: "all" });
    expect(other).toMatchObject({ cached: false, cachedSymbols: 3 });
    expect(other.report.portfolio?.totalReturn).toBe(first.report.portfolio?.totalReturn);
    const figures = await run("./busiest.js", {}, { curves: false });
    expect(await run("./busiest.js", {}, { curves: false })).toMatchObject({ cached: true, report: figures.report });
  });

  it("has none if the rows of any symbol differ, or if there are fewer symbols", async () => {
    await writeBusiest();
    const config = { batchSize: 1 };
    const first = await run("./busiest.js", config);
    expect((await run("./busiest.js", config, { symbols: ["AAA", "BBB"] })).cachedSymbols).toBe(0);
    await writeBars(2);
    const other = await run("./busiest.js", config);
    expect(other.cachedSymbols).toBe(0);
    await writeBars();
    const again = await run("./busiest.js", config);
    expect(again.cachedSymbols).toBe(3);
    expect(givenBy(again)).toEqual(givenBy(first));
  });

  it("has none of an edited module, and those of one that was moved", async () => {
    await writeBusiest("a/");
    await run("./a/busiest.js");
    await rename(join(cwd, "a"), join(cwd, "b"));
    expect((await run("./b/busiest.js")).cachedSymbols).toBe(3);
    await write("b/lib/best.js", best.replace("max", "min"));
    expect((await run("./b/busiest.js")).cachedSymbols).toBe(0);
  });
});

describe("a fault ends the run", () => {
  const at = "if (bars.time === Date.UTC(2023, 1, 3))";
  it.each([
    ["throws", `${at} throw new TypeError("no such thing");`, /failed \(TypeError: no such thing\).*line 1 of/],
    ["returns weights", `${at} return weights;`, /returned something from decide/],
    ["changes its input", `${at} bars.columns.close[bars.present[0]] = 1;`, /changed the column "close"/],
    ["decides an infinite weight", `${at} weights[bars.present[0]] = 1 / 0;`, /weight "Infinity" for symbol "BBB"/],
    ["ends its thread", `${at} process.exit(1);`, /ended its thread/],
    ["keeps too much memory", `${at} { const all = []; for (;;) all.push(new Array(1e5).fill({})); }`, /memory/],
    ["does not return", `${at} for (;;);`, /did not return within 0.5 s/],
  ])("if it %s: the message has the time", async (_what, body, message) => {
    await write("odd.js", deciding(body));
    const deadline = message.source.includes("within") ? { strategyDeadline: 0.5 } : {};
    const fault = await faultOf("./odd.js", { useMemoryMapped: true, ...deadline });
    expect(fault).toMatchObject({
      code: "ATC_STRATEGY",
      message: expect.stringMatching(message),
      details: { strategy: "./odd.js", time: "2023-02-03T00:00:00.000Z" },
    });
    expect((fault as Error).message).toContain("2023-02-03T00:00:00.000Z");
  });

  it.each([
    ["start throws", "throw new Error('s');", "", /failed \(Error: s\)/],
    ["start returns a number", "return 1;", "", /did not return an object with a function decide/],
    ["finish returns a text", "", "return 'warned';", /list of texts/],
    ["finish throws", "", "null.x;", /failed \(TypeError/],
  ])("if %s", async (_what, start, finish, message) => {
    const text = `export default { name: "odd", scope: "universe", start(symbols) { ${start} return { decide() {}, finish() { ${finish} } }; } };\n`;
    await write("odd.js", text);
    expect(await faultOf("./odd.js")).toMatchObject({ code: "ATC_STRATEGY", message: expect.stringMatching(message) });
  });

  it("not if it keeps and changes what it may: the list of present symbols is its own", async () => {
    await write("odd.js", deciding("bars.present.fill(0); weights.fill(0.1); bars.time = 0;"));
    const { report } = await run("./odd.js");
    expect(report.contributions?.map(({ exposure }) => exposure > 0.9)).toEqual([true, true, true]);
  });
});

describe("momentum", () => {
  it("runs by its name as in code, also from the cache", async () => {
    const inCode = await run("atc", {}, { strategy: bindStrategy(momentum, { bars: 20, hold: 1 }), cache: false });
    const parameters = { bars: 20, hold: "1" };
    for (const cachedSymbols of [0, 3]) {
      const named = await run("momentum", { parameters });
      expect(named.cachedSymbols).toBe(cachedSymbols);
      expect(givenBy(named)).toEqual(givenBy(inCode));
    }
    expect(inCode.report.portfolio?.trades).toBeGreaterThan(2);
    expect(await faultOf("momentum", { parameters: { hold: 0 } })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      details: { faults: [{ path: "parameters.hold" }] },
    });
  });
});
