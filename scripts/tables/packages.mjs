import { readFileSync } from "node:fs";
import { packages } from "../architecture.mjs";
import { markdownTable, replaceBetween } from "./markdown.mjs";

const root = new URL("../../", import.meta.url);
const names = Object.keys(packages);

/** A package's package.json. */
function manifestOf(name) {
  return JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, root), "utf8"));
}

/** The packages that a package's own source depends on, from its manifest. */
function dependenciesOf(name) {
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifestOf(name);
  const all = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  return names.filter((other) => all.includes(`@atc/${other}`));
}

const job = (name) => manifestOf(name).description.replace(/\.$/, "");

/** README.md with a row per package, those that people install first at the top. */
export function readmeTable(text) {
  const rows = names.toReversed().map((name) => [`[\`@atc/${name}\`](packages/${name}/README.md)`, job(name)]);
  return replaceBetween(text, "packages", markdownTable(["package", "what it does"], rows));
}

function importsText(name) {
  const { imports } = packages[name];
  if (imports.length === 0) return "-";
  const others = names.filter((other) => other !== name && !imports.includes(other));
  return imports.length > 10 ? `any but ${others.join(", ")}` : imports.join(", ");
}

/** ARCHITECTURE.md with a row per package: its job and what it may import. */
export function architectureTable(text) {
  const rows = names.map((name) => [name, job(name), importsText(name)]);
  return replaceBetween(text, "packages", markdownTable(["package", "its one job", "may import"], rows));
}

/** A TypeScript configuration whose references are `paths`; the rest of its text stays. */
function withReferences(text, paths) {
  const list = paths.map((path) => `    {\n      "path": "${path}"\n    }`).join(",\n");
  return text.replace(/"references": \[.*?\]/s, `"references": [\n${list}\n  ]`);
}

/** tsconfig.json or tsconfig.test.json with a reference to every package. */
export function rootReferences(text) {
  const { references } = JSON.parse(text);
  const others = references.map(({ path }) => path).filter((path) => !path.startsWith("packages/"));
  return withReferences(text, [...names.map((name) => `packages/${name}`), ...others]);
}

/** A package's tsconfig.json with a reference to each package that it depends on. */
export function packageReferences(name) {
  return (text) => {
    const paths = dependenciesOf(name).map((other) => `../${other}`);
    return paths.length === 0 ? text : withReferences(text, paths);
  };
}

export const packageNames = names;
