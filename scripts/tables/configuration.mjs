import { configKeys } from "../../packages/config/dist/bundle/index.js";
import { markdownTable, replaceBetween } from "./markdown.mjs";

const code = (text) => `\`${text}\``;

function row({ name, pythonNames, default: value, allowed, description }) {
  const python = pythonNames.length === 0 ? code(name) : pythonNames.map(code).join(", ");
  const shown = code(typeof value === "object" ? JSON.stringify(value) : String(value));
  return [code(name), python, shown, allowed, description];
}

const groups = [...new Set(configKeys.map(({ group }) => group))];

/** The groups that docs/simulation.md describes. */
const simulationGroups = ["orders", "costs", "positions", "exits", "account"];

/** docs/simulation.md with the rows of its keys. */
export function simulationRows(text) {
  let fresh = text;
  for (const group of simulationGroups) {
    const rows = configKeys.filter((key) => key.group === group).map((key) => row(key).toSpliced(1, 1));
    fresh = replaceBetween(fresh, `keys of ${group}`, markdownTable(["key", "default", "allowed", "meaning"], rows));
  }
  return fresh;
}

/** docs/configuration.md with the rows of every key. */
export function configurationRows(text) {
  let fresh = text;
  for (const group of groups) {
    const rows = configKeys.filter((key) => key.group === group).map(row);
    const table = markdownTable(["key", "Python", "default", "allowed", "meaning"], rows);
    fresh = replaceBetween(fresh, `keys of ${group}`, table);
  }
  return fresh;
}
