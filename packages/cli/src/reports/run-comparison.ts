import { printableLine } from "@atc/plugin-kit";
import { type MetricName, metricTable } from "@atc/runtime";
import type { StoredRun } from "@atc/runtime/runs";
import { ratio } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";
import { metricText } from "./metric-text.ts";
import { winnerText } from "./run-findings.ts";
import { timeOf } from "./runs-table.ts";

/** A value of a key or of a metric, for people. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "string") return printableLine(value);
  return typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : JSON.stringify(value);
}

function differs(values: readonly unknown[]): boolean {
  return new Set(values.map((value) => JSON.stringify(value ?? null))).size > 1;
}

/** The values of a metric in their unit; with all digits of importance if runs that differ would look the same. */
function metricTexts(name: string, values: readonly unknown[]): readonly string[] {
  if (!Object.hasOwn(metricTable, name)) return values.map(valueText);
  const texts = values.map((value) => metricText(name as MetricName, value as number | null | undefined));
  return differs(values) && !differs(texts) ? values.map(valueText) : texts;
}

/** Rows of a table of runs: a name, and the value in each run. */
function rowsOf(
  records: readonly (Readonly<Record<string, unknown>> | null)[],
  isShown: (values: readonly unknown[]) => boolean,
  textsOf: (name: string, values: readonly unknown[]) => readonly string[] = (_, values) => values.map(valueText),
): readonly (readonly string[])[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record ?? {})))];
  return names.flatMap((name) => {
    const values = records.map((record) => record?.[name]);
    return isShown(values) ? [[name, ...textsOf(name, values)]] : [];
  });
}

/** What a run depends on, besides its configuration. */
function circumstances(run: StoredRun): Readonly<Record<string, unknown>> {
  const { data, strategy, platform, versions, inputs } = run;
  return {
    kind: run.kind,
    time: timeOf(run),
    data: data.dataset,
    generation: data.generation,
    content: data.content?.slice(0, 12),
    strategy: strategy.name,
    "strategy version": strategy.version,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, JSON.stringify(value)])),
    ...platform,
    ...versions,
    best: winnerText(run),
  };
}

/** The tables of `atc runs compare`: what differs between the runs, then their metrics. */
export function comparisonTables(runs: readonly StoredRun[], screen: Screen): string {
  const columns = [
    { title: "", align: "left" } as const,
    ...runs.map(({ id }) => ({ title: id, align: "right" }) as const),
  ];
  const isNumber = (value: unknown): boolean => typeof value === "number" || value === null || value === undefined;
  const different = [
    ...rowsOf(runs.map(circumstances), differs),
    ...rowsOf(
      runs.map(({ config }) => config),
      differs,
    ),
  ];
  const metrics = rowsOf(
    runs.map(({ metrics: own }) => own),
    (values) => values.every(isNumber),
    metricTexts,
  );
  return textTable(columns, different.length === 0 ? metrics : [...different, undefined, ...metrics], screen);
}

/** A change as text with a sign. */
export function changeText(change: number | undefined): string {
  if (change === undefined) return "-";
  return change === 0
    ? "0"
    : `${change > 0 ? "+" : ""}${Math.abs(change) >= 1e-4 ? ratio4(change) : change.toExponential(1)}`;
}

function ratio4(value: number): string {
  return Math.abs(value) >= 1000 ? ratio(value) : String(Number(value.toPrecision(4)));
}
