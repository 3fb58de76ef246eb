import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageFolders, packageJson, root } from "./repository.ts";

/** A project like that of a reader of our pages. Disposal deletes it. */
export interface ReaderProject extends Disposable {
  readonly path: string;
}

/** Every package of the workspace by name, with its folder: what a reader can install. */
export const installable: ReadonlyMap<string, string> = new Map(
  [...packageFolders("packages"), join(root, "examples/custom-codec")].map((folder) => [
    packageJson(folder).name,
    folder,
  ]),
);

/** Third-party packages that our pages name, each with the module that replaces it here. */
export const standIns: ReadonlyMap<string, string> = new Map([
  ["backtest-kit", join(root, "examples/backtest-kit/host.js")],
]);

/**
 * Makes a project outside the repository. It depends on all our packages and has a `bars.csv` of three symbols,
 * including AAPL, a `weights.csv` of decisions and a `members.csv`.
 */
export function readerProject(): ReaderProject {
  const path = mkdtempSync(join(tmpdir(), "atc-reader-"));
  const dependencies = Object.fromEntries([...installable.keys()].map((name) => [name, "*"]));
  writeJson(join(path, "package.json"), { name: "reader", private: true, type: "module", dependencies });
  for (const [name, folder] of installable) {
    const link = join(path, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link, "junction");
  }
  for (const [name, module] of standIns) {
    const folder = join(path, "node_modules", name);
    mkdirSync(folder);
    copyFileSync(module, join(folder, "index.js"));
    writeJson(join(folder, "package.json"), { name, type: "module", exports: "./index.js" });
  }
  const bars = readFileSync(join(root, "examples/bars.csv"), "utf8");
  writeFileSync(join(path, "bars.csv"), bars.replaceAll("ALFA", "AAPL"));
  writeFileSync(join(path, "weights.csv"), "date,symbol,weight\n2022-03-01,AAPL,0.5\n2022-06-01,AAPL,0\n");
  writeFileSync(join(path, "members.csv"), "symbol,from,to\nAAPL,2021-01-04,\n");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
