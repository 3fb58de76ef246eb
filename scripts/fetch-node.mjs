import { fetchFromNpm } from "./fetch-from-npm.mjs";

/** What npm names a platform of Node. */
const named = { win32: "win" };

/**
 * The path of a Node of a major version, fetched from npm into `temp/` if it is missing; by default one for this
 * machine.
 */
export function fetchNode(major, { platform = process.platform, arch = process.arch } = {}) {
  const isHere = platform === process.platform && arch === process.arch;
  return fetchFromNpm(`node-${named[platform] ?? platform}-${arch}@${major}`, {
    folder: isHere ? `node${major}` : `node${major}-${platform}-${arch}`,
    file: `bin/${platform === "win32" ? "node.exe" : "node"}`,
  });
}
