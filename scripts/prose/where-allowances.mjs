// The reviewed sentences in which "where" is a place: allowed-where.txt.
import { readFileSync, writeFileSync } from "node:fs";
import { bannedForms } from "./banned-forms.mjs";

const [where] = bannedForms;
const limit = 100;
const file = new URL("allowed-where.txt", import.meta.url);
const list = "scripts/prose/allowed-where.txt";

/** A sentence is allowed in a package, whatever file of it holds it; elsewhere in its file. */
export const allowance = ({ file: path, sentence }) => `${/^packages\/[^/]+/u.exec(path)?.[0] ?? path}: ${sentence}`;
export const isWhere = ({ form }) => form === where.form;

/** Keeps the comments of the list, and of its sentences those that the repository still has. */
export function pruneAllowances(findings) {
  const used = new Set(findings.filter(isWhere).map(allowance));
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, lines.filter((line) => line === "" || line.startsWith("#") || used.has(line)).join("\n"));
}

/** The findings that the list does not allow, and the faults of the list if `findings` are of a whole checkout. */
export function applyAllowances(findings) {
  const allowed = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const used = new Set(findings.filter(isWhere).map(allowance));
  const faults = allowed
    .filter((line) => !used.has(line))
    .map((line) => `${list}: the repository no longer has this sentence; remove the line: ${line}`);
  if (allowed.length > limit) faults.unshift(`${list} has ${allowed.length} sentences; at most ${limit} are allowed`);
  const kept = findings.filter((finding) => !isWhere(finding) || !allowed.includes(allowance(finding)));
  return { findings: kept, faults };
}
