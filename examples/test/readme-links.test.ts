import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { packageFolders } from "./repository.ts";

/** The targets of the links of a page that are neither addresses nor places in the page itself. */
function relativeLinks(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^(?:#|[a-z]+:)/.test(target));
}

const folders = packageFolders("packages").map((folder) => [basename(folder), folder] as const);

// A reader of the installed package has its tarball only.
it.each(folders)("the README of %s links only to what its tarball has", (_, folder) => {
  const { files = [] } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    files?: readonly string[];
  };
  const isPacked = (target: string): boolean =>
    files.some((file) => target === file || target.startsWith(`${file}/`)) && existsSync(join(folder, target));
  const links = relativeLinks(readFileSync(join(folder, "README.md"), "utf8"));
  expect(links.filter((target) => !isPacked(target))).toEqual([]);
});
