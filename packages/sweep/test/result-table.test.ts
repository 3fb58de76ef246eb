import type { Table } from "@atc/backtest";
import type { TextColumn } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResultTable, createSpace, gridSampler, type ResultTable } from "../src/index.ts";
import { messageOf } from "./faults.ts";

const space = createSpace({
  grid: {
    emaLength: "10..60:5",
    growthCap: "none,100",
    robustness: "Narrow,Wide",
    strategyMode: "no,yes",
    decay: "0.1,0.2",
  },
  tie: ["lengths"],
});
const candidates = gridSampler(space).ask();
const [some = { index: 0, values: [] }] = candidates;

/** The rows of tables as objects, texts in place of their indices. */
function rowsOf(tables: readonly Table[]): readonly Readonly<Record<string, unknown>>[] {
  return tables.flatMap(({ length, columns, values }) =>
    Array.from({ length }, (_, row) =>
      Object.fromEntries(
        columns.map(({ name, type }) => {
          const column = values[name];
          if (type !== "text") return [name, (column as Float64Array)[row]];
          const { indices, values: texts } = column as TextColumn;
          return [name, texts[indices[row] ?? -1]];
        }),
      ),
    ),
  );
}

function newTable(more: Partial<Parameters<typeof createResultTable>[0]> = {}): ResultTable {
  return createResultTable({ axes: space.axes, metrics: ["sharpe", "trades"], ...more });
}

describe("a result table", () => {
  it("has a column per key, metric and error", () => {
    expect(newTable().columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "configuration int32",
      ...["ema", "hma", "wma", "dema", "lsma", "kama"].map((kind) => `${kind}Length int32`),
      "growthCap float64",
      "robustness text",
      "strategyMode uint8",
      "decay float64",
      "sharpe float64",
      "trades float64",
      "error text",
    ]);
    const more = newTable({ symbols: ["A", "B"], withSpan: true }).columns.map(({ name }) => name);
    expect([more[1], more.indexOf("span") < more.indexOf("sharpe")]).toEqual(["symbol", true]);
  });

  it("keeps values, metrics and errors", () => {
    const table = newTable();
    table.add({ index: 0, values: [25, "none", "Wide", true, 0.2], metrics: [1.5, 30] });
    table.add({ index: 1, values: [30, 100, "Narrow", false, 0.1], error: "it failed" });
    const [first, second] = rowsOf(table.finish());
    expect(first).toMatchObject({
      configuration: 0,
      emaLength: 25,
      kamaLength: 25,
      growthCap: Number.NaN,
      robustness: "Wide",
      strategyMode: 1,
      decay: 0.2,
      sharpe: 1.5,
      trades: 30,
      error: "",
    });
    expect(second).toMatchObject({
      growthCap: 100,
      robustness: "Narrow",
      strategyMode: 0,
      sharpe: Number.NaN,
      error: "it failed",
    });
  });

  it("has a row per symbol after the portfolio's", () => {
    const table = newTable({ symbols: ["A", "B"], withSpan: true });
    table.add({
      index: 0,
      configuration: 7,
      span: 0.25,
      values: some.values,
      metrics: [1, 2],
      symbols: [
        [3, 4],
        [5, 6],
      ],
    });
    expect(
      rowsOf(table.finish()).map(({ configuration, symbol, sharpe, trades, span }) => [
        configuration,
        symbol,
        sharpe,
        trades,
        span,
      ]),
    ).toEqual([
      [7, "", 1, 2, 0.25],
      [7, "A", 3, 4, 0.25],
      [7, "B", 5, 6, 0.25],
    ]);
  });

  it("is in the order of candidates whatever the order of results, in batches that grow as they are complete", () => {
    const order = fc.shuffledSubarray(
      candidates.map((_, index) => index),
      { minLength: candidates.length, maxLength: candidates.length },
    );
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 50 }), (indices, batchCandidates) => {
        const table = newTable({ batchCandidates });
        const tables: Table[] = [];
        let complete = 0;
        const added = new Set<number>();
        for (const index of indices) {
          table.add({ index, values: candidates[index]?.values ?? [], metrics: [index, -index] });
          added.add(index);
          tables.push(...table.take());
          while (added.has(complete)) complete++;
          const rows = tables.reduce((sum, { length }) => sum + length, 0);
          expect(rows).toBe(Math.floor(complete / batchCandidates) * batchCandidates);
        }
        tables.push(...table.finish());
        expect(tables.every(({ length }, i) => length === batchCandidates || i === tables.length - 1)).toBe(true);
        const rows = rowsOf(tables);
        expect(rows.map(({ configuration, sharpe, trades }) => [configuration, sharpe, trades])).toEqual(
          candidates.map(({ index }) => [index, index, -index]),
        );
        expect(rows.map(({ emaLength }) => emaLength)).toEqual(candidates.map(({ values: [length] }) => length));
      }),
      { numRuns: 30 },
    );
  });

  it("leaves out candidates without results, such as those after an interruption", () => {
    const table = newTable({ batchCandidates: 10, symbols: ["A"] });
    const kept = candidates.filter(({ index }) => index % 3 === 1 && (index < 20 || index > 45));
    for (const { index, values } of kept.toReversed())
      table.add({ index, values, metrics: [index, 0], symbols: [[-index, 0]] });
    expect(table.take()).toEqual([]);
    expect(table.added).toBe(kept.length);
    const rows = rowsOf(table.finish());
    expect(rows.map(({ configuration, symbol, sharpe }) => [configuration, symbol, sharpe])).toEqual(
      kept.flatMap(({ index }) => [
        [index, "", index],
        [index, "A", -index],
      ]),
    );
    expect(table.finish()).toEqual([]);
  });

  it("shares the texts of all batches", () => {
    const table = newTable({ batchCandidates: 1 });
    for (const index of [0, 1, 2, 3]) table.add({ index, values: some.values, error: `fault ${index % 2}` });
    const tables = table.take();
    expect(rowsOf(tables).map(({ error }) => error)).toEqual(["fault 0", "fault 1", "fault 0", "fault 1"]);
    expect(table.texts).toMatchObject({ robustness: ["Narrow", "Wide"], error: ["", "fault 0", "fault 1"] });
    expect(tables.map(({ values }) => (values["error"] as TextColumn).values)).toEqual(
      Array.from({ length: 4 }, () => table.texts["error"]),
    );
  });

  it("has doubles for integers beyond 32 bits", () => {
    const { axes } = createSpace({ grid: { growthCap: "1,5000000000" } });
    const table = createResultTable({ axes, metrics: [] });
    expect(table.columns.map(({ type }) => type)).toEqual(["int32", "float64", "text"]);
  });

  it.each<[Parameters<ResultTable["add"]>[0], string]>([
    [{ index: 0, values: some.values }, "added already"],
    [{ index: 4, values: some.values }, "added already"],
    [{ index: -1, values: some.values }, "0 or more"],
    [{ index: 9.5, values: some.values }, "0 or more"],
    [{ index: 9, values: [1] }, "1 values for 5 axes"],
    [{ index: 9, values: some.values, metrics: [1] }, "1 metrics, and the table has 2"],
    [{ index: 9, values: some.values, symbols: [] }, "metrics of 0 symbols"],
    [{ index: 9, values: some.values, symbols: [[1]] }, "1 metrics, and the table has 2"],
  ])("refuses %j: %s", (result, part) => {
    const table = newTable({ batchCandidates: 4, symbols: ["A"] });
    for (const index of [0, 1, 2, 3, 4]) table.add({ index, values: some.values });
    table.take();
    expect(messageOf(() => table.add(result), "ATC_INVALID_ARGUMENT")).toContain(part);
    expect(rowsOf(table.finish())).toHaveLength(2);
  });
});
