// Runs tests on other platforms than the Node and the system of this machine, and prints a table.
//
//   pnpm platforms windows   Node 22 for Windows under Debian's Wine: conformance, stores, runtime, the command
//   pnpm platforms arm64     Node 22 for ARM64 under qemu: conformance, and bits equal to those of x64
//   pnpm platforms bun       conformance under Bun; likewise deno, node26
//
// Several names run one after the other, and no name means all. A platform whose programs are missing is skipped; the
// exit code is 77 if all are. docs/reliability.md says what is needed and what is left out.
import { parseArgs } from "node:util";
import * as arm64 from "./platforms/arm64.mjs";
import { bun, deno, node26 } from "./platforms/runtimes.mjs";
import * as windows from "./platforms/windows.mjs";

const platforms = { windows, arm64, bun, deno, node26 };
const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(platforms, name));
if (unknown.length > 0)
  throw new Error(`no platform "${unknown[0]}"; give some of ${Object.keys(platforms).join(", ")}`);

const rows = [];
const failures = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(platforms)) {
  const reason = platforms[name].missing();
  if (reason !== undefined) {
    console.log(`${name} is skipped: ${reason}`);
    continue;
  }
  console.log(`${name} begins`);
  const start = performance.now();
  const { passed, failed, skipped, failures: found } = await platforms[name].run();
  rows.push({ platform: name, passed, failed, skipped, seconds: Math.round((performance.now() - start) / 1000) });
  failures.push(...found.map((failure) => `${name}: ${failure}`));
}
if (rows.length > 0) console.table(rows);
for (const failure of failures) console.log(`FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
else process.exitCode = rows.length > 0 ? 0 : 77;
