import { printableLine } from "@atc/plugin-kit";
import type { AxisDefinition, ShownTable, SweepDescription } from "@atc/runtime/sweeps";
import { counted, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { wrapped } from "../text/text-table.ts";
import { axisText, overText, rankingTable, reasonLines, warningOf } from "./sweep-table.ts";

/** An axis as it was given: `10..60:5`, or the listed values. */
function gridText(value: AxisDefinition): string {
  if (typeof value !== "object") return String(value);
  if (!("from" in value)) return value.map(axisText).join(",");
  const { from, to, step, scale } = value;
  return `${from}..${to}${step === undefined ? "" : `:${step}`}${scale === "log" ? ":log" : ""}`;
}

/** What a sweep was, in lines. */
function sweepLines(description: SweepDescription): readonly string[] {
  const { path, dataset, symbols, limit, period, strategy, definition, bySymbol } = description;
  const { grid, tie = [], where = [], sample } = definition;
  const day = (time: number | undefined): string => (time === undefined ? "" : new Date(time).toISOString());
  const span =
    period === undefined ? "" : `, from ${day(period.from) || "the first bar"} to ${day(period.to) || "the last"}`;
  const last = limit === undefined ? "" : `, the last ${counted(limit, "bar")} of each`;
  const keys = Object.entries(grid).map(([key, value]) => `${key}=${gridText(value)}`);
  const ties = tie.map((one) => `tied: ${typeof one === "string" ? one : one.join(", ")}`);
  const conditions = [where].flat();
  const method =
    sample?.count === undefined
      ? "all of the grid"
      : `${sample.method ?? "random"}, ${integer(sample.count)}, seed ${sample.seed ?? 1}`;
  return [
    `data: ${path === dataset ? "" : `${path}, `}dataset ${dataset}, ${counted(symbols.length, "symbol")}${bySymbol ? " with rows of their own" : ""}${last}${span}`,
    `strategy: ${strategy.name}`,
    `space: ${[keys.join(" "), ...ties, ...conditions.map((one) => `where ${one}`)].join("; ")}`,
    `searched: ${method}`,
  ];
}

/** The best configurations of an earlier sweep's table, for people. */
export function shownTable(table: ShownTable, screen: Screen): string {
  const { path, description, evaluations, objective, requirements, over } = table;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const required = requirements === undefined ? "" : ` with ${requirements.text}`;
  return [
    ...wrapped(
      `${printableLine(path)}: ${counted(evaluations, "evaluation")}; maximises ${objective.text}${overText(over)}${required}`,
      "",
      width,
    ),
    ...(description === undefined
      ? []
      : sweepLines(description).flatMap((line) => wrapped(printableLine(line), "", width, "  "))),
    "",
    table.ranked === 0 ? "no configuration could be ranked" : rankingTable(table, screen),
    ...reasonLines("Excluded", table.excluded, screen),
    ...reasonLines("Failed", table.failed, screen),
    ...(table.ranked < 2 ? [] : ["", ...wrapped(warningOf(table), "", width, "")]),
  ].join("\n");
}
