// Reports banned forms, misspelt words, wide lines and broken links in docs, messages, JSDoc and comments.
//
//   pnpm check:prose                      everything; exit code 1 if anything is found
//   pnpm check:prose docs --package cli   only these folders, files and packages
//     --counts   a table of forms by class in place of the findings
//     --json     the findings as JSON
//     --long     also warns of sentences of more than 40 words; a warning does not change the exit code
//     --tests    also reads packages/*/test
//     --no-spelling  leaves the spelling out
//     --where    prints the sentences with "where" that are not allowed, as lines for scripts/prose/allowed-where.txt
//     --prune    removes the lines of scripts/prose/allowed-where.txt that the repository no longer needs
//     --words    prints the words that the dictionaries lack, as lines for scripts/prose/words.txt
//     --table    prints the table of forms for docs/style.md
//     --root DIR reads another checkout
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bannedForms } from "./prose/banned-forms.mjs";
import { proseFiles, readProse } from "./prose/repository-prose.mjs";
import { allowance, applyAllowances, isWhere, pruneAllowances } from "./prose/where-allowances.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    counts: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    tests: { type: "boolean", default: false },
    spelling: { type: "boolean", default: true },
    where: { type: "boolean", default: false },
    prune: { type: "boolean", default: false },
    words: { type: "boolean", default: false },
    table: { type: "boolean", default: false },
    package: { type: "string", multiple: true, default: [] },
    root: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(values.root);
const tableHead = "| not | but |\n|---|---|\n";
const table = tableHead + bannedForms.map(({ form, use }) => `| ${form} | ${use} |\n`).join("");

const limits = [
  ...values.package.map((name) => `packages/${name}`),
  ...positionals.map((path) => path.replace(/\/$/u, "")),
];
const within = (file) => limits.length === 0 || limits.some((path) => file === path || file.startsWith(`${path}/`));
const whole = limits.length === 0 && root === resolve(here, "..");

/** What is wrong with the table of forms. */
function tableFault() {
  const style = join(root, "docs/style.md");
  if (!existsSync(style)) return "docs/style.md does not exist";
  if (readFileSync(style, "utf8").includes(table)) return undefined;
  return "docs/style.md: its table of forms differs from scripts/prose/banned-forms.mjs; print it with `node scripts/check-prose.mjs --table`";
}

async function spelling(words, placed) {
  const { misspelt } = await import("./prose/spelling.mjs");
  const wrong = await misspelt([...words.keys()]);
  return [...wrong].flatMap(([word, part]) =>
    placed(words.get(word)).map((at) => ({
      ...at,
      rule: "spelling",
      form: "a word that the dictionaries lack",
      match: part,
      use: "correct it, or add it to scripts/prose/words.txt",
    })),
  );
}

function printCounts(findings) {
  const kinds = ["message", "jsdoc", "comment", "markdown"];
  const forms = [...new Set([...bannedForms.map(({ form }) => form), ...findings.map(({ form }) => form)])];
  const rows = forms.map((form) => {
    const found = findings.filter((finding) => finding.form === form);
    return [form, ...kinds.map((kind) => found.filter((finding) => finding.kind === kind).length), found.length];
  });
  rows.push(["total", ...[1, 2, 3, 4, 5].map((column) => rows.reduce((sum, row) => sum + row[column], 0))]);
  const width = Math.max(...forms.map(({ length }) => length));
  const line = ([form, ...counts]) =>
    `${form.padEnd(width)}${counts.map((count) => String(count).padStart(10)).join("")}`;
  console.log(line(["", ...kinds, "total"]));
  for (const row of rows) console.log(line(row));
}

if (values.table) {
  process.stdout.write(table);
} else {
  const { findings: all, words, placed } = readProse(root, proseFiles(root, values.tests).filter(within));
  if (values.prune && whole) pruneAllowances(all);
  const { findings: reviewed, faults: listFaults } = applyAllowances(all);
  const findings = reviewed.filter(({ rule }) => values.long || rule !== "long");
  if (values.spelling) findings.push(...(await spelling(words, placed)));
  const faults = whole ? [tableFault(), ...listFaults].filter((fault) => fault !== undefined) : [];
  findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
  if (values.json) console.log(JSON.stringify({ findings, faults }, undefined, 1));
  else if (values.where) {
    for (const line of new Set(findings.filter(isWhere).map(allowance))) console.log(line);
  } else if (values.words) {
    const parts = findings.filter(({ rule }) => rule === "spelling").map(({ match }) => match.toLowerCase());
    for (const word of [...new Set(parts)].sort((a, b) => (a < b ? -1 : 1))) console.log(word);
  } else if (values.counts) printCounts(findings);
  else {
    for (const { file, line, column, kind, form, match, use, rule } of findings) {
      const what = rule === "form" ? `"${match}"` : `${form}${match === "" ? "" : `: ${match}`}`;
      console.log(`${file}:${line}:${column}: ${kind}: ${what} -> ${use}`);
    }
    const warnings = findings.filter(({ rule }) => rule === "long").length;
    console.log(`${findings.length - warnings} findings${warnings > 0 ? `, ${warnings} warnings` : ""}`);
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0 || findings.some(({ rule }) => rule !== "long")) process.exitCode = 1;
}
