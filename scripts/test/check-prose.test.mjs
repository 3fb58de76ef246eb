import { describe, expect, test } from "vitest";
import { bannedForms } from "../prose/banned-forms.mjs";
import { fileLinks, markdownProse } from "../prose/markdown-prose.mjs";
import { sentenceAt } from "../prose/prose-piece.mjs";
import { findForms } from "../prose/repository-prose.mjs";
import { hashComments, sourceProse } from "../prose/source-prose.mjs";
import { misspelt } from "../prose/spelling.mjs";

const found = (text) => findForms({ kind: "markdown", start: 0, raw: text, text }).map(({ match }) => match);
const read = (source) =>
  sourceProse("a.ts", source).map(({ kind, text }) => `${kind}: ${text.replace(/\s+/gu, " ").trim()}`);

describe("banned forms", () => {
  test("each row of the table has a form and a replacement", () => {
    for (const { form, use, pattern } of bannedForms) {
      expect(form).not.toBe("");
      expect(use).not.toBe("");
      expect(pattern.flags).toContain("g");
    }
  });

  test.each([
    "0 where absent",
    "threads (default: one a core)",
    "12 bytes a bar",
    "8.7 million rows a second",
    "it goes on after a crash",
    "times go\nback ahead of row 5",
    "read anew",
    "whoever stores frames",
    "that is no rule",
    "what lies on the disk",
    "found by\nlooking",
  ])("finds a form in %j", (text) => expect(found(text)).toHaveLength(1));

  test.each([
    "a bar is a row",
    "the rows of a symbol",
    "there is no lock",
    "it is no longer open",
    "prices that lie between low and high",
    "compiled ahead of time",
    "SELECT * FROM bars WHERE close > 1",
    "the option --where takes SQL",
    'never "where" for a condition',
    "traders who have files",
  ])("finds nothing in %j", (text) => expect(found(text)).toEqual([]));
});

describe("prose of sources", () => {
  test("separates JSDoc, comments and messages", () => {
    const source = '/** A row. */\nconst row = 1;\n// Why it is\n// so.\nthrow new Error("a file is missing");\n';
    expect(read(source)).toEqual(["jsdoc: A row.", "comment: Why it is so.", "message: a file is missing"]);
  });

  test("keeps offsets through escapes, templates and sums", () => {
    const source = `f(\`no\\n"\${path({ a: \`x y\` })}" goes on \` + "and on");`;
    const [piece] = sourceProse("a.ts", source);
    const [{ index, match }] = findForms(piece);
    const from = piece.start + index;
    expect(source.slice(from, from + match.length)).toBe("goes on");
    expect(piece.raw).toHaveLength(source.length - "f();".length);
  });

  test("leaves out code, links, tags, imports and single words", () => {
    const source =
      'import a from "where it is";\n/** Reads `where` {@link tell}.\n * @param anew - a name */\nf("where");\n';
    expect(sourceProse("a.ts", source).flatMap(findForms)).toEqual([]);
  });

  test("finds comments beside strings that look like comments", () => {
    expect(read('const url = "// not this one"; // this one\n')).toEqual([
      "comment: this one",
      "message: // not this one",
    ]);
  });

  test("reads comments that begin with a number sign", () => {
    expect(
      hashComments("#!/bin/sh\nx = 1 # told so\n")
        .flatMap(findForms)
        .map(({ match }) => match),
    ).toEqual(["told"]);
  });
});

describe("prose of pages", () => {
  const page =
    '---\n"@atc/cli": patch\n---\n\nText `where`\nin [a page](where.md).\n\n| told | b |\n|---|---|\n\n```js\nconst where = 1; // told\n```\n';

  test("reads paragraphs, cells and the comments of code", () => {
    const forms = markdownProse(page).pieces.flatMap((piece) =>
      findForms(piece).map(({ match }) => `${piece.kind} ${match}`),
    );
    expect(forms).toEqual(["markdown told", "comment told"]);
  });

  test("lists links to files", () => {
    expect(fileLinks("[a](b.md#c), [d](https://e.f), [g](#h)").map(({ target }) => target)).toEqual(["b.md"]);
  });
});

test("a sentence is one line, with an ellipsis for what is computed", () => {
  const [piece] = sourceProse("a.ts", "/** One. Two\n * where three. Four. */\n");
  expect(sentenceAt(piece, piece.text.indexOf("where"))).toBe("Two where three.");
  const [message] = sourceProse("a.ts", `f(\`a file \${name} where it is\`)`);
  expect(sentenceAt(message, message.text.indexOf("where"))).toBe("a file … where it is");
});

test("spelling is British, with words of the field", async () => {
  const wrong = await misspelt(["behaviour", "backtest", "behavior", "recieve", "codec's"]);
  expect([...wrong.keys()]).toEqual(["behavior", "recieve"]);
});
