// The prose of a source file: comments, JSDoc, and the text of strings that hold more than one word.
import { extname } from "node:path";
import ts from "typescript";
import { blank, maskCode } from "./prose-piece.mjs";

const kinds = { ".ts": ts.ScriptKind.TS, ".js": ts.ScriptKind.JS, ".mjs": ts.ScriptKind.JS, ".cjs": ts.ScriptKind.JS };

/** A comment without its marks; every character keeps its offset. */
const unmarked = (comment) =>
  comment
    .replace(/^\/\*\*?|\*\/$/gu, blank)
    .replace(/^\/\/+/u, blank)
    .replace(/\n[ \t]*(?:\*(?!\/)|\/\/+)/gu, blank);

const tag = (text) => `¶${blank(text.slice(1))}`;

/** Code in a JSDoc comment: fences, examples, links, names of parameters. */
const maskTags = (text) =>
  maskCode(
    text
      .replace(/@example\b[^@]*/gu, blank)
      .replace(/\{@\w+[^}]*\}/gu, (link) => link.replace(/[^\n]/gu, "¤"))
      .replace(
        /@(?:param|property|template|throws|returns|typedef|type)\b(?:\s+\{[^}]*\})?(?:(?<=(?:param|property|template)\b.*)\s+[\w.[\]=]+)?/gu,
        tag,
      )
      .replace(/@\w+/gu, tag),
  );

/** The comments of a source; those of one line that follow each other are one: `{ pos, end, line }`. */
export function commentRanges(text, source) {
  const ranges = new Map();
  const add = (range) => ranges.set(range.pos, range);
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    for (const range of ts.getTrailingCommentRanges(text, node.pos) ?? []) add(range);
    for (const range of ts.getLeadingCommentRanges(text, node.pos) ?? []) add(range);
  };
  visit(source);
  const joined = [];
  for (const { pos, end, kind } of [...ranges.values()].sort((a, b) => a.pos - b.pos)) {
    const last = joined.at(-1);
    const line = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    if (last !== undefined && line && last.line && /^\r?\n[ \t]*$/u.test(text.slice(last.end, pos))) last.end = end;
    else joined.push({ pos, end, line });
  }
  return joined;
}

const comments = (text, source) =>
  commentRanges(text, source).map(({ pos, end }) => {
    const comment = text.slice(pos, end);
    const raw = unmarked(comment);
    return { kind: comment.startsWith("/**") ? "jsdoc" : "comment", start: pos, raw, text: maskTags(raw) };
  });

const isText = (node) =>
  ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);
const isSum = (node) => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
const holdsText = (node) => isText(node) || (isSum(node) && (holdsText(node.left) || holdsText(node.right)));
const unescaped = (text) =>
  text.replace(/\\(?:u\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|\r?\n|.)/gu, (sequence) => " ".repeat(sequence.length));

/** The words of a string, a template or a sum of them; "¤" for what is computed. */
function words(node, source) {
  const text = source.text.slice(node.getStart(source), node.end);
  if (ts.isTemplateExpression(node)) {
    const start = node.getStart(source);
    let masked = ` ${unescaped(text.slice(1, node.head.end - start - 2))}  `;
    for (const { expression, literal } of node.templateSpans) {
      const from = literal.getStart(source);
      masked += "¤".repeat(from - start - masked.length);
      const tail = literal.kind === ts.SyntaxKind.TemplateTail ? 1 : 2;
      masked += ` ${unescaped(source.text.slice(from + 1, literal.end - tail))}${" ".repeat(tail)}`;
      void expression;
    }
    return masked;
  }
  if (isText(node)) return ` ${unescaped(text.slice(1, -1))} `;
  if (!holdsText(node)) return "¤".repeat(text.length);
  const gap = node.right.getStart(source) - node.left.end;
  return words(node.left, source) + " ".repeat(gap) + words(node.right, source);
}

function messages(source) {
  const found = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (holdsText(node)) {
      const text = words(node, source);
      if (/\p{L}{2,}[,;:]?\s+\p{L}/u.test(text)) {
        found.push({ kind: "message", start: node.getStart(source), raw: text, text: maskCode(text) });
      }
      const inner = (child) => {
        if (holdsText(child) || isSum(child)) ts.forEachChild(child, inner);
        else visit(child);
      };
      ts.forEachChild(node, (child) => (ts.isTemplateSpan(child) ? visit(child.expression) : inner(child)));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export const parseSource = (path, text) =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kinds[extname(path)] ?? ts.ScriptKind.TS);

/** The prose of TypeScript, AssemblyScript or JavaScript. */
export function sourceProse(path, text) {
  const source = parseSource(path, text);
  return [...comments(text, source), ...messages(source)];
}

/** The prose of files whose comments begin with "#": Python, YAML, shell. */
export function hashComments(text) {
  const found = [];
  for (const match of text.matchAll(/(?:^|(?<=\s))#(?!!)[^\n]*(?:\n[ \t]*#[^\n]*)*/gmu)) {
    const raw = match[0].replace(/(^|\n[ \t]*)#/gu, blank);
    found.push({ kind: "comment", start: match.index, raw, text: maskCode(raw) });
  }
  for (const match of text.matchAll(/"""[^"]+"""/gu)) {
    const raw = match[0].replaceAll('"""', "   ");
    found.push({ kind: "comment", start: match.index, raw, text: maskCode(raw) });
  }
  return found;
}
