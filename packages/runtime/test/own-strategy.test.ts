import { chmod, cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bindStrategy } from "@atc/backtest";
import { isAtcError, type Strategy } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BacktestFileOptions, type BacktestOutcome, backtestFile } from "../src/index.ts";

let cwd: string;

const day = (i: number): string => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);

function rowsOf(symbol: string, seed: number): readonly string[] {
  return Array.from({ length: 300 }, (_, i) => {
    const close = 100 + 12 * Math.sin((i + 40 * seed) / (17 + seed)) + i / 20;
    return `${symbol},${day(i)},${close.toFixed(2)}`;
  });
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-own-"));
  const rows = ["AAA", "BBB", "CCC"].flatMap(rowsOf);
  await write("bars.csv", `symbol,timestamp,close\n${rows.join("\n")}\n`);
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

/** Directions by symbol. */
function directionsOf({ result }: BacktestOutcome): Record<string, string> {
  return Object.fromEntries((result?.symbols ?? []).map(({ symbol, directions }) => [symbol, directions.join("")]));
}

/** Long while the close is above the average of the last `length` closes. */
const rising = `
import { averageOf } from "./lib/average.js";
export default {
  name: "rising",
  parameters: { length: { kind: "integer", minimum: 1, maximum: 50, default: 5, description: "Bars" } },
  start(_symbol, { length }) {
    const average = averageOf(length);
    return {
      decide({ close }, directions) {
        for (let i = 0; i < close.length; i++) directions[i] = close[i] > average(close[i]) ? 1 : 0;
      },
    };
  },
};
`;
const average = `
export function averageOf(length) {
  const closes = [];
  return (close) => {
    closes.push(close);
    if (closes.length > length) closes.shift();
    return closes.reduce((sum, one) => sum + one, 0) / closes.length;
  };
}
`;

async function writeRising(folder = ""): Promise<void> {
  await write(`${folder}rising.js`, rising);
  await write(`${folder}lib/average.js`, average);
}

/** A module whose strategy decides by a body: `bars`, `directions`, `decisions` and `symbol` are in scope. */
function deciding(body: string, members = ""): string {
  return `export default { name: "odd", ${members} start(symbol) { let calls = 0; return { decide(bars, directions, decisions) { ${body} } }; } };\n`;
}

describe("a strategy of one's own", () => {
  it("runs as in code, on one thread and on several, cold and warm, from files that are read and mapped", async () => {
    await writeRising();
    const { default: strategy }: { default: Strategy } = await import(join(cwd, "rising.js"));
    const inCode = await run("atc", {}, { strategy: bindStrategy(strategy, { length: 9 }) });
    const parameters = { length: "9" };
    const expected = directionsOf(inCode);
    expect(Object.keys(expected)).toEqual(["AAA", "BBB", "CCC"]);
    expect(new Set(Object.values(expected)).size).toBe(3);
    for (const threads of [1, 2])
      for (const useMemoryMapped of [false, true]) {
        const config = { parameters, useMemoryMapped, batchSize: 1 };
        const cold = await run("./rising.js", config, { threads, cache: false });
        const first = await run("./rising.js", config, { threads });
        const warm = await run("./rising.js", config, { threads });
        for (const outcome of [cold, first, warm]) {
          expect(directionsOf(outcome)).toEqual(expected);
          expect(outcome.report.portfolio).toEqual(inCode.report.portfolio);
        }
        expect(warm.cachedSymbols).toBe(3);
      }
  });

  it("runs in a shared account", async () => {
    await writeRising();
    const { default: strategy }: { default: Strategy } = await import(join(cwd, "rising.js"));
    const inCode = await run("atc", { account: "shared" }, { strategy: bindStrategy(strategy) });
    const own = await run("./rising.js", { account: "shared" });
    expect(own.report.portfolio).toEqual(inCode.report.portfolio);
    expect(own.report.portfolio?.trades).toBeGreaterThan(0);
  });

  it("starts at the folder of the configuration file, and at the working directory for an option", async () => {
    await writeRising("project/");
    await write("project/atc.yaml", "strategy: ./rising.js\nparameters: { length: 7 }\nfeeBps: 5\n");
    const file = join(cwd, "project", "atc.yaml");
    const named = await backtestFile(join(cwd, "bars.csv"), { cwd, env: {}, configFile: file });
    const flagged = await backtestFile(join(cwd, "bars.csv"), {
      cwd: join(cwd, "project"),
      env: {},
      configFile: file,
      flags: { strategy: "rising.js", parameters: { length: "7" } },
    });
    expect(directionsOf(named)).toEqual(directionsOf(flagged));
    const error = await backtestFile(join(cwd, "bars.csv"), {
      cwd,
      env: {},
      configFile: file,
      flags: { strategy: "./rising.js" },
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "ATC_NOT_FOUND", message: expect.stringContaining(join(cwd, "rising.js")) });
  });

  it("comes from a package, by the name of the package, of its plugin, and of one of several", async () => {
    const folder = "node_modules/atc-rising/";
    await writeRising(folder);
    await write(
      `${folder}index.js`,
      'import rising from "./rising.js";\nexport default [{ kind: "strategy", name: "rising", create: () => rising }, { ...rising, name: "other" }];\n',
    );
    const atc = { plugins: [{ kind: "strategy", name: "rising" }] };
    const manifest = { name: "atc-rising", version: "1.2.3", type: "module", main: "./index.js", atc };
    await write(`${folder}package.json`, JSON.stringify(manifest));
    await write("package.json", JSON.stringify({ dependencies: { "atc-rising": "1.2.3" } }));
    await writeRising();
    const expected = directionsOf(await run("./rising.js"));
    expect(directionsOf(await run("rising"))).toEqual(expected);
    expect(directionsOf(await run("atc-rising#other"))).toEqual(expected);
    expect(await faultOf("atc-rising")).toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringMatching(/"rising", "other".*atc-rising#rising/),
    });
    expect(await faultOf("atc-rising#risin")).toMatchObject({ message: expect.stringContaining('"rising"') });
  });

  it("can ask for the times, in ms", async () => {
    const body =
      "for (let i = 0; i < directions.length; i++) directions[i] = bars.timestamp[i] >= 1674172800000 ? 1 : 0;";
    await write("late.js", deciding(body, 'columns: ["timestamp"],'));
    const { AAA = "" } = directionsOf(await run("./late.js"));
    expect(AAA.indexOf("1")).toBe(Array.from({ length: 300 }, (_, i) => day(i)).indexOf("2023-01-20"));
  });

  it("sees the columns that it asks for, and no bar after the block", async () => {
    const body = `
      if (Object.keys(bars).join() !== "close") throw new Error(Object.keys(bars).join());
      if (bars.close.buffer.byteLength > bars.close.byteLength) throw new Error("more than the block");`;
    await write("narrow.js", deciding(body));
    const { report } = await run("./narrow.js", { useMemoryMapped: true });
    expect(report.skipped).toEqual([]);
  });

  it("that is in TypeScript runs if Node strips types, else the error names the line that compiles it", async () => {
    await write("typed.ts", `const name: string = "typed";\n${deciding("").replace('"odd"', "name")}`);
    const found = await faultOf("./typed.ts");
    const { features } = process as { readonly features?: { readonly typescript?: unknown } };
    if (features?.typescript !== undefined && features.typescript !== false) expect(found).toBeUndefined();
    else
      expect(found).toMatchObject({
        code: "ATC_UNSUPPORTED",
        message: expect.stringMatching(/22\.18.*tsc .*typed\.ts/),
      });
  });
});

describe("the cache", () => {
  it("has no result of a file that was edited, or that an import of it was, and has that of a moved folder", async () => {
    await writeRising("one/");
    const config = { dataDir: join(cwd, "data"), cacheDir: join(cwd, "cache") };
    const first = await run("./one/rising.js", config);
    expect(first.cachedSymbols).toBe(0);
    expect((await run("./one/rising.js", config)).cachedSymbols).toBe(3);

    await rename(join(cwd, "one"), join(cwd, "two"));
    expect((await run("./two/rising.js", config)).cachedSymbols).toBe(3);
    expect((await run("./two/rising.js", config, { curves: false })).cached).toBe(true);

    await write("two/lib/average.js", average.replace("/ closes.length", "/ closes.length + 3"));
    const edited = await run("./two/rising.js", config, { curves: false });
    expect(edited.cached).toBe(false);
    expect(edited.report.portfolio).not.toEqual(first.report.portfolio);

    await write("two/rising.js", rising.replace("? 1 : 0", "? 1 : -1"));
    expect((await run("./two/rising.js", config)).cachedSymbols).toBe(0);

    await write("two/lib/average.js", average);
    await write("two/rising.js", rising);
    const back = await run("./two/rising.js", config);
    expect(back.cachedSymbols).toBe(3);
    expect(back.report.portfolio).toEqual(first.report.portfolio);
  });

  it("has a result for each set of parameters, and the default is one of its values", async () => {
    await writeRising();
    await run("./rising.js");
    expect((await run("./rising.js", { parameters: { length: 5 } })).cachedSymbols).toBe(3);
    expect((await run("./rising.js", { parameters: { length: 6 } })).cachedSymbols).toBe(0);
  });

  it("depends on the version of a package that the strategy imports", async () => {
    const manifest = (version: string): string => JSON.stringify({ name: "mean", version, main: "index.js" });
    await write("node_modules/mean/index.js", "exports.mean = () => 0;\n");
    await write("node_modules/mean/package.json", manifest("1.0.0"));
    await write("own.js", `import { mean } from "mean";\n${deciding("directions.fill(mean());")}`);
    await run("./own.js");
    expect((await run("./own.js")).cachedSymbols).toBe(3);
    await write("node_modules/mean/package.json", manifest("1.0.1"));
    expect((await run("./own.js")).cachedSymbols).toBe(0);
  });

  it("depends on the rows of a benchmark that is not traded", async () => {
    await writeRising();
    const rows = (shift: number): string =>
      ["AAA", "BBB"].flatMap((symbol, seed) => rowsOf(symbol, seed + (symbol === "BBB" ? shift : 0))).join("\n");
    const ofFirst = (): Promise<BacktestOutcome> =>
      run("./rising.js", { benchmark: "BBB" }, { symbols: ["AAA"], curves: false, metrics: "all" });
    await write("bars.csv", `symbol,timestamp,close\n${rows(0)}\n`);
    const first = await ofFirst();
    expect((await ofFirst()).cached).toBe(true);
    await write("bars.csv", `symbol,timestamp,close\n${rows(1)}\n`);
    const second = await ofFirst();
    expect(second.cached).toBe(false);
    expect(second.report.portfolio).not.toEqual(first.report.portfolio);
  });

  it("does not keep a failure", async () => {
    await write("odd.js", deciding("if (symbol === 'BBB') throw new Error('no');"));
    await run("./odd.js", {}, { curves: false });
    expect((await run("./odd.js", {}, { curves: false })).cached).toBe(false);
  });

  it("has no result of a copy that imports another file of the same name", async () => {
    await writeRising("one/");
    await cp(join(cwd, "one"), join(cwd, "two"), { recursive: true });
    await write("two/lib/average.js", average.replace("closes.shift()", "closes.pop()"));
    const one = await run("./one/rising.js");
    const two = await run("./two/rising.js");
    expect(two.cachedSymbols).toBe(0);
    expect(directionsOf(two)).not.toEqual(directionsOf(one));
  });
});

describe("a fault of a symbol is listed, and the others are computed", () => {
  const at = "if (symbol === 'BBB')";
  it.each([
    [
      "throws",
      `${at} throw new TypeError("no such thing");`,
      "",
      /"\.\/odd\.js" failed \(TypeError: no such thing\).*"BBB".*line 1 of/,
    ],
    ["throws what is not an error", `${at} throw "thrown";`, "", /failed \(thrown\)/],
    ["throws an object", `${at} throw { code: 7 };`, "", /failed \(\{ code: 7 \}\)/],
    ["throws an object without a prototype", `${at} throw Object.create(null);`, "", /failed \(.*null prototype/],
    [
      "throws an error that cannot be read",
      `${at} throw Object.defineProperty(new Error(), "message", { get() { throw 1; } });`,
      "",
      /failed \(a value that cannot be read\)/,
    ],
    ["returns an object without a prototype", `${at} return Object.create(null);`, "", /returned .*null prototype/],
    [
      "gives a column to another thread",
      `${at} structuredClone(bars.close.buffer, { transfer: [bars.close.buffer] });`,
      "",
      /changed the column "close"/,
    ],
    ["returns directions", `${at} return directions;`, "", /returned .* from decide/],
    ["returns a promise", `${at} return Promise.resolve();`, "", /returned a promise/],
    ["decides the direction 2", `${at} directions[3] = 2;`, "", /direction "2" for symbol "BBB" at bar 3/],
    ["decides the direction NaN", `${at} directions.fill(0 / 0, 4);`, "", /direction "NaN" for symbol "BBB" at bar 4/],
    ["decides a part of a direction", `${at} directions[5] = 0.5;`, "", /direction "0.5" for symbol "BBB" at bar 5/],
    ["decides a direction that wraps to 1", `${at} directions[6] = 257;`, "", /direction "257".*at bar 6/],
    ["changes its input", `${at} bars.close[0] = 1;`, "", /changed the column "close"/],
    ["ends its thread", `${at} process.exit(1);`, "", /ended its thread/],
    ["keeps too much memory", `${at} { const all = []; for (;;) all.push(new Array(1e5).fill(0.5)); }`, "", /memory/],
  ])("if it %s", async (_what, body, members, message) => {
    await write("odd.js", deciding(body, members));
    const { report, result } = await run("./odd.js", { useMemoryMapped: true });
    expect(report.skipped).toMatchObject([{ symbol: "BBB", reason: expect.stringMatching(message) }]);
    expect(result?.skipped).toMatchObject([{ code: "ATC_STRATEGY" }]);
    expect(result?.symbols.map(({ symbol }) => symbol)).toEqual(["AAA", "CCC"]);
  });

  it.each([
    ["strength", { sizing: "signalProportional" }],
    ["weight", { signal: "weight" }],
  ])("if it decides an infinite %s; one that is NaN repeats the last", async (name, config) => {
    const write1 = (value: string): Promise<void> =>
      write(
        "odd.js",
        deciding(`decisions.${name}.fill(0.5); ${at} decisions.${name}[3] = ${value};`, `outputs: ["${name}"],`),
      );
    await write1("Infinity");
    const { result } = await run("./odd.js", config);
    expect(result?.skipped).toMatchObject([{ symbol: "BBB", code: "ATC_STRATEGY" }]);
    await write1("NaN");
    expect((await run("./odd.js", config)).report.skipped).toEqual([]);
  });

  it("if it gives an array of its decisions to another thread", async () => {
    const weight = "decisions.weight";
    const body = `${weight}.fill(0.5); ${at} structuredClone(${weight}.buffer, { transfer: [${weight}.buffer] });`;
    await write("odd.js", deciding(body, 'outputs: ["weight"],'));
    const { report, result } = await run("./odd.js", { signal: "weight" });
    expect(report.skipped).toMatchObject([{ symbol: "BBB", reason: expect.stringMatching(/array of its weight/) }]);
    expect(result?.symbols.map(({ symbol }) => symbol)).toEqual(["AAA", "CCC"]);
  });

  it("but not if it decides odd directions that the account does not read", async () => {
    await write("odd.js", deciding("decisions.weight.fill(0.5); directions.fill(NaN);", 'outputs: ["weight"],'));
    const { report, result } = await run("./odd.js", { signal: "weight" });
    expect(report.skipped).toEqual([]);
    expect(result?.symbols[0]?.directions.every((direction) => direction === 1)).toBe(true);
  });

  it("if it does not return before its deadline, in the middle of a batch", async () => {
    await write("odd.js", deciding(`${at} for (;;);`));
    const { result } = await run("./odd.js", { strategyDeadline: 0.5 });
    expect(result?.skipped).toMatchObject([
      {
        symbol: "BBB",
        code: "ATC_STRATEGY",
        reason: expect.stringMatching(/"\.\/odd\.js" did not return within 0.5 s.*"BBB"/),
      },
    ]);
    expect(result?.symbols.map(({ symbol }) => symbol)).toEqual(["AAA", "CCC"]);
  });

  it("if start or finish is odd", async () => {
    const body = (start: string, finish: string): string =>
      `export default { name: "odd", start(symbol) { ${at} { ${start} } return { decide() {}, finish() { ${at} { ${finish} } } }; } };\n`;
    for (const text of [
      body("throw new Error('s');", ""),
      body("return 1;", ""),
      body("", "return 'warned';"),
      body("", "null.x;"),
    ]) {
      await write("odd.js", text);
      const { result } = await run("./odd.js");
      expect(result?.skipped).toMatchObject([{ symbol: "BBB", code: "ATC_STRATEGY" }]);
    }
  });

  it("if a column that it needs is missing, which names the columns", async () => {
    await write("odd.js", deciding("", 'columns: ["sentiment"],'));
    const { report } = await run("./odd.js");
    expect(report.skipped).toHaveLength(3);
    expect(report.skipped[0]?.reason).toMatch(/"AAA" has no column "sentiment".*strategy "odd".*close/);
  });
});

describe("a module is refused before data is read", () => {
  it.each([
    ["does not exist", undefined, "ATC_NOT_FOUND", /odd\.js/],
    [
      "does not parse",
      "export default {",
      "ATC_INVALID_ARGUMENT",
      /cannot be loaded.*SyntaxError.*run: node ".*odd\.js"/,
    ],
    ["throws", "throw new Error('at once');", "ATC_INVALID_ARGUMENT", /at once.*line 1 of/],
    ["imports what is missing", 'import "./none.js";', "ATC_INVALID_ARGUMENT", /cannot be loaded.*none\.js/],
    [
      "imports a package that is not installed",
      'import "no-such-package/part";',
      "ATC_INVALID_ARGUMENT",
      /no-such-package.*install it: cd ".*" && npm i no-such-package$/,
    ],
    [
      "has no default export",
      "export const rule = { name: 'rule', start() {} };",
      "ATC_INVALID_ARGUMENT",
      /export default rule/,
    ],
    ["exports a number", "export default 1;", "ATC_INVALID_ARGUMENT", /odd\.js/],
    ["exports an empty list", "export default [];", "ATC_INVALID_ARGUMENT", /empty list/],
    ["exports a class of another shape", "export default class {}", "ATC_INVALID_ARGUMENT", /a function/],
    ["has no start", "export default { name: 'odd' };", "ATC_INVALID_ARGUMENT", /start is missing/],
    [
      "names two alike",
      "const s = { name: 'odd', start() {} };\nexport default [s, s];",
      "ATC_INVALID_ARGUMENT",
      /two strategies "odd"/,
    ],
    ["does not return", "for (;;);", "ATC_INVALID_ARGUMENT", /did not return within 0.5 s/],
    ["ends its thread", "process.exit(0);", "ATC_INVALID_ARGUMENT", /ended its thread/],
    [
      "declares a parameter twice",
      `export default { name: "odd", parameters: { fastBars: ${"{ kind: 'integer', default: 1 }"}, fast_bars: ${"{ kind: 'integer', default: 1 }"} }, start() {} };`,
      "ATC_INVALID_ARGUMENT",
      /twice.*fastBars.*fast_bars/,
    ],
  ])("that %s", async (_what, text, code, message) => {
    if (text !== undefined) await write("odd.js", `${text}\n`);
    await rm(join(cwd, "bars.csv"));
    const error = await faultOf("./odd.js", text === "for (;;);" ? { strategyDeadline: 0.5 } : {});
    expect(isAtcError(error) ? error.message : error).toMatch(message);
    expect(error).toMatchObject({ code });
  });

  it("with a parameter that it does not have, or out of range", async () => {
    await writeRising();
    expect(await faultOf("./rising.js", { parameters: { lenght: 5 } })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringContaining('did you mean "length"'),
    });
    expect(await faultOf("./rising.js", { parameters: { length: 51 } })).toMatchObject({
      code: "ATC_INVALID_CONFIG",
      message: expect.stringContaining("an integer from 1 to 50"),
    });
  });

  it("that is a folder, or not a file of code", async () => {
    await mkdir(join(cwd, "odd.js"));
    expect(await faultOf("./odd.js")).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    expect(await faultOf("./bars.csv")).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("whose path or name is nearly that of a file, which is named", async () => {
    await writeRising();
    expect(await faultOf("./risin.js")).toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "rising.js"?'),
    });
    expect(await faultOf("rising")).toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('for the file of that name write "./rising.js"'),
    });
    expect(await faultOf("./none/risin.js")).toMatchObject({ code: "ATC_NOT_FOUND" });
  });

  it("whose name is not that of a strategy, with the nearest", async () => {
    expect(await faultOf("column")).toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "columns"'),
    });
    expect(await faultOf("@nobody/nothing")).toMatchObject({ code: "ATC_NOT_FOUND" });
  });

  it.skipIf(process.platform === "win32")("that others may change", async () => {
    await writeRising();
    await chmod(join(cwd, "lib", "average.js"), 0o666);
    expect(await faultOf("./rising.js")).toMatchObject({ code: "ATC_UNTRUSTED" });
  });
});

it("a strategy that replaces built-in functions of its thread loses no data", async () => {
  await write(
    "odd.js",
    `Array.prototype.map = () => [];\nexport default { name: "odd", start: () => ({ decide() {} }) };\n`,
  );
  await run("hold");
  await faultOf("./odd.js", { useMemoryMapped: false });
  const warnings: string[] = [];
  const { reused } = await run("hold", {}, { cache: false, onWarning: (text) => warnings.push(text) });
  expect([reused, warnings]).toEqual([true, []]);
});
