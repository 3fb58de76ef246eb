// Which files of a checkout hold prose, and what is wrong in them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { bannedForms } from "./banned-forms.mjs";
import { fileLinks, markdownProse } from "./markdown-prose.mjs";
import { sentenceAt, sentences } from "./prose-piece.mjs";
import { hashComments, sourceProse } from "./source-prose.mjs";

const sources =
  /^(?:packages\/[^/]+\/(?:src|assembly)\/|bench\/src\/|examples\/|scripts\/|docs\/|\.changeset\/|[^/]+$).*\.(?:[cm]?[jt]s|py|yaml)$/u;
const tests = /^packages\/[^/]+\/test\/.*\.ts$/u;
// Files that quote the banned forms, that tools write, or that pnpm owns.
const excluded =
  /^(?:scripts\/prose\/banned-forms\.mjs|pnpm-.*\.yaml|scripts\/test\/.*|.*\.api\.md|.*\/?CHANGELOG\.md)$/u;
const limit = 120;
const markdownLimit = 100;
// A form may be broken over two lines.
const forms = bannedForms.map(({ pattern, ...form }) => ({
  ...form,
  pattern: new RegExp(pattern.source.replaceAll(" ", "\\s+"), pattern.flags),
}));

/** The files of a checkout that hold prose, in git's order. Test files are among them on request. */
export function proseFiles(root, withTests) {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))]
    .filter(
      (file) =>
        sources.test(file) ||
        extname(file) === ".md" ||
        /^packages\/[^/]+\/package\.json$/u.test(file) ||
        (withTests && tests.test(file)),
    )
    .filter((file) => !excluded.test(file) && existsSync(join(root, file)));
}

/** What npm shows of a package. */
function description(text) {
  const found = /"description":\s*"(?<words>[^"]*)"/u.exec(text);
  if (found === null) return [];
  const { words } = found.groups;
  return [{ kind: "message", start: found.index + found[0].length - words.length - 1, raw: words, text: words }];
}

function proseOf(file, text) {
  const extension = extname(file);
  if (extension === ".md") {
    const { pieces, lines } = markdownProse(text);
    // The tables of the style guide quote what the repository avoids.
    return { pieces: file === "docs/style.md" ? pieces.filter(({ cell }) => cell !== true) : pieces, lines };
  }
  if (extension === ".json") return { pieces: description(text), lines: [] };
  if (extension === ".py" || extension === ".yaml") return { pieces: hashComments(text), lines: [] };
  return { pieces: sourceProse(file, text), lines: [] };
}

const place = (file, text, offset) => {
  const before = text.slice(0, offset);
  return { file, line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
};

function* wideLines(file, text, { pieces, lines }) {
  const report = (start, line, kind, most) => ({
    ...place(file, text, start + most),
    kind,
    rule: "width",
    form: `a line of more than ${most} columns`,
    match: `${line.trim().slice(0, 40)}...`,
    use: `wrap it at ${most}`,
  });
  for (const { start, line, table } of lines) {
    const shown = line.replace(/\]\([^)]*\)/gu, "]").replace(/https?:\/\/\S+/gu, "");
    if (!table && shown.length > markdownLimit) yield report(start, line, "markdown", markdownLimit);
  }
  for (const piece of pieces) {
    if (piece.kind !== "jsdoc" && piece.kind !== "comment") continue;
    let from = text.lastIndexOf("\n", piece.start) + 1;
    while (from < piece.start + piece.raw.length) {
      const end = text.indexOf("\n", from);
      const line = text.slice(from, end < 0 ? text.length : end);
      // Lines without words are code.
      const words = piece.text.slice(Math.max(0, from - piece.start), from + line.length - piece.start);
      const isProse = /\p{L}/u.test(words) && !/https?:\/\//u.test(line) && piece.start < from + limit;
      if (line.length > limit && isProse) yield report(from, line, piece.kind, limit);
      from += line.length + 1;
    }
  }
}

function* brokenLinks(root, file, text) {
  for (const { offset, target } of fileLinks(text)) {
    if (existsSync(join(root, dirname(file), decodeURI(target)))) continue;
    yield {
      ...place(file, text, offset),
      kind: "markdown",
      rule: "link",
      form: "a link to a file that does not exist",
      match: target,
      use: "correct the path",
    };
  }
}

function* longSentences(file, text, piece) {
  if (piece.kind !== "jsdoc" && piece.kind !== "markdown") return;
  for (const { from, to } of sentences(piece.text)) {
    const count = piece.text.slice(from, to).match(/[\p{L}\d¤]+/gu)?.length ?? 0;
    const begin = from + (piece.text.slice(from, to).search(/\S/u) || 0);
    if (count <= 40) continue;
    yield {
      ...place(file, text, piece.start + begin),
      kind: piece.kind,
      rule: "long",
      form: `a sentence of ${count} words`,
      match: "",
      use: "split it",
    };
  }
}

/** The banned forms in a piece of prose. */
export function findForms(piece) {
  return forms.flatMap(({ form, use, pattern }) =>
    [...piece.text.matchAll(pattern)].map(({ index, 0: match }) => {
      return { index, form, match: match.replace(/\s+/gu, " "), use, sentence: sentenceAt(piece, index) };
    }),
  );
}

/** All findings in the prose of `files`, and the places of each distinct word. */
export function readProse(root, files) {
  const findings = [];
  const words = new Map();
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const prose = proseOf(file, text);
    for (const piece of prose.pieces) {
      for (const { index, ...finding } of findForms(piece)) {
        findings.push({ ...place(file, text, piece.start + index), kind: piece.kind, rule: "form", ...finding });
      }
      for (const { index, 0: word } of piece.text.matchAll(/(?<![\p{L}\d_$@#¤-])\p{L}[\p{L}'’]+(?![\p{L}'’\d_$¤])/gu)) {
        const places = words.get(word) ?? [];
        places.push({ file, offset: piece.start + index, kind: piece.kind });
        words.set(word, places);
      }
      findings.push(...longSentences(file, text, piece));
    }
    findings.push(...wideLines(file, text, prose));
    if (extname(file) === ".md") findings.push(...brokenLinks(root, file, text));
  }
  const placed = (used) =>
    used.map(({ file, offset, kind }) => ({ ...place(file, readFileSync(join(root, file), "utf8"), offset), kind }));
  return { findings, words, placed };
}
