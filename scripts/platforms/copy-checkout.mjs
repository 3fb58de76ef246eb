import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pnpm } from "../packing.mjs";
import { root } from "./run-vitest.mjs";

/** Folders that tests of packages read beside `packages`. */
const read = ["docs", "fixtures", "examples/test"];
const scripts = ["fresh-modules.mjs", "equal-arrays.mjs", "property-seed.mjs", "platforms"];
const parts = ["package.json", "README.md", "dist", "test", "assembly"];

/** Folders of the workspace, whose manifests the lockfile names. */
function members() {
  const within = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [".", "bench", "faults", ...within("packages"), ...within("examples")].filter((folder) =>
    existsSync(join(root, folder, "package.json")),
  );
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/**
 * Copies the built packages and their tests into an empty folder, with dependencies for another platform in the
 * versions of the lockfile. The packages are in `node_modules/@atc`, as npm installs them: Wine follows links, but does
 * not know that they are links, so a linked package would be loaded twice. What tests read beside `packages` is in
 * `node_modules` too.
 *
 * @param platform - `{ os, cpu, libc }` as pnpm names them
 */
export function copyCheckout(folder, platform) {
  rmSync(folder, { recursive: true, force: true });
  for (const member of members()) copy(join(root, member, "package.json"), join(folder, member, "package.json"));
  for (const file of ["pnpm-workspace.yaml", "pnpm-lock.yaml"]) copy(join(root, file), join(folder, file));
  const wanted = Object.entries(platform).map(([name, value]) => `  ${name}: [${value}]\n`);
  appendFileSync(
    join(folder, "pnpm-workspace.yaml"),
    `nodeLinker: hoisted\nsupportedArchitectures:\n${wanted.join("")}`,
  );
  const { status } = spawnSync("npx", ["-y", pnpm, "install", "--frozen-lockfile", "--ignore-scripts", "--silent"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`pnpm could not install the dependencies for ${platform.os} ${platform.cpu}`);
  const modules = join(folder, "node_modules");
  rmSync(join(modules, "@atc"), { recursive: true });
  for (const name of readdirSync(join(root, "packages")))
    for (const part of parts)
      if (existsSync(join(root, "packages", name, part)))
        copy(join(root, "packages", name, part), join(modules, "@atc", name, part));
  for (const name of ["packages", "examples", "bench", "faults"]) rmSync(join(folder, name), { recursive: true });
  for (const name of read) copy(join(root, name), join(modules, name));
  for (const name of scripts) copy(join(root, "scripts", name), join(folder, "scripts", name));
}
