// Compiles every packages/<name>/assembly/index.ts (AssemblyScript) to packages/<name>/dist/kernel.wasm, unless that is
// newer than every source. A package adds options to those below in assembly/asconfig.json, as asc defines that file:
// `{ "options": { "importMemory": true } }`.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = ["-O3", "--converge", "--noAssert", "--enable", "simd", "--runtime", "stub", "--use", "abort="];

/** The time of the newest source of any kernel: kernels share files across packages. */
function newestSource() {
  const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "assembly"));
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => statSync(join(folder, file))));
  return Math.max(...files.filter((file) => file.isFile()).map((file) => file.mtimeMs));
}

const newest = newestSource();

async function compile(name) {
  const folder = join("packages", name, "assembly");
  const target = join("packages", name, "dist", "kernel.wasm");
  if (!existsSync(join(root, folder, "index.ts"))) return true;
  const built = statSync(join(root, target), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > newest) return true;
  const config = join(folder, "asconfig.json");
  const extra = existsSync(join(root, config)) ? ["--config", config] : [];
  const args = [join(folder, "index.ts"), "--baseDir", root, "--outFile", target, ...options, ...extra];
  const { error, stdout, stderr } = await asc.main(args);
  process.stdout.write(stdout.toString());
  process.stderr.write(stderr.toString());
  if (error) console.error(`${folder}: ${error.message}`);
  else console.log(`${target}: ${statSync(join(root, target)).size} bytes`);
  return !error;
}

let compiled = true;
for (const name of readdirSync(join(root, "packages"))) compiled = (await compile(name)) && compiled;
process.exitCode = compiled ? 0 : 1;
