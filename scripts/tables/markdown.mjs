/** A Markdown table whose columns are padded to the same width. */
export function markdownTable(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** `text` with what lies between the comments `<!-- name -->` and `<!-- /name -->` replaced. */
export function replaceBetween(text, name, content) {
  const start = `<!-- ${name} -->\n`;
  const end = `\n<!-- /${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the marks <!-- ${name} --> and <!-- /${name} --> are missing`);
  return `${text.slice(0, from)}${start}\n${content}\n${text.slice(to)}`;
}
