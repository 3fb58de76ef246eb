import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** The version of pnpm that the scripts fetch through npx. */
export const pnpm = "pnpm@12.21.0";

/** The public packages. */
export const publicPackages = ["./packages/*"];

/** The protocols of a workspace, which no other package manager resolves. */
const protocols = /^(?:workspace|catalog|link|file):/;

function checkResolved(manifest) {
  for (const member of ["dependencies", "optionalDependencies", "peerDependencies"])
    for (const [name, range] of Object.entries(manifest[member] ?? {}))
      if (protocols.test(range)) throw new Error(`the tarball of ${manifest.name} depends on ${name} by "${range}"`);
}

/**
 * Packs packages of this workspace into an empty folder. pnpm replaces the protocols of the workspace by versions.
 * Resolves to a map from each name to `{ manifest, tarball, bytes, unpacked }`.
 */
export async function packInto(folder, filters = publicPackages) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = filters.flatMap((filter) => ["--filter", filter]);
  await run("npx", ["--yes", pnpm, "-r", ...args, "pack", "--pack-destination", folder], {
    cwd: root,
    maxBuffer: 1 << 26,
    shell: process.platform === "win32",
  });
  const packed = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tgz"))) {
    const tarball = join(folder, file);
    const manifest = JSON.parse((await run("tar", ["-xzOf", tarball, "package/package.json"])).stdout);
    checkResolved(manifest);
    const listing = (await run("tar", ["-tvzf", tarball])).stdout.trim().split("\n");
    const unpacked = listing.reduce((sum, line) => sum + Number(line.split(/\s+/)[2]), 0);
    packed.set(manifest.name, { manifest, tarball, bytes: statSync(tarball).size, unpacked });
  }
  return packed;
}
