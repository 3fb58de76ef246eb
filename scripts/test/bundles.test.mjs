import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const bundles = readdirSync(packages).flatMap((name) => {
  const folder = join(packages, name, "dist", "bundle");
  return readdirSync(folder).flatMap((file) => (file.endsWith(".js") ? [join(folder, file)] : []));
});

it("bundles name files of their package by literal URLs, which bundlers of users find", () => {
  const found = bundles.flatMap((file) => {
    const urls = readFileSync(file, "utf8").matchAll(/new URL\((["`])([^"`$]*).*?\1, import\.meta\.url\)/g);
    return [...urls].map(([, , path]) => fileURLToPath(new URL(path, pathToFileURL(file))));
  });
  expect(found.filter((path) => path.endsWith("kernel.wasm"))).toHaveLength(6);
  expect(found.filter((path) => !existsSync(path))).toEqual([]);
});

it("bundles import other packages by name", () => {
  for (const file of bundles) expect(readFileSync(file, "utf8"), file).not.toMatch(/from "(?:\.\.\/|file:)/);
});
