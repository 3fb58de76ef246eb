// Packs every package, serves the tarballs from a registry on loopback, and installs each one alone into an empty
// project with npm, pnpm and yarn. Imports and type-checks it there, and prints the table. Then makes a user's project
// with each package manager: it installs the command, two codecs and a codec of somebody else, and checks that they
// are found by name. Yarn's is made with its Plug'n'Play, too. The same is checked for global packages. At last it goes
// the README's road from an empty machine image (`scripts/road.mjs`).
//
//   --only NAME                repeatable; omits the projects and the road
//   --projects                 only the projects and the global packages
//   --managers npm,pnpm,yarn
//   --alone pnpm               the managers that install each package alone (default: those of --managers); pnpm is the
//                              strictest: it hides what a package does not declare
//   --json
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packInto, pnpm, publicPackages } from "./packing.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const yarn = "yarn@1.22.22";
const newYarn = "@yarnpkg/cli-dist@4.18.1";
const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    projects: { type: "boolean", default: false },
    managers: { type: "string", default: "npm,pnpm,yarn" },
    alone: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const managers = options.managers.split(",");
const managersAlone = options.alone?.split(",") ?? managers;
const commands = {
  npm: (...names) => ["npm", ["install", ...names, "--no-audit", "--no-fund", "--loglevel=error"]],
  pnpm: (...names) => ["npx", ["--yes", pnpm, "add", ...names]],
  yarn: (...names) => ["npx", ["--yes", yarn, "add", ...names, "--no-progress", "--silent"]],
};

/** A registry of the packed packages, for the scope alone; everything else comes from the usual one. */
async function serve(packed) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const file = [...packed.values()].find(({ tarball }) => path === `/tarballs/${basename(tarball)}`);
    if (file !== undefined) return response.end(readFileSync(file.tarball));
    const found = packed.get(path.slice(1));
    if (found === undefined) return response.writeHead(404, { "content-type": "application/json" }).end("{}");
    const bytes = readFileSync(found.tarball);
    const { version } = found.manifest;
    const dist = {
      tarball: `http://127.0.0.1:${server.address().port}/tarballs/${basename(found.tarball)}`,
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
      shasum: createHash("sha1").update(bytes).digest("hex"),
    };
    const document = {
      name: found.manifest.name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...found.manifest, dist } },
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function project(registry) {
  const directory = mkdtempSync(join(tmpdir(), "atc-alone-"));
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ name: "alone", version: "1.0.0", private: true, type: "module" }),
  );
  writeFileSync(join(directory, ".npmrc"), `@atc:registry=${registry}\n`);
  return directory;
}

const attempt = (command, args, cwd, more = {}) =>
  new Promise((resolve) => {
    const env = { ...process.env, npm_config_store_dir: join(tmpdir(), "atc-alone-store"), CI: "true", ...more };
    execFile(command, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 1), output: stdout + stderr }),
    );
  });

/** The beginning of the line that a message shows for a missing package. */
const adding = { npm: "npm i", pnpm: "pnpm add", yarn: "yarn add" };

/** Names of what arrived besides the package itself, without platform variants. */
function arrived(directory, name) {
  const lock = JSON.parse(readFileSync(join(directory, "package-lock.json"), "utf8"));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== "" && entry.optional !== true)
    .map(([path]) => path.replace(/^.*node_modules\//, ""))
    .filter((found) => found !== name);
}

/** What pnpm asks about, answered as the READMEs of packages say (ADR 10). */
const answers = { "@atc/executor-bullmq": "allowBuilds:\n  msgpackr-extract: false\n" };

/**
 * Installs a package into an empty project, records the exit code and what else arrived, and returns the project's
 * folder.
 */
async function installAlone(manager, name, url, row) {
  const directory = project(url);
  if (manager === "pnpm" && Object.hasOwn(answers, name))
    writeFileSync(join(directory, "pnpm-workspace.yaml"), answers[name]);
  const [command, args] = commands[manager](name);
  const { code, output } = await attempt(command, args, directory);
  row.installs[manager] = code;
  if (code !== 0) process.stderr.write(`${manager} ${name}: ${output}\n`);
  else if (manager === "npm") row.dependencies = arrived(directory, name);
  return directory;
}

/** Cold import in ms: the median of five processes, less that of an empty program. */
function importMs(directory, name) {
  const script = `const t=performance.now();await import(${JSON.stringify(name)});process.stdout.write(String(performance.now()-t))`;
  const times = [];
  for (let i = 0; i < 5; i++) {
    const { stdout, status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: directory,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`importing ${name} failed: ${stderr}`);
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[2];
}

/** Whether strict TypeScript accepts an import under both module resolutions. */
async function typed(directory, name) {
  writeFileSync(
    join(directory, "use.ts"),
    `import * as all from ${JSON.stringify(name)};\nexport const names: readonly string[] = Object.keys(all);\n`,
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const common = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--lib",
    "es2023,esnext.disposable",
    "--typeRoots",
    join(root, "node_modules", "@types"),
    "--types",
    "node",
  ];
  for (const mode of [
    ["--module", "nodenext"],
    ["--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    const { code, output } = await attempt(process.execPath, [tsc, ...common, ...mode, "use.ts"], directory);
    if (code !== 0) return `no: ${output.trim().split("\n")[0]}`;
  }
  return "yes";
}

/** A day of hourly bars that rise and fall. */
function bars() {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const price = (100 + 10 * Math.sin(i / 9)).toFixed(2);
    return `A,${new Date(Date.UTC(2024, 0, 1, i)).toISOString()},${price},${price},${price},${price},10`;
  });
  return `symbol,timestamp,open,high,low,close,volume\n${rows.join("\n")}\n`;
}

/** What must hold in a user's project; each line throws with what was seen instead. */
async function useProject(manager, registry, custom) {
  const directory = project(registry);
  try {
    const install = await attempt(
      ...commands[manager]("@atc/cli", "@atc/codec-blosc", "@atc/codec-zstd", custom),
      directory,
    );
    if (install.code !== 0) throw new Error(`the install ended with ${install.code}: ${install.output}`);
    writeFileSync(join(directory, "bars.csv"), bars());
    const atc = (...args) => attempt(join(directory, "node_modules", ".bin", "atc"), args, directory);
    for (const [algorithm, ending] of [
      ["zstd", ".npz.blosc"],
      ["brotli", ".npz.br"],
    ]) {
      writeFileSync(
        join(directory, "atc.yaml"),
        `useCompression: true\ncompressionAlgorithm: ${algorithm}\ncacheDir: .cache/${algorithm}\n`,
      );
      const { code, output } = await atc("backtest", "bars.csv", "--json");
      if (code !== 0) throw new Error(`${algorithm} ended with ${code}: ${output}`);
      const files = readdirSync(join(directory, ".cache", algorithm), { recursive: true });
      if (!files.some((file) => file.endsWith(ending)))
        throw new Error(`${algorithm} wrote no ${ending}: ${files.join(" ")}`);
    }
    const missing = await atc("backtest", "bars.csv", "--compression-algorithm", "lz4", "--no-cache", "--json");
    const absent = await atc("cache", "stats", "--compression-algorithm", "lz4");
    if (missing.code !== 0) throw new Error(`a run without a cache ended with ${missing.code}: ${missing.output}`);
    if (absent.code !== 5 || !absent.output.includes(`${adding[manager]} @atc/codec-lz4`))
      throw new Error(`lz4 ended with ${absent.code}: ${absent.output}`);
    return "yes";
  } catch (error) {
    process.stderr.write(`${manager} project: ${error.message}\n`);
    return "no";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What must hold in a project of Yarn Plug'n'Play, which has no node_modules and patches `node:fs`. */
async function usePlugAndPlay(registry) {
  const directory = project(registry);
  try {
    const settings = {
      nodeLinker: "pnp",
      enableTelemetry: false,
      enableGlobalCache: false,
      enableImmutableInstalls: false,
      npmMinimalAgeGate: 0,
      npmPreapprovedPackages: ["@atc/*"],
      unsafeHttpWhitelist: ["127.0.0.1"],
      npmScopes: { atc: { npmRegistryServer: registry } },
    };
    writeFileSync(join(directory, ".yarnrc.yml"), JSON.stringify(settings));
    writeFileSync(join(directory, "bars.csv"), bars());
    writeFileSync(join(directory, "atc.yaml"), "useCompression: true\ncompressionAlgorithm: zstd\n");
    const run = async (...args) => {
      const { code, output } = await attempt("npx", ["--yes", "-p", newYarn, "yarn", ...args], directory);
      if (code !== 0) throw new Error(`yarn ${args.join(" ")} ended with ${code}: ${output}`);
    };
    await run("add", "@atc/cli", "@atc/codec-blosc", "@atc/codec-zstd");
    await run("atc", "backtest", "bars.csv", "--use-memory-mapped");
    await run("atc", "data", "export", "bars", "-o", "out.arrow");
    const files = readdirSync(join(directory, ".cache/atc"), { recursive: true });
    if (!files.some((file) => file.endsWith(".npz.blosc")))
      throw new Error(`no entry is compressed: ${files.join(" ")}`);
    return "yes";
  } catch (error) {
    process.stderr.write(`yarn plug'n'play: ${error.message}\n`);
    return "no";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How each manager installs packages for all projects below `folder`: the command, the program, the line it shows. */
const globally = {
  npm: (folder, ...names) => ({
    command: ["npm", ["install", "-g", "--prefix", folder, ...names, "--no-audit", "--no-fund", "--loglevel=error"]],
    program: join(folder, "bin", "atc"),
    line: `npm i -g --prefix ${folder} `,
  }),
  pnpm: (folder, ...names) => ({
    command: ["npx", ["--yes", pnpm, "add", "-g", ...names]],
    env: { PNPM_HOME: folder, PATH: `${folder}/bin:${folder}:${process.env.PATH}` },
    program: join(folder, "bin", "atc"),
    line: "pnpm add -g ",
  }),
  yarn: (folder, ...names) => ({
    command: [
      "npx",
      ["--yes", yarn, "global", "add", ...names, "--global-folder", join(folder, "yarn", "global"), "--prefix", folder],
    ],
    program: join(folder, "bin", "atc"),
    line: "yarn global add ",
  }),
};

/** What must hold for a global command in a folder that is in no project, with its configuration elsewhere. */
async function useGlobally(manager, registry) {
  const folder = project(registry);
  const work = mkdtempSync(join(tmpdir(), "atc-global-"));
  try {
    const names = ["@atc/cli", "@atc/codec-blosc", "@atc/codec-zstd"];
    const { command, env, program, line } = globally[manager](folder, ...names);
    rmSync(join(folder, "package.json"));
    const settings = { ...env, npm_config_userconfig: join(folder, ".npmrc") };
    settings["npm_config_@atc:registry"] = registry;
    const install = await attempt(...command, folder, settings);
    if (install.code !== 0) throw new Error(`the install ended with ${install.code}: ${install.output}`);
    writeFileSync(join(work, "bars.csv"), bars());
    writeFileSync(join(folder, "atc.yaml"), "useCompression: true\ncompressionAlgorithm: zstd\n");
    const atc = (...args) => attempt(program, [...args, "--config", join(folder, "atc.yaml")], work, env);
    const found = await atc("backtest", "bars.csv", "--json");
    if (found.code !== 0) throw new Error(`zstd ended with ${found.code}: ${found.output}`);
    const missing = await atc("backtest", "bars.csv", "--compression-algorithm", "lz4");
    if (missing.code !== 5 || !missing.output.includes(`install with: ${line}@atc/codec-lz4 (`))
      throw new Error(`lz4 ended with ${missing.code}: ${missing.output}`);
    return "yes";
  } catch (error) {
    process.stderr.write(`${manager} global: ${error.message}\n`);
    return "no";
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

const packed = await packInto(join(root, "temp", "tarballs"), [...publicPackages, "example-custom-codec"]);
const example = packed.get("example-custom-codec").tarball;
// yarn caches a tarball by its path and version, so each content has a path of its own.
const digest = createHash("sha256").update(readFileSync(example)).digest("hex").slice(0, 16);
const custom = example.replace(/\.tgz$/, `-${digest}.tgz`);
copyFileSync(example, custom);
packed.delete("example-custom-codec");
const registry = await serve(packed);
const rows = [];
const projects = {};
const globals = {};
try {
  for (const [name, { manifest, bytes, unpacked }] of [...packed].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (options.projects || (options.only !== undefined && !options.only.includes(name))) continue;
    const row = {
      package: name,
      dependencies: undefined,
      bytes,
      unpacked,
      importMs: undefined,
      types: "-",
      installs: {},
    };
    const directories = await Promise.all(
      managersAlone.map((manager) => installAlone(manager, name, registry.url, row)),
    );
    for (const [i, directory] of directories.entries()) {
      if (row.installs[managersAlone[i]] === 0 && row.importMs === undefined) {
        row.importMs = manifest.bin === undefined ? importMs(directory, name) : 0;
        row.types = await typed(directory, name);
      }
      rmSync(directory, { recursive: true, force: true });
    }
    rows.push(row);
    if (!options.json) process.stderr.write(`${name}\n`);
  }
  for (const manager of options.only === undefined ? managers : [])
    projects[manager] = await useProject(manager, registry.url, custom);
  if (options.only === undefined && managers.includes("yarn"))
    projects["yarn plug'n'play"] = await usePlugAndPlay(registry.url);
  for (const manager of options.only === undefined ? managers : [])
    globals[manager] = await useGlobally(manager, registry.url);
} finally {
  registry.close();
}
if (options.json) console.log(JSON.stringify({ packages: rows, projects, globals }, undefined, 2));
else {
  console.table(
    rows.map((row) => ({
      package: row.package,
      dependencies: row.dependencies?.length ?? "-", // listed by npm alone
      "packed kB": (row.bytes / 1000).toFixed(1),
      "unpacked kB": (row.unpacked / 1000).toFixed(1),
      "import ms": row.importMs?.toFixed(1),
      types: row.types,
      ...row.installs,
    })),
  );
  for (const { package: name, dependencies } of rows)
    if (dependencies !== undefined) console.log(`${name}: ${dependencies.join(", ") || "nothing else arrives"}`);
}
const failed = rows.filter((row) => Object.values(row.installs).some((code) => code !== 0) || row.types !== "yes");
const lost = [...Object.values(projects), ...Object.values(globals)].filter((found) => found !== "yes").length;
if (!options.json) {
  for (const [manager, found] of Object.entries(projects))
    console.log(`plugins are found in a project of ${manager}: ${found}`);
  for (const [manager, found] of Object.entries(globals))
    console.log(`plugins are found among the global packages of ${manager}: ${found}`);
  console.log(`${rows.length - failed.length} packages install alone, ${failed.length} do not`);
}
const road =
  options.only === undefined && !options.json && !options.projects
    ? spawnSync(process.execPath, [join(root, "scripts/road.mjs")], { stdio: "inherit" }).status
    : 0;
process.exitCode = failed.length === 0 && lost === 0 && road === 0 ? 0 : 1;
