import { printableLine } from "@atc/plugin-kit";
import type { ValidatedTable } from "@atc/runtime/sweeps";
import { counted, integer, percent, ratio } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";
import { validationLines } from "./validation-lines.ts";

/** A value of an axis for people. */
function axisText(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

function keysText({ axes }: ValidatedTable, values: readonly unknown[]): string {
  return axes.map(({ name }, i) => `${name}=${axisText(values[i])}`).join(" ");
}

/** Yearly Sharpe ratios, or those per bar if the bars span no time. */
function ratioText({ barsPerYear = 1 }: ValidatedTable, perBar: number): string {
  return ratio(perBar * Math.sqrt(barsPerYear));
}

const foldColumns: readonly TextColumn[] = [
  { title: "part", align: "right" },
  { title: "bars", align: "right", fold: 1 },
  { title: "sharpe elsewhere", align: "right", fold: 2 },
  { title: "sharpe in it", align: "right" },
  { title: "return in it", align: "right", fold: 3 },
  { title: "chosen elsewhere", align: "left" },
];

function foldLines(table: ValidatedTable, screen: Screen): readonly string[] {
  const { folds, sample } = table;
  if (folds === undefined) return [];
  const rows = folds.folds.map(({ test: [from, to], chosen, inSample, outOfSample, totalReturn }, place) => [
    String(place + 1),
    integer(to - from),
    ratioText(table, inSample),
    ratioText(table, outOfSample),
    percent(totalReturn),
    keysText(table, sample[chosen]?.values ?? []),
  ]);
  return [
    "",
    `${counted(rows.length, "part")}: chosen by Sharpe ratio on the others, tested on this one`,
    textTable(foldColumns, rows, screen),
    `All tests together: sharpe ${ratioText(table, folds.sharpePerBar)}, return ${percent(folds.totalReturn)}`,
  ];
}

function pathLines(table: ValidatedTable, width: number): readonly string[] {
  const { paths } = table;
  if (paths === undefined) return [];
  const { meanSharpe, sdSharpe, minSharpe } = paths;
  const losing = paths.paths.filter(({ totalReturn }) => totalReturn < 0).length;
  const spread = sdSharpe === undefined ? "" : `, standard deviation ${ratioText(table, sdSharpe)}`;
  return [
    "",
    ...wrapped(
      `${counted(paths.paths.length, "path")} out of sample from ${counted(paths.chosen.length, "split")}: mean sharpe ${ratioText(table, meanSharpe)}${spread}, least ${ratioText(table, minSharpe)}; ${integer(losing)} with a loss`,
      "",
      width,
    ),
  ];
}

/** The judgement of a sweep's table for people. */
export function validatedTableText(table: ValidatedTable, screen: Screen): string {
  const { path, objective, best, validation } = table;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const what = printableLine(`${path}: a sweep of ${table.dataset} that maximises ${objective.text}`);
  if (best === undefined || validation === undefined)
    return [...wrapped(what, "", width), "", "no configuration could be ranked, so there is nothing to judge"].join(
      "\n",
    );
  return [
    ...wrapped(what, "", width),
    ...wrapped(
      printableLine(`best: configuration ${best.configuration}, ${keysText(table, best.values)}`),
      "",
      width,
      "  ",
    ),
    "",
    ...validationLines(validation, screen),
    ...foldLines(table, screen),
    ...pathLines(table, width),
  ].join("\n");
}
