import { printableLine } from "@atc/plugin-kit";
import { painted, plainScreen, type Screen } from "./screen.ts";
import { shortened } from "./shortened.ts";

/** One column of a {@link textTable}. */
export interface TextColumn {
  readonly title: string;
  /** `right` for numbers, `left` for text. */
  readonly align: "left" | "right";
  /** The place in which the column is left out of a table that is too wide: 1 first. Default: it is always shown. */
  readonly fold?: number;
  /** Whether its text is never wrapped, because it is copied: names. Default: false. */
  readonly isWhole?: boolean;
}

/** The width of a text on a terminal, in cells: characters of East Asian scripts and emoji take two. */
function cells(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

/** Cells between two columns. */
const margin = 2;
/** A column of text is wrapped to this before columns of numbers are left out. */
const comfortableText = 24;
/** A column of text is not wrapped to less than this. */
const leastText = 12;

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, margin * Math.max(0, widths.length - 1));
}

/** Narrows columns of text, the widest first, until the table fits or each of them has its least width. */
function narrowText(columns: readonly TextColumn[], widths: readonly number[], limit: number, least: number): number[] {
  const narrowed = [...widths];
  for (;;) {
    const excess = total(narrowed) - limit;
    let widest = -1;
    columns.forEach(({ align, title, isWhole = false }, i) => {
      const width = narrowed[i] ?? 0;
      if (align === "left" && !isWhole && width > Math.max(least, cells(title)) && width > (narrowed[widest] ?? 0))
        widest = i;
    });
    if (excess <= 0 || widest < 0) return narrowed;
    const floor = Math.max(least, cells(columns[widest]?.title ?? ""));
    narrowed[widest] = Math.max(floor, (narrowed[widest] ?? 0) - excess);
  }
}

/** The columns that a table shows, with their widths. */
interface Fit {
  /** Positions of the columns. */
  readonly shown: readonly number[];
  readonly widths: readonly number[];
  /** Titles of the columns that are left out. */
  readonly folded: readonly string[];
}

function fitColumns(columns: readonly TextColumn[], natural: readonly number[], limit: number): Fit {
  let shown = columns.map((_, i) => i);
  const folded: string[] = [];
  const part = <Value>(values: readonly Value[]): Value[] => shown.map((i) => values[i] as Value);
  let widths = narrowText(columns, natural, limit, comfortableText);
  const order = shown.filter((i) => columns[i]?.fold !== undefined);
  order.sort((a, b) => (columns[a]?.fold ?? 0) - (columns[b]?.fold ?? 0));
  for (const next of order) {
    if (total(widths) <= limit) break;
    shown = shown.filter((i) => i !== next);
    folded.push(columns[next]?.title ?? "");
    widths = narrowText(part(columns), part(natural), limit, comfortableText);
  }
  return { shown, widths: narrowText(part(columns), widths, limit, leastText), folded };
}

/** The lines of a cell. Text is broken at its blanks if it has any near; a number is never broken. */
function cellLines(text: string, { align }: TextColumn, width: number): readonly string[] {
  if (align === "right" || cells(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const character of text) {
    if (cells(line) + cells(character) > width) {
      const blank = line.lastIndexOf(" ");
      const at = character !== " " && blank > line.length / 2 ? blank + 1 : line.length;
      lines.push(line.slice(0, at).trimEnd());
      line = line.slice(at);
      if (character === " ") continue;
    }
    line += character;
  }
  return [...lines, line];
}

/**
 * A table for a terminal: headings, a rule, rows. A row `undefined` is another rule. If it is wider than the screen,
 * columns of text are wrapped, then columns are left out in the order of their `fold`, and a last line names them.
 */
export function textTable(
  given: readonly TextColumn[],
  rows: readonly (readonly string[] | undefined)[],
  screen: Screen = plainScreen,
): string {
  const columns = given.map((column) => ({ ...column, title: shortened(printableLine(column.title)) }));
  const clean = rows.map((row) =>
    row?.map((text, i) => (columns[i]?.isWhole === true ? printableLine(text) : shortened(printableLine(text)))),
  );
  const natural = columns.map(({ title }, i) =>
    clean.reduce((widest, row) => Math.max(widest, cells(row?.[i] ?? "")), cells(title)),
  );
  const limit = screen.width ?? Number.POSITIVE_INFINITY;
  const { shown, widths, folded } = fitColumns(columns, natural, limit);
  const padded = (text: string, at: number, column: TextColumn): string => {
    const padding = " ".repeat(Math.max(0, (widths[at] ?? 0) - cells(text)));
    if (column.align === "left") return text + padding;
    return padding + (/^-\d/.test(text) ? painted(text, "negative", screen) : text);
  };
  const line = (row: readonly string[]): readonly string[] => {
    const broken = shown.map((i, at) => cellLines(row[i] ?? "", columns[i] as TextColumn, widths[at] ?? 0));
    const height = broken.reduce((most, { length }) => Math.max(most, length), 1);
    return Array.from({ length: height }, (_, k) =>
      broken
        .map((lines, at) => padded(lines[k] ?? "", at, columns[shown[at] ?? 0] as TextColumn))
        .join(" ".repeat(margin))
        .trimEnd(),
    );
  };
  const rule = widths.map((width) => "-".repeat(width)).join(" ".repeat(margin));
  const left = `not shown at this width: ${folded.join(", ")}; widen the terminal, or use --json`;
  return [
    ...line(columns.map(({ title }) => title)),
    rule,
    ...clean.flatMap((row) => (row === undefined ? [rule] : line(row))),
    ...(folded.length === 0 ? [] : wrapped(left, "", limit)),
  ].join("\n");
}

/**
 * The lines of a text, at most `width` cells wide if its words allow it. Lines of the text stay lines, and the blanks
 * at their start stay.
 *
 * @param indent - of each line of the text
 * @param hanging - of what a line wraps to, besides the blanks at its start; default: `indent` twice
 */
export function wrapped(
  text: string,
  indent: string,
  width: number,
  hanging: string = indent + indent,
): readonly string[] {
  return shortened(text)
    .split("\n")
    .flatMap((line) => {
      const [blanks = ""] = /^ */.exec(line) ?? [];
      return wrappedLine(line.slice(blanks.length), { first: indent + blanks, next: hanging + blanks, width });
    });
}

function wrappedLine(
  text: string,
  { first, next, width }: { readonly first: string; readonly next: string; readonly width: number },
): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && cells(line) + 1 + cells(word) > width) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines;
}
