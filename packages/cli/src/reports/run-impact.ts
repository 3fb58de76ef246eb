import { printableLine } from "@atc/plugin-kit";
import type { RunImpact } from "@atc/runtime/runs";
import { counted, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable, wrapped } from "../text/text-table.ts";
import { valueText } from "./run-comparison.ts";

/** The most names in a line. */
const mostNames = 8;

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(printableLine).join(", ");
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}

const shownMetrics = ["totalReturn", "sharpe", "maxDrawdown", "trades"] as const;

function metricText({ metrics: { before, after } }: RunImpact): string {
  return shownMetrics.map((name) => `${name} ${valueText(before?.[name])} -> ${valueText(after?.[name])}`).join(", ");
}

function tradeTable({ first }: NonNullable<RunImpact["trades"]>, screen: Screen): string {
  return textTable(
    [
      { title: "symbol", align: "left" },
      { title: "entry", align: "left" },
      { title: "before: exit", align: "left", fold: 1 },
      { title: "profit", align: "right" },
      { title: "after: exit", align: "left", fold: 2 },
      { title: "profit", align: "right" },
    ],
    first.map(({ symbol, entryTime, before, after }) => [
      symbol,
      entryTime,
      valueText(before?.["exitTime"]),
      valueText(before?.["profit"]),
      valueText(after?.["exitTime"]),
      valueText(after?.["profit"]),
    ]),
    screen,
  );
}

/** What `atc runs impact` prints of a run. */
export function impactText(impact: RunImpact, screen: Screen): string {
  const { run, generation, symbols, trades, tradedOtherwise, problem, leftOut } = impact;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const lines = (text: string): readonly string[] => wrapped(text, "", width);
  const head = `run ${run.id}: generation ${run.data.generation} -> ${generation}`;
  if (problem !== undefined) return lines(`${head}: cannot be computed: ${printableLine(problem)}`).join("\n");
  if (leftOut !== undefined) return lines(`${head}: not computed: ${leftOut}`).join("\n");
  const counts =
    trades === undefined
      ? `the run has no trades, only their digests; those of ${counted(tradedOtherwise.length, "symbol")} differ`
      : `of ${integer(trades.stored)} trades ${trades.changed} changed, ${trades.removed} are gone, ${trades.added} are new`;
  return [
    ...lines(head),
    ...lines(`  other rows: ${symbols.length === 0 ? "of no symbol of the run" : namesText(symbols)}`),
    ...lines(`  ${counts}`),
    ...lines(`  ${metricText(impact)}`),
    ...(trades === undefined || trades.first.length === 0 ? [] : [tradeTable(trades, screen)]),
  ].join("\n");
}
