import { printableLine } from "@atc/plugin-kit";
import type { PlannedSweep } from "@atc/runtime/sweeps";
import { bytes, counted, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";

const columns: readonly TextColumn[] = [
  { title: "work", align: "left" },
  { title: "shared", align: "right" },
  { title: "one by one", align: "right" },
];

/** A duration for people. */
function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `about ${(seconds / 3600).toFixed(1)} h` : `about ${(seconds / 86_400).toFixed(1)} days`;
}

const works = [
  ["moving averages", "averages"],
  ["equities of votes", "firstLayerEquities"],
  ["signals of averages", "firstLayerSignals"],
  ["equities of signals", "secondLayerEquities"],
  ["directions", "directions"],
  ["accounts", "accounts"],
] as const;

/** A time of a part of the work. */
function msText(ms: number): string {
  return `${Number(ms.toPrecision(2))} ms`;
}

/** The time of all, and what it rests on. */
function timeText({ totalMs, fixedMs, evaluationMs, measured, threads }: PlannedSweep): string {
  const all =
    totalMs === undefined ? "" : `${durationText(totalMs)} for all evaluations, with ${counted(threads, "thread")}; `;
  const sizes = measured.map(({ configurations }) => integer(configurations)).slice(-2);
  const fixed = fixedMs === 0 ? "" : `${msText(fixedMs)} per unit of work and `;
  return `time: ${all}${fixed}${msText(evaluationMs)} per evaluation on one thread, measured on units of ${sizes.join(" and ")} configurations; the judgement of the best one takes more`;
}

/** What a sweep would do, for people. */
export function plannedText(planned: PlannedSweep, screen: Screen): string {
  const { plan, evaluations, size, rows, symbols } = planned;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const space =
    size === undefined ? "a space without an end" : `a space of ${size.toLocaleString("en")} configurations`;
  const count = evaluations === undefined ? "evaluations until the search ends" : counted(evaluations, "evaluation");
  const reasons = plan.uncovered.map(({ key, configurations }) => `${key} (${integer(configurations)})`).join(", ");
  const rest =
    plan.general.length === 0
      ? ""
      : `${counted(plan.general.length, "configuration")} need the general simulator, because of ${reasons}`;
  const shown = works.filter(([, name]) => plan.separate[name] > 0);
  return [
    ...wrapped(
      printableLine(`${planned.path}: ${counted(symbols, "symbol")}, ${counted(rows, "row")}; ${space}, ${count}`),
      "",
      width,
    ),
    "",
    textTable(
      columns,
      shown.map(([title, name]) => [title, integer(plan.nodes[name]), integer(plan.separate[name])]),
      screen,
    ),
    "",
    ...(planned.isWhole
      ? []
      : wrapped(`the table is of the first ${counted(plan.configurations, "configuration")}`, "", width)),
    ...(rest === "" ? [] : wrapped(rest, "", width)),
    ...wrapped(timeText(planned), "", width),
    ...wrapped(`memory: about ${bytes(planned.memoryBytes)}, from what the measured units took`, "", width),
    "nothing was stored (--dry-run)",
  ].join("\n");
}

/** What a sweep would do, as JSON. */
export function plannedJson(planned: PlannedSweep): object {
  const { plan, size, evaluations, totalMs, ...others } = planned;
  const { configurations, nodes, separate, lanes, general, uncovered } = plan;
  return {
    ...others,
    size: size === undefined ? null : String(size),
    evaluations: evaluations ?? null,
    totalMs: totalMs ?? null,
    plan: { configurations, nodes, separate, lanes: lanes.length, general: general.length, uncovered },
  };
}
