// Bundles the compiled modules of each package to a file per entry in packages/<name>/dist/bundle, which `exports`
// names: Node loads a few files in a fraction of the time that it needs for hundreds. Packages stay apart, so that a
// plugin and the runtime share one contract. Does nothing for a package whose bundles are newer than its modules.
// docs/adr/0058-packages-are-bundled.md has the figures.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = "dist/bundle";

/** What others load: a map from the names of bundles to compiled modules, and the CommonJS files beside them. */
function entriesOf(place, manifest) {
  const modules = {};
  const commonJs = [];
  for (const { types, default: file } of Object.values(manifest.exports)) {
    if (!file?.startsWith(`./${folder}/`)) continue;
    const compiled = join(place, types.replace(/\.d\.(c?)ts$/, ".$1js"));
    if (!file.endsWith(".cjs")) {
      modules[basename(file, ".js")] = compiled;
      continue;
    }
    commonJs.push(compiled);
    for (const [, name] of readFileSync(compiled, "utf8").matchAll(/\bimport\("\.\/([\w-]+)\.js"\)/g))
      modules[name] = join(compiled, "..", `${name}.js`);
  }
  const bin = join(place, "dist", "bin.js");
  if (existsSync(bin)) modules["bin"] = bin;
  return { modules, commonJs };
}

/**
 * Code whose paths to files of the package fit a bundle. They stay `new URL("...", import.meta.url)`, from which
 * bundlers of users find the files.
 */
function movedPaths(place, id, code) {
  if (/(?:\brequire|createRequire\(import\.meta\.url\))\("\.{1,2}\/\w/.test(code))
    throw new Error(`${id} requires a file by its place, which a bundle changes`);
  // The part of a template before its first value ends with a slash.
  return code.replaceAll(/new URL\((["`])(\.[^"`$]*)(.*?\1), import\.meta\.url\)/g, (_, quote, path, rest) => {
    const moved = relative(join(place, folder), join(dirname(id), path));
    return `new URL(${quote}${moved}${path.endsWith("/") ? "/" : ""}${rest}, import.meta.url)`;
  });
}

/** Reads modules with the compiler's maps, so that a stack of a bundle leads to the TypeScript. */
function compiledModules(place) {
  return {
    name: "compiled-modules",
    load(id) {
      const code = movedPaths(place, id, readFileSync(id, "utf8"));
      const map = existsSync(`${id}.map`) ? readFileSync(`${id}.map`, "utf8") : undefined;
      // `sideEffects` of a manifest is for bundlers of whole applications: some modules are imported for their effect.
      return { code, map, moduleSideEffects: true };
    },
  };
}

function newestModule(place) {
  const files = readdirSync(join(place, "dist"), { recursive: true }).filter((name) =>
    /(?<!^bundle.*)\.c?js$/.test(name),
  );
  return Math.max(...files.map((name) => statSync(join(place, "dist", name)).mtimeMs));
}

async function bundle(place) {
  const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  const { modules, commonJs } = entriesOf(place, manifest);
  if (Object.keys(modules).length === 0) return 0;
  const target = join(place, folder);
  const newest = Math.max(
    newestModule(place),
    statSync(join(place, "package.json")).mtimeMs,
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
  );
  const built = Object.keys(modules).map(
    (name) => statSync(join(target, `${name}.js`), { throwIfNoEntry: false })?.mtimeMs,
  );
  if (built.every((time) => time !== undefined && time > newest)) return 0;
  rmSync(target, { recursive: true, force: true });
  const build = await rolldown({
    input: modules,
    platform: "node",
    external: /^[^./]/,
    plugins: [compiledModules(place)],
    checks: { ineffectiveDynamicImport: false },
    logLevel: "warn",
  });
  await build.write({
    dir: target,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "part-[name].js",
    keepNames: true,
  });
  await build.close();
  for (const file of commonJs) copyFileSync(file, join(target, basename(file)));
  return 1;
}

let count = 0;
for (const name of readdirSync(join(root, "packages"))) count += await bundle(join(root, "packages", name));
if (count > 0) console.log(`bundled ${count} packages`);
