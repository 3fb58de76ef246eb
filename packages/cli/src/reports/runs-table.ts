import type { ListedRun, StoredRun } from "@atc/runtime/runs";
import { bytes, counted, integer, percent, ratio, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";
import { searchLines } from "./run-findings.ts";

/** A number among stored figures. */
function figureOf({ metrics }: Pick<StoredRun, "metrics">, name: string): number | null {
  const value = metrics?.[name];
  return typeof value === "number" ? value : null;
}

/** The time of a run. */
export function timeOf({ createdAt }: Pick<StoredRun, "createdAt">): string {
  return timeText(new Date(createdAt).toISOString());
}

/** The table of `atc runs list`. */
export function runsTable(listed: readonly ListedRun[], screen: Screen): string {
  return textTable(
    [
      { title: "run", align: "left", isWhole: true },
      { title: "kind", align: "left" },
      { title: "time", align: "left", fold: 2 },
      { title: "dataset", align: "left" },
      { title: "strategy", align: "left" },
      { title: "return", align: "right" },
      { title: "Sharpe", align: "right" },
      { title: "max DD", align: "right", fold: 3 },
      { title: "trades", align: "right", fold: 4 },
      { title: "size", align: "right", fold: 1 },
    ],
    listed.map((one) => {
      if (one.run === undefined) return [one.id, "-", "-", one.problem.message, "-", "-", "-", "-", "-", "-"];
      const { run } = one;
      const drawdown = figureOf(run, "maxDrawdown");
      return [
        one.id,
        run.kind,
        timeOf(run),
        run.data.dataset,
        run.strategy.name,
        percent(figureOf(run, "totalReturn")),
        ratio(figureOf(run, "sharpe")),
        percent(drawdown === null ? null : -drawdown),
        integer(figureOf(run, "trades")),
        bytes(one.bytes),
      ];
    }),
    screen,
  );
}

type Lines = readonly (readonly [string, string])[];

function outputLines({ trades, table }: StoredRun): Lines {
  const text = (count: number, isStored: boolean): string =>
    `${integer(count)}${isStored ? "" : ", not stored, only their digests"}`;
  return [
    ...(trades === undefined ? [] : ([["trades", text(trades.count, trades.isStored)]] as const)),
    ...(table === undefined ? [] : ([["table", `rows: ${text(table.rows, table.isStored)}`]] as const)),
  ];
}

/** The lines of `atc runs show`. */
export function runLines(run: StoredRun, size: number): readonly (readonly [string, string])[] {
  const { data, strategy, platform, versions, skipped } = run;
  return [
    ["run", run.id],
    ["kind", run.kind],
    ["time", timeOf(run)],
    ["data", data.path === data.dataset ? data.dataset : `${data.path}, as dataset ${data.dataset}`],
    ["rows", `${integer(data.rows)} of ${counted(data.symbols, "symbol")}, generation ${data.generation}`],
    ["content", data.content ?? "unknown"],
    ["strategy", `${strategy.name}, version ${strategy.version}`],
    ...(strategy.digest === undefined ? [] : ([["code", strategy.digest]] as const)),
    ["platform", `Node ${platform.node}, ${platform.os} ${platform.arch}, kernel ${platform.kernel}`],
    [
      "packages",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ...searchLines(run),
    ...outputLines(run),
    ...(skipped.length === 0 ? [] : ([["skipped", counted(skipped.length, "symbol")]] as const)),
    ["size", bytes(size)],
  ];
}
