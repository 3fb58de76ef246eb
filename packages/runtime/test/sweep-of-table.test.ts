import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AtcErrorCode, defineStrategy, isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRuntime } from "../src/index.ts";
import {
  isSweepTable,
  openSweepOfTable,
  readSweepTable,
  type SweepFileOptions,
  type SweepOfTableOptions,
  sweepFile,
} from "../src/sweeps.ts";

let cwd: string;

function bars(symbols: readonly string[], factor = 1): string {
  const rows = symbols.flatMap((symbol, s) =>
    Array.from({ length: 200 }, (_, i) => {
      const price = factor * (100 + 10 * Math.sin(i / (5 + s)) + 0.05 * i);
      const time = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
      return `${symbol},${time},${[price, price + 1, price - 1, price + 0.5].map((one) => one.toFixed(3)).join(",")}`;
    }),
  );
  return `symbol,timestamp,open,high,low,close\n${rows.join("\n")}\n`;
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-table-"));
  await writeFile(join(cwd, "bars.csv"), bars(["AAA", "BBB"]));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const definition = {
  grid: { emaLength: [10, 20], robustness: ["Narrow", "Medium"], strategyMode: [true, false], size: ["none", 0.5] },
  tie: [["hmaLength", "emaLength"]],
  objective: "totalReturn",
};

async function swept(given: Omit<SweepFileOptions, "cwd" | "env"> = { definition }): Promise<void> {
  await sweepFile("bars.csv", { cwd, env: {}, onWarning: () => undefined, table: "table.arrow", ...given });
}

interface Opening extends SweepOfTableOptions {
  readonly path?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Every evaluation with the metrics that its configuration has now. */
async function again({ config = {}, path = "table.arrow", ...options }: Opening = {}) {
  await using runtime = await openRuntime({ cwd, env: {}, config, onWarning: () => undefined });
  await using opened = await openSweepOfTable(runtime, path, options);
  const rows: object[] = [];
  const { metrics, computed, runner, period } = opened.setup;
  for await (const batch of opened.evaluations())
    for (const { index, configuration, values, span, metrics: stored, ...one } of batch) {
      const results = await runner.run(
        [opened.configurationOf({ ...one, index, configuration, values, span, metrics: stored })],
        period,
        undefined,
      );
      const figures = metrics.map((name) => results.portfolios[computed.indexOf(name)]);
      rows.push({
        index,
        configuration,
        values,
        span,
        same: figures.every((figure, i) => Object.is(figure, stored[i])),
      });
    }
  return { rows, description: opened.description };
}

async function refusal(options: Opening = {}): Promise<{ readonly code: AtcErrorCode; readonly message: string }> {
  const fault: unknown = await again(options).catch((error: unknown) => error);
  if (isAtcError(fault)) return { code: fault.code, message: fault.message };
  throw new Error("nothing was refused", { cause: fault });
}

describe("the sweep of a table", () => {
  it("is opened again, with the configurations and the figures of its rows", async () => {
    await swept({ definition, config: { feeBps: 7, limit: 150 }, period: { from: Date.UTC(2020, 3, 1) } });
    const { rows, description } = await again({ config: { feeBps: 1, lambda: 0.5 } });
    expect(rows).toHaveLength(16);
    expect(rows[6]).toEqual({ index: 6, configuration: 6, values: [10, "Medium", false, "none"], span: 1, same: true });
    expect(rows.every((row) => "same" in row && row.same === true)).toBe(true);
    expect(description).toMatchObject({
      format: "atc-sweep",
      version: 1,
      path: "bars.csv",
      symbols: ["AAA", "BBB"],
      limit: 150,
      period: { from: Date.UTC(2020, 3, 1) },
      strategy: { name: "atc", isInCode: false },
      backtest: { feeBps: 7 },
      definition,
      evaluations: 16,
      isComplete: true,
    });
  });

  it("has the span of each evaluation, and a built-in strategy", async () => {
    const grid = { "parameters.fast": "3..9", "parameters.slow": "20..24" };
    const sample = { method: "halving", count: 12 } as const;
    await swept({ definition: { grid, sample }, config: { strategy: "cross" } });
    const { rows, description } = await again();
    expect(rows.length).toBe(description.evaluations);
    expect(new Set(rows.map((row) => ("span" in row ? row.span : undefined))).size).toBeGreaterThan(1);
    expect(description.strategy).toEqual({ name: "cross", isInCode: false });
  });

  it("is opened from its file if the dataset is gone", async () => {
    await swept();
    await rm(join(cwd, ".cache"), { recursive: true });
    expect((await again()).rows).toHaveLength(16);
  });

  it("is refused if the rows have changed, which it says", async () => {
    await swept();
    await writeFile(join(cwd, "bars.csv"), bars(["AAA", "BBB"], 1.01));
    await swept({ definition: { grid: { emaLength: [10] } }, table: "other.arrow", reread: true });
    expect(await refusal()).toEqual({
      code: "ATC_INVALID_DATA",
      message: expect.stringMatching(
        /"table\.arrow" cannot .*: the rows of the data are not those of the table; .*sweep again/,
      ),
    });
  });

  it("is refused if another version of atc wrote the table, also in CSV", async () => {
    await swept({ definition, table: "table.csv" });
    expect((await again({ path: "table.csv" })).rows).toHaveLength(16);
    const beside = join(cwd, "table.csv.json");
    const text = await readFile(beside, "utf8");
    await writeFile(beside, text.replace(/"atc": "\[1,\d+/, '"atc": "[1,0'));
    expect((await refusal({ path: "table.csv" })).message).toMatch(
      /"table\.csv" cannot .*: another version of atc wrote it, whose figures may differ; use that version/,
    );
    await rm(beside);
    expect(await refusal({ path: "table.csv" })).toEqual({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("keep table.csv.json beside it"),
    });
  });

  it("is opened if only other symbols have changed", async () => {
    await swept({ definition, symbols: ["AAA"] });
    await writeFile(join(cwd, "bars.csv"), bars(["AAA", "CCC"]));
    await swept({ definition, table: "other.arrow", reread: true });
    expect((await again()).description.symbols).toEqual(["AAA"]);
  });

  it("runs code of the user's only if that is named again and unchanged", async () => {
    const code = (sign: number): string => `export default { name: "mine",
      parameters: { every: { kind: "integer", minimum: 1, default: 5, description: "Bars" } },
      start: (_symbol, { every }) => { let bar = 0; return { decide(_bars, directions) {
        for (let i = 0; i < directions.length; i++) directions[i] = ${sign} * (Math.floor(bar++ / every) % 2); } }; } };`;
    await writeFile(join(cwd, "mine.js"), code(1));
    const config = { strategy: "./mine.js" };
    await swept({ definition: { grid: { "parameters.every": [3, 5] } }, config });
    expect((await again({ config })).rows).toHaveLength(2);
    expect(await refusal()).toEqual({
      code: "ATC_INVALID_DATA",
      message: expect.stringContaining("name it again: --strategy ./mine.js"),
    });
    await writeFile(join(cwd, "mine.js"), code(-1));
    expect((await refusal({ config })).message).toContain(
      'the code of the strategy "./mine.js" is not that of the table',
    );
  });

  it("needs a strategy in code again, of the same name", async () => {
    const named = (name: string) =>
      defineStrategy({
        name,
        parameters: { every: { kind: "integer", minimum: 1, default: 5, description: "Bars" } },
        start: (_symbol, { every }) => ({ decide: (_bars, directions) => void directions.fill(every % 2) }),
      });
    await swept({ definition: { grid: { "parameters.every": [3, 5] } }, strategy: named("steps") });
    expect((await again({ strategy: named("steps") })).rows).toHaveLength(2);
    expect((await refusal()).message).toContain('its strategy "steps" was given in code');
    expect((await refusal({ strategy: named("others") })).message).toContain("is not that of the table");
  });

  it("reads the table without the data, and recognises it", async () => {
    await swept({ definition, bySymbol: true });
    await using runtime = await openRuntime({ cwd, env: {} });
    expect(await isSweepTable(runtime, "table.arrow")).toBe(true);
    expect(await isSweepTable(runtime, "bars.csv")).toBe(false);
    expect(await isSweepTable(runtime, "none.arrow")).toBe(false);
    await using table = await readSweepTable(runtime, "table.arrow");
    expect(table.keys).toEqual(["emaLength", "hmaLength", "robustness", "strategyMode", "size"]);
    expect([table.symbols, table.description?.bySymbol]).toEqual([["AAA", "BBB"], true]);
  });
});
