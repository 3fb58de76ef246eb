// A piece of prose keeps the length of the text it is taken from, so that an offset in it is an offset in the file.

/**
 * @typedef {object} ProsePiece
 * @property {"jsdoc" | "comment" | "message" | "markdown"} kind
 * @property {number} start offset in the file
 * @property {string} raw the words, code included
 * @property {string} text the words; code and addresses are "¤"
 */

/** Spaces in place of characters; line ends stay. */
export const blank = (text) => text.replace(/[^\n]/gu, " ");
const mask = (text) => text.replace(/[^\n]/gu, "¤");

/** Code, links and addresses as "¤". */
export const maskCode = (text) =>
  text
    .replace(/```[\s\S]*?```/gu, mask)
    .replace(/(`+)[^`]+?\1/gu, mask)
    .replace(/\bhttps?:\/\/[^\s)>\]]+/gu, mask)
    .replace(/(?<=\])\([^)\s]*\)/gu, mask)
    .replace(/[\w.@-]*(?:\/[\w.@<>*-]+)+/gu, (path) => (/[.@<*]|\/.*\//u.test(path) ? mask(path) : path))
    .replace(/\b[\w-]+\.(?:ts|js|mjs|md|json|yaml|csv|py|arrow|npz|wasm)\b/gu, mask);

// A sentence also ends before a tag of JSDoc ("¶" in the masked text) and before an item of a list.
const ends = /[.!?](?=[\s"')¤]|$)|\n[ \t]*\n|(?=¶)|\n[ \t]*(?=[-*][ \t])/gu;

/** Offsets of the sentences of a piece. */
export function sentences(text) {
  const found = [];
  let from = 0;
  for (const { index, 0: end } of text.matchAll(ends)) {
    // "e.g." and numbers such as "1. " do not end a sentence.
    if (/\b(?:e\.g|i\.e|vs|cf|\d)$/u.test(text.slice(Math.max(0, index - 4), index))) continue;
    found.push({ from, to: index + end.length });
    from = index + end.length;
  }
  if (text.slice(from).trim() !== "") found.push({ from, to: text.length });
  return found;
}

/** The sentence around an offset, in one line; "…" for what a template computes. */
export function sentenceAt({ raw, text }, offset) {
  const { from, to } = sentences(text).find((sentence) => offset < sentence.to) ?? { from: 0, to: text.length };
  return raw.slice(from, to).replace(/\s+/gu, " ").replace(/¤+/gu, "…").trim();
}
