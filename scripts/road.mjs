// Goes the README's road from an empty machine image: a clone, an empty home, Node and npm but no pnpm. Runs the lines
// of the README's section "Install" there, then checks on each version of Node what a user of the global command meets,
// also with a strategy of their own.
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

/** A strategy in TypeScript: long while the close is above the average of the bars so far. */
const typed = `type Bars = { readonly close: Float64Array };
export default {
  name: "typed",
  start() {
    let sum = 0;
    let bars = 0;
    return {
      decide({ close }: Bars, directions: Int8Array): void {
        for (let i = 0; i < close.length; i++) {
          sum += close[i] as number;
          bars++;
          directions[i] = (close[i] as number) > sum / bars ? 1 : -1;
        }
      },
    };
  },
};
`;

/** From an empty folder with one file of bars to a strategy of one's own; throws with what was seen instead. */
function useStrategy({ run, must }, place, version) {
  const work = join(place, "strategies");
  mkdirSync(work);
  copyFileSync(join(root, "examples/bars.csv"), join(work, "bars.csv"));
  const backtest = (strategy, ...more) =>
    JSON.parse(must(["atc backtest bars.csv --json --strategy", strategy, ...more].join(" "), work).stdout);
  must("atc init strategy my-trend", work);
  must("node --test my-trend.test.js", work);
  const first = backtest("./my-trend.js");
  sure(first.portfolio.trades > 0, `my-trend.js does not trade: ${JSON.stringify(first.portfolio)}`);
  const other = backtest("./my-trend.js", "--parameter bars=50");
  sure(other.portfolio.trades !== first.portfolio.trades, "the parameter of my-trend.js changes nothing");
  const file = join(work, "my-trend.js");
  const edited = readFileSync(file, "utf8").replace(/directions\[i\] = .*;/, "directions[i] = 0;");
  writeFileSync(file, edited);
  sure(backtest("./my-trend.js").portfolio.trades === 0, "an edited strategy has the result of the old one");

  writeFileSync(join(work, "typed.ts"), typed);
  const [major, minor] = version.slice(1).split(".").map(Number);
  const ended = run("atc backtest bars.csv --strategy ./typed.ts", work);
  if (major > 22 || (major === 22 && minor >= 18)) {
    sure(ended.code === 0, `typed.ts ended with ${ended.code}: ${ended.stderr}`);
    sure(backtest("./typed.ts").portfolio.trades > 0, "typed.ts does not trade");
    sure(!ended.stderr.includes("Warning"), `typed.ts has a warning of Node: ${ended.stderr}`);
  } else {
    const [line] = /npx -p typescript tsc [^"]*"[^"]*typed\.ts"/.exec(ended.stderr) ?? [];
    sure(ended.code !== 0 && line !== undefined, `typed.ts ended with ${ended.code}: ${ended.stderr}`);
    must(line, work);
    sure(backtest("./typed.js").portfolio.trades > 0, "the compiled typed.js does not trade");
  }

  const never = 'export default { name: "never", start: () => ({ decide() { for (;;); } }) };\n';
  writeFileSync(join(work, "never.mjs"), never);
  const stopped = run("atc backtest bars.csv --strategy ./never.mjs --strategy-deadline 0.5", work);
  const output = stopped.stdout + stopped.stderr;
  sure(
    stopped.code === 3 && output.includes("did not return within 0.5 s"),
    `never.mjs ended with ${stopped.code}: ${output}`,
  );
  sure(!/\(node:|Warning/.test(output), `a thread that is ended leaves warnings: ${output}`);
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
    const version = read(node, "--version");
    useStrategy(one, own, version);
    rows.push({ node: version, "README's road": "yes", "a strategy of one's own": "yes" });
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
