import { configKeys } from "../../packages/config/dist/index.js";
import { markdownTable, replaceBetween } from "./markdown.mjs";

const code = (text) => `\`${text}\``;

function row({ name, pythonNames, default: value, allowed, description }) {
  const python = pythonNames.length === 0 ? code(name) : pythonNames.map(code).join(", ");
  const shown = code(Array.isArray(value) ? "[]" : String(value));
  return [code(name), python, shown, allowed, description];
}

const groups = [...new Set(configKeys.map(({ group }) => group))];

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
