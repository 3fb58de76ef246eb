// Spelling by cspell. It reads one page of distinct words in place of the files, which takes a second.
import { readFileSync } from "node:fs";
import { getDefaultSettings, spellCheckDocument } from "cspell-lib";

const words = readFileSync(new URL("words.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((word) => word !== "" && !word.startsWith("#"));

/** Those of the given words that neither British English nor words.txt has; each with what is wrong in it. */
export async function misspelt(all) {
  // Words in capitals are tickers, acronyms and signatures.
  const distinct = all.filter((word) => word !== word.toUpperCase());
  const settings = {
    ...(await getDefaultSettings(true)),
    language: "en-GB",
    words,
    dictionaries: ["en-gb", "softwareTerms"],
    ignoreRegExpList: [],
    maxNumberOfProblems: Number.MAX_SAFE_INTEGER,
    maxDuplicateProblems: Number.MAX_SAFE_INTEGER,
  };
  const text = distinct.join("\n");
  const document = { uri: "words.txt", text, languageId: "plaintext", locale: "en-GB" };
  const { issues, errors } = await spellCheckDocument(
    document,
    { generateSuggestions: false, noConfigSearch: true },
    settings,
  );
  if (errors?.length) throw new Error(`cspell: ${errors.map(({ message }) => message).join("; ")}`);
  const starts = [];
  let start = 0;
  for (const word of distinct) {
    starts.push(start);
    start += word.length + 1;
  }
  const found = new Map();
  let at = 0;
  for (const { offset, text: part } of [...issues].sort((a, b) => a.offset - b.offset)) {
    while (at + 1 < starts.length && starts[at + 1] <= offset) at += 1;
    found.set(distinct[at], part);
  }
  return found;
}
