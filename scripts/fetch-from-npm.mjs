import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The path of a program within a package of npm, which is installed into `temp/FOLDER` if it is missing there, also if
 * it is for another platform.
 *
 * @param specifier - the name of the package and a version
 */
export function fetchFromNpm(specifier, { folder, file }) {
  const prefix = join(root, "temp", folder);
  const program = join(prefix, "node_modules", specifier.slice(0, specifier.lastIndexOf("@")), file);
  if (existsSync(program)) return program;
  // A package for another platform is an error without --force, and its install scripts could not run.
  const args = ["install", "--prefix", prefix, specifier, "--force", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", [...args, "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm could not install ${specifier}`);
  // Some packages ship their program without its mode.
  chmodSync(program, 0o755);
  return program;
}
