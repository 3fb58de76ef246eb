import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configKeys, parseConfig } from "../src/index.ts";
import { convertedNames } from "../src/keys/converted-names.ts";
import { noEffectKeys } from "../src/keys/no-effect.ts";
import { sectionNames } from "../src/keys/sections.ts";
import { nameSpelling } from "../src/keys/spelling.ts";

const page = readFileSync(new URL("../../../docs/from-python.md", import.meta.url), "utf8");
const module = parse(readFileSync(new URL("fixtures/python-module.yaml", import.meta.url), "utf8")) as object;

/** Everything in the marks of code, and the words in it. */
const codes = new Set(
  Array.from(page.matchAll(/`([^`\n]+)`/g), ([, code]) => code ?? "").flatMap((code) => [
    code,
    ...code.split(/[^\w]+/),
  ]),
);

/** The part of the page about configuration keys. */
const keysPart = page.slice(page.indexOf("\n## Configuration keys"), page.indexOf("\n## Functions and classes"));

/** The first column of its tables: Python's names. */
const tableNames = keysPart
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.includes("---"))
  .flatMap((line) => Array.from((line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g), ([, name]) => name ?? ""));

/** Names in these columns that are no keys: arguments and sections. */
const others = new Set(["src", "prices", ...sectionNames]);

describe("docs/from-python.md", () => {
  it.each([
    ...configKeys.flatMap(({ pythonNames }) => pythonNames),
    ...convertedNames.map(({ name }) => name),
    ...noEffectKeys.map(({ name }) => name),
    ...sectionNames,
  ])("has the Python name %s", (name) => {
    expect(codes).toContain(name);
  });

  it.each(
    Object.entries(module).flatMap(([name, value]: [string, unknown]) =>
      sectionNames.includes(name) ? [name, ...Object.keys(value as object)] : [name],
    ),
  )("has the key %s of the module's file", (name) => {
    expect(codes).toContain(name);
  });

  it("has every function, class, option of the command and file of the module", () => {
    const names = readFileSync(new URL("fixtures/python-names.txt", import.meta.url), "utf8")
      .trim()
      .split(/\s+/);
    const options = new Set(page.match(/--[a-z][a-z-]*/g));
    expect(names.length).toBe(167);
    expect(names.filter((name) => !codes.has(name) && !options.has(name))).toEqual([]);
  });

  it("names only keys that are accepted", () => {
    expect(tableNames.length).toBeGreaterThan(80);
    const known = (name: string): boolean =>
      nameSpelling.meaning(name) !== undefined ||
      sectionNames.some((section) => nameSpelling.meaning(name, section) !== undefined);
    expect(tableNames.filter((name) => !known(name) && !others.has(name))).toEqual([]);
  });

  it("names this project's key beside each Python name that sets one", () => {
    for (const line of keysPart.split("\n").filter((one) => one.startsWith("| `"))) {
      const [, python = "", here = ""] = line.split("|");
      const names = Array.from(python.matchAll(/`([^`]+)`/g), ([, name]) => name ?? "");
      const keys = names.map((name) => configKeys.find((key) => key.pythonNames.includes(name) && name.includes("_")));
      const wanted = new Set(keys.flatMap((key) => (key === undefined ? [] : [key.name])));
      // A row of weights names the first of them.
      const missing = [...wanted].filter((name) => !here.includes(name) && !here.includes("and so on"));
      expect([line, missing]).toEqual([line, []]);
    }
  });

  it("gives the configuration for the module's numbers", () => {
    expect(() => parseConfig({ growthCap: "none", lsma: "delayed", limit: 1500 })).not.toThrow();
    expect(page).toContain("`lsma: delayed`");
  });
});
