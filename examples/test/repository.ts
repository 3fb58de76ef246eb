import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The members of a package.json that these tests use. */
export interface PackageJson {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly atc?: unknown;
}

/** The root of the checkout. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** The built `atc` command. */
export const bin: string = join(root, "packages/cli/dist/bundle/bin.js");

/** The package.json of a folder. */
export function packageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
}

/** The folders of the packages below a folder of the root. */
export function packageFolders(parent: "examples" | "packages"): readonly string[] {
  return readdirSync(join(root, parent))
    .sort()
    .map((name) => join(root, parent, name))
    .filter((folder) => existsSync(join(folder, "package.json")));
}
