import { lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { isFile } from "./install-line.ts";

/** A folder with a `node_modules` in which the running program is installed. */
export interface InstallationPlace {
  /** The folder that contains `node_modules`. */
  readonly folder: string;
  /** Whether it has a package.json, which lists what was installed. npm's global folder has none. */
  readonly hasManifest: boolean;
}

/** Maximum number of links on a path, as on Linux. */
const mostLinks = 40;

/** A file, and each link on the way from it to the real file: package managers install links. */
function stepsOf(file: string): readonly string[] {
  const steps = [resolve(file)];
  try {
    for (let step = resolve(file); steps.length < mostLinks && lstatSync(step).isSymbolicLink(); ) {
      step = resolve(dirname(step), readlinkSync(step));
      steps.push(step);
    }
    steps.push(realpathSync(file));
  } catch {
    // The program was moved while it ran, or somebody else gave its path. The steps so far count.
  }
  return steps;
}

/** The folder with the outermost `node_modules` on a path: inner ones hold what an installed package needs. */
function placeOf(path: string): string | undefined {
  const parts = path.split(sep);
  const depth = parts.indexOf("node_modules");
  return depth < 1 ? undefined : parts.slice(0, depth).join(sep) || sep;
}

/** pnpm's folder of one global installation: `global/v11/HASH`. */
const pnpmGroup = /[\\/]global[\\/]v\d+[\\/][^\\/]+$/;

/** A folder of pnpm's store, which holds one package and what it needs. */
const pnpmStore = /[\\/]store[\\/]v\d+[\\/]links[\\/]/;

/** The folders of all packages that pnpm installed globally, which keeps each of them apart from the others. */
function pnpmGroups(folder: string): readonly string[] {
  const all = dirname(folder);
  // pnpm links the current installations by a hash; folders without a link are former ones.
  const links = readdirSync(all, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  const others = links.map(({ name }) => join(all, name)).filter((place) => basename(place) !== basename(folder));
  return [folder, ...others.sort()];
}

/**
 * The places in which a program is installed: with a package.json or, if there are none, those without. An empty list
 * for a program that runs from a checkout.
 *
 * @param files - files of the program, by the paths with which they were called
 */
export function installationPlaces(files: readonly string[]): readonly InstallationPlace[] {
  // Yarn's Plug'n'Play has no folders: only the project says what is installed.
  if (process.versions["pnp"] !== undefined) return [];
  const found = files.flatMap(stepsOf).flatMap((step) => placeOf(step) ?? []);
  const folders = new Set(found.filter((folder) => !pnpmStore.test(folder)));
  const all = [...folders].flatMap((folder) => (pnpmGroup.test(folder) ? pnpmGroups(folder) : [folder]));
  const places = [...new Set(all)].map((folder) => ({ folder, hasManifest: isFile(join(folder, "package.json")) }));
  const listed = places.filter(({ hasManifest }) => hasManifest);
  return listed.length > 0 ? listed : places;
}
