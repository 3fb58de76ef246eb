import type { CellLabel, ScoreMap } from "@atc/runtime/sweeps";
import type { Screen } from "../text/screen.ts";

/** From the lowest fifth to the highest, without colour. */
const shades = ["·", "░", "▒", "▓", "█"];
/** The same in 256 colours: from blue over grey to yellow. */
const colours = [25, 31, 244, 178, 226];

const cellWidth = 3;

function labelText({ first, last }: CellLabel): string {
  const text = (value: unknown): string =>
    typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
  return first === last ? text(first) : `${text(first)}..${text(last)}`;
}

/** The shade of a score by its rank, so that one outlier does not hide the others. The best has the last shade. */
function createLevels(scores: Float64Array): (score: number) => number {
  const sorted = scores.filter(Number.isFinite).sort();
  const most = shades.length - 1;
  return (score) => {
    let below = 0;
    while ((sorted[below] ?? score) < score) below++;
    return sorted.length < 2 ? most : Math.round((below / (sorted.length - 1)) * most);
  };
}

/** A map of the best objective for pairs of values, at most 80 columns wide. */
export function scoreMapLines(map: ScoreMap, objective: string, { color }: Screen): readonly string[] {
  const [columnAxis, rowAxis] = map.axes;
  const [columns, rows] = map.labels;
  const names = rows.map(labelText);
  const margin = Math.max(rowAxis.name.length, ...names.map(({ length }) => length));
  const shown = Math.min(columns.length, Math.max(1, Math.floor((78 - Math.min(margin, 20)) / cellWidth)));
  const levelOf = createLevels(map.scores);
  const cell = (score: number): string => {
    if (!Number.isFinite(score)) return " ".repeat(cellWidth);
    const level = levelOf(score);
    const text = (shades[level] ?? " ").repeat(cellWidth);
    return color ? `\u001b[38;5;${colours[level]}m${"█".repeat(cellWidth)}\u001b[0m` : text;
  };
  const lines = names.map((name, row) => {
    const cells = Array.from({ length: shown }, (_, column) =>
      cell(map.scores[row * columns.length + column] ?? Number.NaN),
    );
    return `${name.slice(0, 20).padStart(Math.min(margin, 20))}  ${cells.join("")}`;
  });
  const indent = " ".repeat(Math.min(margin, 20) + 2);
  const first = labelText(columns[0] as CellLabel);
  const last = labelText(columns[shown - 1] as CellLabel);
  const gap = " ".repeat(Math.max(1, shown * cellWidth - first.length - last.length));
  const sorted = map.scores.filter(Number.isFinite).sort();
  const bound = (value: number | undefined): string => String(Number((value ?? Number.NaN).toPrecision(3)));
  const legend = shades.map((shade, level) => (color ? `\u001b[38;5;${colours[level]}m█\u001b[0m` : shade)).join("");
  return [
    `${objective} by ${rowAxis.name} (down) and ${columnAxis.name} (across), from ${bound(sorted[0])} ${legend} to ${bound(sorted.at(-1))}`,
    ...lines,
    `${indent}${first}${gap}${last}`,
  ];
}
