// Goes the README's road from an empty machine image: a clone, an empty home, Node and npm but no pnpm. Runs the lines
// of the README's section "Install" there, then checks on each version of Node what a user of the global command meets.
//
//   --node 22      repeatable; default: the running version, 22 and 24
//   --tarballs DIR uses these tarballs instead of those of a clone: 1 minute instead of 3
//
// Packages come from npm's cache if it has them. If the registry is not reachable either, the road is skipped.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchNode } from "./fetch-node.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: [process.versions.node, "22", "24"] },
    tarballs: { type: "string" },
  },
});
const sure = (condition, message) => {
  if (!condition) throw new Error(message);
};

/** What npm prints if it can reach neither its cache nor the registry. */
const unreachable = /\b(?:ENOTCACHED|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET)\b/;
class Unreachable extends Error {}

const read = (command, ...args) => spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
const npmFolder = join(read("npm", "root", "-g"), "npm");
const npmCache = read("npm", "config", "get", "cache");

/** A machine of its own under `place`: a home, a folder of programs with node, npm and npx, a prefix of npm. */
function machine(place, node) {
  const home = join(place, "home");
  const programs = join(place, "programs");
  const prefix = join(place, "prefix");
  for (const folder of [home, programs, prefix]) mkdirSync(folder, { recursive: true });
  symlinkSync(node, join(programs, "node"));
  for (const name of ["npm", "npx"]) {
    const script = `#!/bin/sh\nexec node ${join(npmFolder, "bin", `${name}-cli.js`)} "$@"\n`;
    writeFileSync(join(programs, name), script, { mode: 0o755 });
  }
  const env = {
    HOME: home,
    PATH: [programs, join(prefix, "bin"), "/usr/bin", "/bin"].join(delimiter),
    npm_config_cache: npmCache,
    npm_config_prefer_offline: "true",
    npm_config_prefix: prefix,
    npm_config_update_notifier: "false",
    ...(process.env.NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
  };
  const run = (line, cwd) => {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", line], { cwd, env, encoding: "utf8" });
    return { code: status, stdout, stderr };
  };
  const must = (line, cwd) => {
    const ended = run(line, cwd);
    if (ended.code === 0) return ended;
    const output = ended.stdout + ended.stderr;
    if (/^(?:npm|npx) /.test(line) && unreachable.test(output)) throw new Unreachable(`${line}: ${output}`);
    throw new Error(`"${line}" ended with ${ended.code}: ${output}`);
  };
  sure(run("command -v pnpm", place).code !== 0, "this machine image has pnpm");
  return { prefix, run, must };
}

/** The lines of the README's section "Install". */
function readmeLines() {
  const [, section = ""] = /^## Install\n(.*?)^## /ms.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const [, block = ""] = /^```sh\n(.*?)^```/ms.exec(section) ?? [];
  const lines = block.trim().split("\n");
  sure(lines.length > 2 && lines[0] === "npm run pack", `the README's section "Install" begins with: ${lines[0]}`);
  return lines;
}

const cachedFiles = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []);

/** What a user of the global command meets; throws with what was seen instead. */
function useCommand({ prefix, run, must }, place) {
  const work = join(place, "work");
  const elsewhere = join(place, "elsewhere");
  for (const folder of [work, elsewhere]) mkdirSync(folder);
  copyFileSync(join(root, "examples/bars.csv"), join(work, "bars.csv"));
  const config = "useCompression: true\ncompressionAlgorithm: zstd\nplugins: ['@atc/codec-zstd']\n";
  writeFileSync(join(elsewhere, "atc.yaml"), config);
  const atc = (line) => `atc ${line} --config ${join(elsewhere, "atc.yaml")}`;
  must(atc("backtest bars.csv --json"), work);
  const entries = cachedFiles(join(elsewhere, ".cache/atc")).filter((file) => file.endsWith(".npz.blosc"));
  sure(entries.length > 0, "no entry of the cache is compressed");
  sure(run(atc("doctor"), work).stdout.includes("zstd"), "doctor does not name zstd");

  const codec = join(prefix, "lib/node_modules/@atc/codec-zstd");
  renameSync(codec, join(place, "codec-zstd"));
  rmSync(join(elsewhere, ".cache"), { recursive: true });
  const plain = "useCompression: true\ncompressionAlgorithm: zstd\n";
  writeFileSync(join(elsewhere, "atc.yaml"), plain);
  // The prefix is npm's own here, so the line needs no option.
  const line = "npm i -g @atc/codec-zstd";
  for (const command of ["backtest bars.csv", "doctor"]) {
    const { code, stdout, stderr } = run(atc(command), work);
    const text = stdout + stderr;
    sure(code === 5 && text.includes(line), `${command} without the codec ended with ${code}: ${text}`);
    sure(text.includes(join(prefix, "lib/node_modules")), `${command} does not name the folder: ${text}`);
  }
  const read = cachedFiles(join(elsewhere, ".cache/mmap"));
  sure(read.length === 0, `a file was read before the codec was missed: ${read.join(" ")}`);
  const blosclz = run(atc("backtest bars.csv --compression-algorithm blosclz --json"), work);
  sure(blosclz.code === 0, `blosclz without other codecs ended with ${blosclz.code}: ${blosclz.stderr}`);
}

const rows = [];
const place = mkdtempSync(join(tmpdir(), "atc-road-"));
try {
  const nodes = options.node.map((version) =>
    version === process.versions.node ? process.execPath : fetchNode(version),
  );
  const [packing, ...lines] = readmeLines();
  const checkout = join(place, "checkout");
  if (options.tarballs === undefined) {
    const { status } = spawnSync("git", ["clone", "--quiet", root, checkout], { stdio: "inherit" });
    sure(status === 0, "git could not clone this checkout");
    machine(join(place, "packing"), process.execPath).must(packing, checkout);
  } else {
    mkdirSync(checkout);
    symlinkSync(options.tarballs, join(checkout, "tarballs"));
    symlinkSync(join(root, "examples"), join(checkout, "examples"));
  }
  for (const [i, node] of nodes.entries()) {
    const own = join(place, `machine-${i}`);
    const one = machine(own, node);
    for (const line of lines) one.must(line, checkout);
    useCommand(one, own);
    rows.push({ node: read(node, "--version"), "README's road": "yes" });
  }
  // The same tarballs in a project.
  const project = join(place, "project");
  mkdirSync(project);
  const one = machine(join(place, "of-project"), process.execPath);
  one.must(`npm i ${join(checkout, "tarballs")}/*.tgz`, project);
  copyFileSync(join(root, "examples/bars.csv"), join(project, "bars.csv"));
  one.must("npx atc backtest bars.csv --use-compression --compression-algorithm zstd", project);
  rows.push({ node: `${process.version}, in a project`, "README's road": "yes" });
} catch (error) {
  if (error instanceof Unreachable) console.error(`skipped, because npm cannot reach its registry: ${error.message}`);
  else {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
console.table(rows);
