// Writes src/wasm/kernel-layout.ts from assembly/records.ts: the members of each record, and the lengths and offsets of the working rows.
// `--check` writes nothing and exits with 1 if the file is stale.
import { readFileSync, writeFileSync } from "node:fs";

const assembly = readFileSync(new URL("../assembly/records.ts", import.meta.url), "utf8");
const target = new URL("../src/wasm/kernel-layout.ts", import.meta.url);
const camelCase = (name) => name[0].toLowerCase() + name.slice(1);

/** `export class Kernel { state: u64; ... }`, a line per member. */
function record([, name, body]) {
  const members = [...body.matchAll(/^ {2}(\w+): (u64|f64);$/gm)].map(
    ([, member, type]) => `    ${member}: "${type}",`,
  );
  return `  ${camelCase(name)}: {\n${members.join("\n")}\n  },`;
}

/** The constants `export const name: usize = expression;`, each of which may use those before it. */
function constants() {
  const values = new Map();
  for (const [, name, expression] of assembly.matchAll(/^(?:export )?const (\w+): usize = (.+);$/gm)) {
    const evaluate = new Function(...values.keys(), `return ${expression};`);
    values.set(name, evaluate(...values.values()));
  }
  return [...values].map(([name, value]) => `  ${name}: ${value},`);
}

const records = [...assembly.matchAll(/^export class (\w+) \{\n([^}]*)\}$/gm)].map(record);
const source = `// Written by scripts/write-kernel-layout.mjs from assembly/records.ts. Edit that file and run the script again.

/** The members of each record of the kernel in WebAssembly and their types, in order; each takes 8 bytes. */
export const recordMembers = {
${records.join("\n")}
} as const;

/** Bars and bytes of the working rows; offsets count from the first byte of the rows. */
export const kernelLayout = {
${constants().join("\n")}
} as const;
`;

if (!process.argv.includes("--check")) writeFileSync(target, source);
else if (readFileSync(target, "utf8") !== source) {
  console.error("src/wasm/kernel-layout.ts is stale: run node packages/signals/scripts/write-kernel-layout.mjs");
  process.exitCode = 1;
}
