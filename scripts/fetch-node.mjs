import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The path of a Node of a major version, fetched from npm into `temp/` if it is missing. */
export function fetchNode(major) {
  const { platform, arch } = process;
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}`;
  const folder = join(root, "temp", `node${major}`);
  const binary = join(folder, "node_modules", name, "bin", platform === "win32" ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  const args = ["install", "--prefix", folder, `${name}@${major}`, "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { stdio: "inherit", shell: platform === "win32" });
  if (status !== 0) throw new Error(`npm could not install ${name}@${major}`);
  return binary;
}
