// Shows what a release would publish: versions, changelogs, packed files. It works in a clone, which it deletes.
// Nothing is published, and this checkout does not change.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const clone = mkdtempSync(join(tmpdir(), "atc-release-"));
const manifestOf = (folder, name) => JSON.parse(readFileSync(join(folder, "packages", name, "package.json"), "utf8"));
try {
  execFileSync("git", ["clone", "--quiet", root, clone], { stdio: "inherit" });
  execFileSync(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], {
    cwd: clone,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const rows = [];
  const changes = new Map();
  for (const name of readdirSync(join(root, "packages"))) {
    const before = manifestOf(root, name);
    const after = manifestOf(clone, name);
    if (before.version === after.version) continue;
    const [{ files, size }] = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--loglevel=error"], {
        cwd: join(root, "packages", name),
        encoding: "utf8",
      }),
    );
    rows.push({
      package: after.name,
      now: before.version,
      next: after.version,
      files: files.length,
      "packed kB": (size / 1000).toFixed(1),
    });
    const [, newest = ""] = readFileSync(join(clone, "packages", name, "CHANGELOG.md"), "utf8").split(/^## /m);
    const text = newest.split("\n").slice(1).join("\n").trim();
    if (text !== "") changes.set(text, [...(changes.get(text) ?? []), after.name]);
  }
  if (rows.length === 0) console.log("no changeset asks for a release");
  else console.table(rows);
  for (const [text, names] of changes) console.log(`\n${names.join(", ")}\n\n${text}`);
} finally {
  rmSync(clone, { recursive: true, force: true });
}
