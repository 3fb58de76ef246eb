import { printableLine } from "@atc/plugin-kit";
import type { DecisionScan, LatestDecision } from "@atc/runtime/checks";
import { counted, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { skippedLines, warningLines } from "./scan-table.ts";

const headings: readonly TextColumn[] = [
  { title: "symbol", align: "left" },
  { title: "date", align: "left" },
  { title: "close", align: "right", fold: 2 },
  { title: "decision", align: "left" },
  { title: "strength", align: "right", fold: 1 },
  { title: "since", align: "left" },
];

const sides: Readonly<Record<string, string>> = { "-1": "short", "0": "flat", "1": "long" };

function row({ symbol, time, close, direction, strength, since, isSinceStart }: LatestDecision): readonly string[] {
  return [
    symbol,
    timeText(time),
    close === null ? "-" : String(Number(close.toPrecision(8))),
    sides[String(direction)] ?? "-",
    strength === null ? "-" : String(Number(strength.toPrecision(6))),
    isSinceStart ? `${timeText(since)} or before` : timeText(since),
  ];
}

/** The latest decisions of a strategy for people. */
export function decisionTable(scan: DecisionScan, strategy: string, screen: Screen): string {
  const { path, symbols, skipped } = scan;
  const title = `${path}: ${counted(symbols.length, "symbol")}, decisions of ${strategy} at the last bar of each`;
  return [
    ...wrapped(printableLine(title), "", screen.width ?? Number.POSITIVE_INFINITY, "  "),
    "",
    symbols.length === 0 ? "no symbol to show" : textTable(headings, symbols.map(row), screen),
    ...warningLines(symbols, screen),
    ...skippedLines(skipped, screen),
  ].join("\n");
}
