// Checks what users install with the public packages: licences, checksums and install scripts. Writes the bill of
// materials to temp/sbom.cdx.json. Uses the lockfile and what is installed, and no network.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { componentFaults, lockfileFaults, missingComponents, scriptFaults } from "./trust/dependency-faults.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = join(root, "temp", "sbom.cdx.json");
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

function writeBill() {
  mkdirSync(join(root, "temp"), { recursive: true });
  const args = ["sbom", "--sbom-format", "cyclonedx", "--prod", "--out", output];
  // pnpm names itself to the scripts that it runs.
  const own = process.env["npm_execpath"] ?? "pnpm";
  const [command, ...first] = /\.[cm]?js$/.test(own) ? [process.execPath, own] : [own];
  const { status, stderr, error } = spawnSync(command, [...first, ...args], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`pnpm sbom failed: ${stderr ?? error}; run this check as pnpm check:trust`);
  return readJson(output).components;
}

/** The manifests of installed packages that public packages depend on, by following their dependencies. */
function installedDependencies(manifests) {
  const found = new Map();
  const visit = (folder, name) => {
    let at = folder;
    // As Node looks for a package: in the folders above.
    while (!existsSync(join(at, "node_modules", name)) && at !== "/") at = join(at, "..");
    const link = join(at, "node_modules", name);
    // An optional package of another platform.
    if (!existsSync(join(link, "package.json"))) return;
    const path = realpathSync(link);
    if (found.has(path)) return;
    const manifest = readJson(join(path, "package.json"));
    found.set(path, manifest);
    follow(path, manifest);
  };
  const follow = (path, { dependencies = {}, optionalDependencies = {} }) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) visit(path, name);
  };
  for (const { folder, manifest } of manifests) follow(folder, manifest);
  return found;
}

const packages = join(root, "packages");
const manifests = readdirSync(packages)
  .map((name) => ({ folder: join(packages, name), path: join(packages, name, "package.json") }))
  .filter(({ path }) => existsSync(path))
  .map(({ folder, path }) => ({ folder, manifest: readJson(path) }))
  .filter(({ manifest }) => manifest.private !== true);
const components = writeBill();
const installed = installedDependencies(manifests);
const faults = [
  ...componentFaults(components, "@atc"),
  ...missingComponents(
    components,
    manifests.map(({ manifest }) => manifest),
  ),
  ...lockfileFaults(readFileSync(join(root, "pnpm-lock.yaml"), "utf8")),
  ...[...installed].flatMap(([path, manifest]) => scriptFaults(manifest, existsSync(join(path, "binding.gyp")))),
];
for (const fault of faults) console.error(fault);
console.log(
  `${components.length} components, ${installed.size} installed dependencies, ${faults.length} faults; the bill of materials is temp/sbom.cdx.json`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
