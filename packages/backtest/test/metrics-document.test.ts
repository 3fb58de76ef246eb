import { readFileSync } from "node:fs";
import { backtestDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type MetricPart, metricNames, metricSymbols, metricTable, partTexts } from "../src/index.ts";

const document = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");

/** The cells of every row of a table, without Markdown's escapes. */
const rows = document
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.replaceAll("\\", "").trim()),
  );

/** The only row with a first cell and a number of cells. */
function rowOf(first: string, cells: number): readonly string[] | undefined {
  const found = rows.filter((row) => row[0] === first && row.length === cells);
  expect(found.length, first).toBe(1);
  return found[0];
}

describe("docs/metrics.md", () => {
  it("defines every metric as the table does", () => {
    const words = { "+": "more", "-": "less", "": "" };
    for (const name of metricNames) {
      const { formula, unit, better, source, needs } = metricTable[name];
      const label = `\`${name}\`${needs.includes("lowest") ? " L" : ""}`;
      expect(rowOf(label, 5)).toStrictEqual([label, formula, unit, words[better], source]);
    }
  });
  it("defines no other metric", () => {
    const named = rows.filter(({ length }) => length === 5).map(([cell = ""]) => /^`(\w+)`/.exec(cell)?.[1]);
    expect(named.filter((name) => name !== undefined)).toStrictEqual([...metricNames]);
  });
  it("explains every symbol and every part", () => {
    for (const [symbol, meaning] of Object.entries(metricSymbols)) expect(rowOf(symbol, 2)?.[1]).toBe(meaning);
    for (const [part, text] of Object.entries(partTexts)) {
      const count = metricNames.filter((name) => metricTable[name].needs.includes(part as MetricPart)).length;
      expect(rows).toContainEqual([`\`${part}\``, text, String(count)]);
    }
  });
  it("names every option with its default", () => {
    const names = ["riskFreeRate", "tail", "confidence", "sharpeThreshold"] as const;
    for (const name of names) expect(rowOf(`\`${name}\``, 3)?.[1]).toBe(String(backtestDefaults[name]));
    for (const name of ["barsPerYear", "daysPerYear", "autocorrelationLags", "rollingWindow"] as const)
      expect([backtestDefaults[name], rowOf(`\`${name}\``, 3)?.length]).toStrictEqual([undefined, 3]);
  });
});
