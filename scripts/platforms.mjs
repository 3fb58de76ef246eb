// Runs tests on other platforms than the Node and the system of this machine, and prints a table.
//
//   pnpm platforms windows   Node 22 for Windows under Debian's Wine: conformance, stores, runtime, the command
//   pnpm platforms arm64     Node 22 for ARM64 under qemu: conformance, and bits equal to those of x64
//   pnpm platforms bun       conformance under Bun; likewise deno, node22, node24, node26
//
// `--patience 5` makes every limit of time five times as long, for a crowded machine.
//
// Several names run one after the other, and no name means all. A platform whose programs are missing is skipped; the
// exit code is 77 if all are. docs/reliability.md says what is needed and what is left out.
import { parseArgs } from "node:util";
import * as arm64 from "./platforms/arm64.mjs";
import { bun, deno, node22, node24, node26 } from "./platforms/runtimes.mjs";
import * as windows from "./platforms/windows.mjs";

// What is running ends with this process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

const platforms = { windows, arm64, bun, deno, node22, node24, node26 };
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { patience: { type: "string", default: "1" } },
});
const patience = Number(values.patience);
if (!(patience >= 1 && patience <= 100))
  throw new Error(`--patience is a number from 1 to 100, not "${values.patience}"`);
const unknown = positionals.filter((name) => !Object.hasOwn(platforms, name));
if (unknown.length > 0)
  throw new Error(`no platform "${unknown[0]}"; give some of ${Object.keys(platforms).join(", ")}`);

/** What counts if a platform cannot be set up, for example if npm cannot be reached. The others still run. */
const unfinished = (error) => ({ passed: 0, failed: 1, skipped: 0, failures: [String(error.message ?? error)] });

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
  const { passed, failed, skipped, failures: found } = await platforms[name].run({ patience }).catch(unfinished);
  rows.push({ platform: name, passed, failed, skipped, seconds: Math.round((performance.now() - start) / 1000) });
  failures.push(...found.map((failure) => `${name}: ${failure}`));
}
if (rows.length > 0) console.table(rows);
for (const failure of failures) console.log(`FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
else process.exitCode = rows.length > 0 ? 0 : 77;
