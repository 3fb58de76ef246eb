import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configKeys } from "../src/index.ts";
import { folderWith, load } from "./folder.ts";

const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

/** The cells of every row of every table of a page, without the marks of code. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

const rows = rowsOf(page);

/** The blocks of code in a language. */
const blocks = (language: string): readonly string[] =>
  Array.from(page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms")), ([, block]) => block ?? "");

describe("docs/configuration.md", () => {
  it.each(configKeys.map((key) => [key.name, key] as const))("has the row of %s", (name, key) => {
    const python = key.pythonNames.length === 0 ? name : key.pythonNames.join(", ");
    const value = typeof key.default === "object" ? JSON.stringify(key.default) : String(key.default);
    expect(rows.filter(([first]) => first === name)).toEqual([[name, python, value, key.allowed, key.description]]);
  });

  it("has examples that load", async () => {
    const yaml = blocks("yaml");
    const json = blocks("json");
    expect([yaml.length, json.length]).toEqual([4, 1]);
    const cwd = await folderWith(Object.fromEntries([...yaml, ...json].map((text, index) => [`${index}.yaml`, text])));
    const loaded = await Promise.all([0, 1, 2, 3, 4].map((index) => load({ cwd, file: `${index}.yaml` })));
    expect(loaded.map(({ config }) => config.emaLength)).toEqual([21, 21, 28, 28, 21]);
    expect(loaded.map(({ warnings }) => warnings.length)).toEqual([0, 0, 0, 1, 0]);
  });
});

describe("docs/simulation.md", () => {
  const simulation = readFileSync(new URL("../../../docs/simulation.md", import.meta.url), "utf8");
  const tables = rowsOf(simulation.slice(0, simulation.indexOf("### Refused combinations")));
  const groups = new Set(["orders", "costs", "positions", "exits", "account"]);
  const keys = configKeys.filter(({ group }) => groups.has(group));

  it("has a row for each key of the simulation, with its default and what it accepts", () => {
    const wanted = keys.map((key) => [key.name, String(key.default), key.allowed, key.description]);
    expect(tables.filter(([first = ""]) => /^[a-zA-Z]+$/.test(first) && first !== "key")).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(35);
  });

  it("mentions each of them beside its table", () => {
    const text = simulation.slice(simulation.indexOf("### Refused combinations"));
    const others = new Set(["initialCapital", "invalidPrices"]);
    for (const { name } of keys) if (!others.has(name)) expect(text, name).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
