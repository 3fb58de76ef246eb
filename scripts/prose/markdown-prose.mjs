// The prose of a Markdown page: paragraphs, list items, headings, table cells, and the comments of its code blocks.
import { maskCode } from "./prose-piece.mjs";
import { hashComments, sourceProse } from "./source-prose.mjs";

const fence = /^(?<indent>[ \t]*)(?<mark>```+|~~~+)\s*(?<language>\w*)/u;
const startsItem = /^[ \t]*(?:[-*+]|\d+\.)[ \t]/u;
const isTable = /^[ \t]*\|/u;
const scripts = new Set(["js", "ts", "javascript", "typescript", "mjs"]);
const hashed = new Set(["sh", "bash", "yaml", "yml", "python", "py"]);

function codeComments(language, code, start) {
  const pieces = scripts.has(language) ? sourceProse(`block.${language === "ts" ? "ts" : "js"}`, code) : [];
  const found = hashed.has(language) ? hashComments(code) : pieces.filter(({ kind }) => kind !== "message");
  return found.map((piece) => ({ ...piece, kind: "comment", start: start + piece.start }));
}

/** The prose of a page, and its lines outside of code: `{ pieces, lines: [{ start, line, table }] }`. */
export function markdownProse(page) {
  const pieces = [];
  const lines = [];
  let paragraph;
  const close = () => {
    if (paragraph === undefined) return;
    const raw = page.slice(paragraph.start, paragraph.end);
    pieces.push({
      kind: "markdown",
      start: paragraph.start,
      raw,
      text: maskCode(raw).replace(/<!--|-->/gu, "    ".slice(0, 3)),
    });
    paragraph = undefined;
  };
  let code;
  let matter = page.startsWith("---\n");
  let start = 0;
  for (const line of page.split("\n")) {
    const end = start + line.length;
    const found = fence.exec(line);
    if (matter) {
      if (line === "---" && start > 0) matter = false;
    } else if (code !== undefined) {
      if (found?.groups.mark.startsWith(code.mark) && line.trim() === found.groups.mark) {
        pieces.push(...codeComments(code.language, page.slice(code.start, start), code.start));
        code = undefined;
      }
    } else if (found) {
      close();
      code = { ...found.groups, start: end + 1 };
    } else if (isTable.test(line)) {
      close();
      lines.push({ start, line, table: true });
      let from = start;
      for (const cell of line.split(/(?<!\\)\|/u)) {
        if (/\p{L}/u.test(cell))
          pieces.push({ kind: "markdown", start: from, raw: cell, text: maskCode(cell), cell: true });
        from += cell.length + 1;
      }
    } else {
      if (line.trim() === "" || startsItem.test(line) || line.startsWith("#")) close();
      if (line.trim() !== "") {
        lines.push({ start, line, table: false });
        paragraph = { start: paragraph?.start ?? start, end };
        if (line.startsWith("#")) close();
      }
    }
    start = end + 1;
  }
  close();
  return { pieces, lines };
}

/** The links of a page to files: `{ offset, target }`. */
export function fileLinks(page) {
  const { pieces } = markdownProse(page);
  return pieces
    .filter(({ kind }) => kind === "markdown")
    .flatMap(({ start, raw }) =>
      [...raw.matchAll(/\]\((?<target>[^)\s#]+)[^)]*\)/gu)].map(({ index, groups }) => ({
        offset: start + index,
        target: groups.target,
      })),
    )
    .filter(({ target }) => !/^[a-z]+:/u.test(target));
}
