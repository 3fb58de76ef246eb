import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configKeys } from "../src/index.ts";
import { folderWith, load } from "./folder.ts";

const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

/** The cells of every row of every table, without the marks of code. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );

/** The blocks of code in a language. */
const blocks = (language: string): readonly string[] =>
  Array.from(page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms")), ([, block]) => block ?? "");

describe("docs/configuration.md", () => {
  it.each(configKeys.map((key) => [key.name, key] as const))("has the row of %s", (name, key) => {
    const python = key.pythonNames.length === 0 ? name : key.pythonNames.join(", ");
    const value = Array.isArray(key.default) ? "[]" : String(key.default);
    expect(rows.filter(([first]) => first === name)).toEqual([[name, python, value, key.allowed, key.description]]);
  });

  it("has examples that load", async () => {
    const yaml = blocks("yaml");
    const json = blocks("json");
    expect([yaml.length, json.length]).toEqual([3, 1]);
    const cwd = await folderWith(Object.fromEntries([...yaml, ...json].map((text, index) => [`${index}.yaml`, text])));
    const loaded = await Promise.all([0, 1, 2, 3].map((index) => load({ cwd, file: `${index}.yaml` })));
    expect(loaded.map(({ config }) => config.emaLength)).toEqual([21, 21, 28, 21]);
    expect(loaded.map(({ warnings }) => warnings.length)).toEqual([0, 0, 1, 0]);
  });
});
