import { dirname, join } from "node:path";
import { type InstallShell, type InstallTarget, isGlobalPlace } from "./install-line.ts";
import { type InstallationPlace, installationPlaces } from "./installation-place.ts";
import { nearestPackageJson, type PluginRoot } from "./installed-plugins.ts";

/** The places in which to look for plugins, and the one in which to install a missing one. */
export interface PluginSearch {
  /** The roots, in the order of precedence. */
  readonly roots: readonly PluginRoot[];
  /** The folders of projects, and the `node_modules` folders without a package.json, in the same order. */
  readonly folders: readonly string[];
  /** The place in which to install a missing package. */
  readonly target: InstallTarget;
  /** The shell in which the user will paste the line that installs it. */
  readonly shell: InstallShell;
}

/** What decides the places of a search. */
export interface PluginSearchOptions {
  /** The folder of the configuration. */
  readonly directory: string;
  /** The shell of the run. */
  readonly shell: InstallShell;
  /** Packages that the configuration names. */
  readonly extra: readonly string[];
  /** Files of the running program, by the paths with which they were called. */
  readonly files: readonly string[];
  /** The package.json of the runtime itself, whose dependencies come last. */
  readonly own: string;
}

/**
 * The search of a run: the project of the configuration, that of the working directory, the places in which the
 * program is installed, and the dependencies of the runtime. Names in `extra` resolve from each but the last.
 */
export async function pluginSearch(options: PluginSearchOptions): Promise<PluginSearch> {
  const { directory, shell, extra, files, own } = options;
  const ofConfiguration = await nearestPackageJson(directory);
  const ofShell = await nearestPackageJson(shell.cwd);
  const places = installationPlaces(files);
  const roots = new Map<string, PluginRoot>();
  const add = (packageJson: string, isFolder = false): void => {
    if (!roots.has(packageJson)) roots.set(packageJson, { packageJson, extra, isFolder });
  };
  // Without a package.json, a folder still resolves the names of the configuration.
  if (ofConfiguration !== undefined || extra.length > 0) add(ofConfiguration ?? join(directory, "package.json"));
  if (ofShell !== undefined) add(ofShell);
  for (const { folder, hasManifest } of places) add(join(folder, "package.json"), !hasManifest);
  const folders = [...roots.values()].map(({ packageJson, isFolder }) =>
    isFolder === true ? join(dirname(packageJson), "node_modules") : dirname(packageJson),
  );
  const globalPlace = places.find(({ folder, hasManifest }) => isGlobalPlace(folder, hasManifest));
  const project = ofShell ?? ofConfiguration ?? projectOf(places);
  const folder = project === undefined ? shell.cwd : dirname(project);
  return {
    roots: [...roots.values(), { packageJson: own, extra: [] }],
    folders,
    target: globalPlace === undefined ? { folder, isGlobal: false } : { folder: globalPlace.folder, isGlobal: true },
    shell,
  };
}

/** The package.json of the project in which the program is installed. The cache of npx is not a project. */
function projectOf(places: readonly InstallationPlace[]): string | undefined {
  const place = places.find(({ folder, hasManifest }) => hasManifest && !/[\\/]_npx[\\/]/.test(folder));
  return place === undefined ? undefined : join(place.folder, "package.json");
}
