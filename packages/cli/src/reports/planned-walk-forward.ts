import { printableLine } from "@atc/plugin-kit";
import type { PlannedWalkForward } from "@atc/runtime/sweeps";
import { counted, duration, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { windowBarsJson } from "./walk-forward-json.ts";
import { dayText, lengthsText } from "./walk-forward-table.ts";

const columns: readonly TextColumn[] = [
  { title: "#", align: "right" },
  { title: "train from", align: "left", isWhole: true },
  { title: "to", align: "left", isWhole: true },
  { title: "bars", align: "right" },
  { title: "test from", align: "left", isWhole: true },
  { title: "to", align: "left", isWhole: true },
  { title: "bars", align: "right" },
];

/** What a walk-forward would do, for people. */
export function plannedWindowsText(planned: PlannedWalkForward, screen: Screen): string {
  const { path, symbols, bars, windows, evaluations, objective, isOnePass, totalMs } = planned;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const count = evaluations === undefined ? "configurations" : counted(evaluations, "configuration");
  const title = `${path}: ${counted(symbols, "symbol")}, ${counted(bars, "bar")}; ${counted(windows.length, "window")}: ${lengthsText(planned)}; ${count}; maximises ${objective.text}`;
  const pass = isOnePass
    ? "one pass over the bars serves all windows"
    : "each window is computed by itself, because of its warm-up, the account, the metrics, the strategy or ticks; one pass over the bars would be faster";
  const total = totalMs === undefined ? "" : `about ${duration(Math.max(1000, totalMs))} for all, `;
  const time = `time: ${total}${Number(planned.evaluationMs.toPrecision(2))} ms per configuration and thread, measured on ${counted(planned.measured, "configuration")}; ${counted(planned.threads, "thread")}`;
  const rows = windows.map(({ train, test }, window) => [
    String(window + 1),
    dayText(train.from),
    dayText(train.to),
    integer(train.bars),
    dayText(test.from),
    dayText(test.to),
    integer(test.bars),
  ]);
  return [
    ...wrapped(printableLine(title), "", width),
    "",
    textTable(columns, rows, screen),
    "",
    ...wrapped(pass, "", width),
    ...wrapped(time, "", width),
    "nothing was stored (--dry-run)",
  ].join("\n");
}

/** What a walk-forward would do, as JSON. */
export function plannedWindowsJson({
  windows,
  objective,
  evaluations,
  totalMs,
  ...others
}: PlannedWalkForward): object {
  return {
    ...others,
    objective: objective.text,
    windows: windows.map(({ train, test }) => ({ train: windowBarsJson(train), test: windowBarsJson(test) })),
    evaluations: evaluations ?? null,
    totalMs: totalMs ?? null,
  };
}
