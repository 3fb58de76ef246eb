import { printableLine } from "@atc/plugin-kit";

/** One column of a {@link textTable}. */
export interface TextColumn {
  readonly title: string;
  /** `right` for numbers, `left` for text. */
  readonly align: "left" | "right";
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

/** A table for a terminal: headings, a rule, rows. A row `undefined` is another rule. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[] | undefined)[]): string {
  const clean = rows.map((row) => row?.map(printableLine));
  const widths = columns.map(({ title }, i) =>
    clean.reduce((widest, row) => Math.max(widest, cells(row?.[i] ?? "")), cells(title)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const padding = " ".repeat(Math.max(0, (widths[i] ?? 0) - cells(text)));
        return columns[i]?.align === "right" ? padding + text : text + padding;
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [
    line(columns.map(({ title }) => title)),
    rule,
    ...clean.map((row) => (row === undefined ? rule : line(row))),
  ].join("\n");
}

/** The lines of a text, at most `width` cells wide if its words allow it. Lines after the first are indented twice. */
export function wrapped(text: string, indent: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && cells(line) + 1 + cells(word) > width) {
      lines.push(line);
      line = indent + indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines;
}
