// Wraps comments that are wider than 120 columns: `node scripts/wrap-comments.mjs packages/cli`. Only paragraphs
// with such a line change; lists, tables, code and comments behind code stay as they are.
import { readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { proseFiles } from "./prose/repository-prose.mjs";
import { commentRanges, parseSource } from "./prose/source-prose.mjs";

const limit = 120;
const root = fileURLToPath(new URL("..", import.meta.url));

/** Words that may be moved to another line; links and code are one word each. */
const wordsOf = (text) => text.match(/(?:\{@[^}]*\}|`[^`]*`|\S)+/gu) ?? [];

function fill(words, prefix) {
  const lines = [];
  let line = prefix;
  for (const word of words) {
    if (line.length > prefix.length && line.length + word.length >= limit) {
      lines.push(line.trimEnd());
      line = prefix;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

/** The paragraphs of some lines: a tag begins one; an empty line, an item, a table and code are one each. */
function paragraphs(lines) {
  const found = [];
  let code = false;
  for (const line of lines) {
    const fence = /^\s*```/u.test(line);
    const fixed = code || fence || /^\s*$|^\s*(?:[-*+|#]|\d+\.)\s|^\s*\|/u.test(line);
    if (fence) code = !code;
    const last = found.at(-1);
    if (fixed || last === undefined || last.fixed || /^\s*@/u.test(line)) found.push({ fixed, lines: [line] });
    else last.lines.push(line);
  }
  return found;
}

function wrap(lines, prefix) {
  return paragraphs(lines).flatMap((paragraph) => {
    const kept = paragraph.lines.map((line) => `${prefix}${line}`.trimEnd());
    // An item is one paragraph with its first line; its other lines are indented and stay.
    const isWide = kept.some(({ length }) => length > limit);
    return paragraph.fixed || !isWide ? kept : fill(wordsOf(paragraph.lines.join(" ")), prefix);
  });
}

function wrapComment(comment, indent, isLine) {
  if (isLine) {
    const lines = comment.split("\n").map((line) => line.replace(/^\s*\/\/ ?/u, ""));
    return wrap(lines, `${indent}// `).join("\n").trimStart();
  }
  if (!comment.startsWith("/**")) return comment;
  const body = comment.slice(3, -2).replace(/^ |\s+$/gu, "");
  const lines = body.split("\n").map((line, i) => (i === 0 ? line : line.replace(/^\s*\* ?/u, "")));
  if (lines[0].trim() === "") lines.shift();
  return [`/**`, ...wrap(lines, `${indent} * `), `${indent} */`].join("\n");
}

function wrapFile(path) {
  const text = readFileSync(path, "utf8");
  let wrapped = text;
  for (const { pos, end, line } of commentRanges(text, parseSource(path, text)).reverse()) {
    const start = text.lastIndexOf("\n", pos - 1) + 1;
    const indent = text.slice(start, pos);
    const whole = text.slice(start, end);
    if (indent.trim() !== "" || whole.split("\n").every(({ length }) => length <= limit)) continue;
    wrapped = wrapped.slice(0, pos) + wrapComment(text.slice(pos, end), indent, line) + wrapped.slice(end);
  }
  if (wrapped === text) return;
  writeFileSync(path, wrapped);
  console.log(path.slice(root.length));
}

const limits = process.argv.slice(2).map((path) => path.replace(/\/$/u, ""));
for (const file of proseFiles(root, true)) {
  const isWanted = limits.length === 0 || limits.some((path) => file === path || file.startsWith(`${path}/`));
  if (isWanted && /^\.[cm]?[jt]s$/u.test(extname(file))) wrapFile(`${root}${file}`);
}
