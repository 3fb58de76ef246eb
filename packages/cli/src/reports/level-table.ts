import { plainScreen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";

/** The shares of the samples; a narrow screen shows the ends, and the middle if it can. */
const levels: readonly TextColumn[] = [
  { title: "5 %", align: "right" },
  { title: "25 %", align: "right", fold: 2 },
  { title: "50 %", align: "right", fold: 3 },
  { title: "75 %", align: "right", fold: 1 },
  { title: "95 %", align: "right" },
];

const indent = "  ";

/** A figure of samples: its name, its values at 5, 25, 50, 75 and 95 % of them, and their text. */
export type LevelRow = readonly [name: string, values: readonly number[] | undefined, text: (value: number) => string];

/** The lines of an indented table that fits a screen. */
export function indentedTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const text = textTable(columns, rows, { ...plainScreen, width: width - indent.length });
  return text.split("\n").map((line) => `${indent}${line}`);
}

/** The indented lines of a sentence. */
export function indentedLines(text: string, width: number): readonly string[] {
  return wrapped(text, indent, width, indent);
}

/** The lines of a table of quantiles. */
export function levelTable(rows: readonly LevelRow[], width: number): readonly string[] {
  return indentedTable(
    [{ title: "of the samples", align: "left" }, ...levels],
    rows.map(([name, values, text]) => [
      name,
      ...levels.map((_, i) => (values === undefined ? "-" : text(values[i] ?? 0))),
    ]),
    width,
  );
}
