import { AtcError, nearest } from "@atc/contract";
import { printableText } from "@atc/plugin-kit";
import {
  type MetricDefinition,
  type MetricGroup,
  type MetricName,
  metricNames,
  metricSymbols,
  metricsIn,
  metricTable,
  partTexts,
  symbolsOf,
} from "@atc/runtime";
import type { Command } from "commander";
import { type CommandLineIo, withCommon } from "../invocation/invocation.ts";
import { metricNamed } from "../reports/heading-metrics.ts";
import { type Screen, screenOf } from "../text/screen.ts";
import { textTable, wrapped } from "../text/text-table.ts";

const groupTitles: Readonly<Record<MetricGroup, string>> = {
  account: "The account",
  returns: "Equity and the returns of bars",
  drawdowns: "Drawdowns",
  calendar: "Days, months and years in UTC",
  trades: "Closed trades",
  benchmark: "Against a benchmark",
  volume: "Could it have been traded",
};

const betterTexts = { "+": "more", "-": "less", "": "" } as const;

function unknownMetric(name: string): AtcError {
  const meant = nearest(name, metricNames);
  const hint = meant === undefined ? "atc metrics lists them" : `did you mean "${meant}"?`;
  return new AtcError("ATC_INVALID_ARGUMENT", `there is no metric "${name}"; ${hint}`, {
    details: { metric: name, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}

/** Every metric, group by group. */
function listOf(screen: Screen): string {
  const columns = [
    { title: "metric", align: "left" },
    { title: "unit", align: "left" },
    { title: "better", align: "left" },
    { title: "formula", align: "left" },
  ] as const;
  const rowOf = (name: MetricName): readonly string[] => {
    const { unit, better, formula } = metricTable[name];
    return [name, unit, betterTexts[better], formula];
  };
  const groups = Object.keys(groupTitles) as MetricGroup[];
  const rows = groups.flatMap((group, i) => [
    ...(i === 0 ? [] : [undefined]),
    ...metricNames.filter((name) => metricTable[name].group === group).map(rowOf),
  ]);
  return textTable(columns, rows, screen);
}

/** A term and what it means, on one line or more; `width` is that of the terms. */
function termLines(term: string, meaning: string, width: number, screen: Screen): readonly string[] {
  const indent = " ".repeat(width + 4);
  const limit = Math.max(20, (screen.width ?? Number.POSITIVE_INFINITY) - indent.length);
  return wrapped(meaning, "", limit).map((line, i) => (i === 0 ? `  ${term.padEnd(width)}  ` : indent) + line);
}

/** The formula of a metric, the facts of it, and every symbol of it. */
function explanationOf(name: MetricName, screen: Screen): string {
  const { formula, unit, better, source, needs, group }: MetricDefinition = metricTable[name];
  const facts = [
    ["unit", unit],
    ["better", better === "" ? "neither more nor less" : betterTexts[better]],
    ["source", source === "" ? "none: a plain fact" : source],
    ["group", groupTitles[group]],
    ...needs.map((part, i) => [i === 0 ? "needs" : "", partTexts[part]] as const),
  ] as const;
  const terms = [
    ...metricsIn(name).map((one) => [one, metricTable[one].formula] as const),
    ...symbolsOf(formula).map((symbol) => [symbol, metricSymbols[symbol] ?? ""] as const),
  ];
  const width = Math.max(...[...facts, ...terms].map(([term]) => term.length));
  const linesOf = (rows: readonly (readonly [string, string])[]): readonly string[] =>
    rows.flatMap(([term, meaning]) => termLines(term, meaning, width, screen));
  const title = wrapped(`${name} = ${formula}`, "", screen.width ?? Number.POSITIVE_INFINITY);
  return [...title, "", ...linesOf(facts), ...(terms.length === 0 ? [] : ["", ...linesOf(terms)])].join("\n");
}

function jsonOf(name: MetricName): Readonly<Record<string, unknown>> {
  const { formula, unit, better, source, group, needs } = metricTable[name];
  return { name, group, unit, better, formula, source, needs };
}

/** Adds `atc metrics`, which reads neither a configuration nor data. */
export function addMetrics(program: Command, io: CommandLineIo): void {
  const command = program
    .command("metrics [name]")
    .description('List the metrics of a backtest, or explain one, such as sharpe or "max DD": formula, unit, source');
  withCommon(command).action((given: string | undefined, options: { readonly json?: boolean }) => {
    const name = given === undefined ? undefined : metricNamed(given);
    if (given !== undefined && name === undefined) throw unknownMetric(given);
    const screen = screenOf(io.stdout, io.env);
    if (options.json === true) {
      const found =
        name === undefined
          ? metricNames.map(jsonOf)
          : {
              ...jsonOf(name),
              symbols: Object.fromEntries(symbolsOf(metricTable[name].formula).map((one) => [one, metricSymbols[one]])),
            };
      io.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
      return;
    }
    const text = name === undefined ? listOf(screen) : explanationOf(name, screen);
    io.stdout.write(`${printableText(text)}\n`);
  });
}
