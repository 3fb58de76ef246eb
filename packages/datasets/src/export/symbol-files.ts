import { createHash } from "node:crypto";

/** Names that Windows reserves for devices. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const longestName = 120;

/**
 * A symbol as a part of a file name. Letters, digits, `.`, `_`, `-` and `^` stay; every other byte of its UTF-8
 * becomes `%` and two digits, as does a character that would make a hidden file, a device or a parent folder. A long
 * name is cut and ends with digits of its hash.
 */
function fileNameOf(symbol: string): string {
  const percent = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  let name = symbol.replace(/[^A-Za-z0-9._^-]+/gu, percent);
  if (name.startsWith(".") || devices.test(name)) name = percent(name.slice(0, 1)) + name.slice(1);
  if (name.endsWith(".")) name = `${name.slice(0, -1)}%2E`;
  if (name.length <= longestName) return name;
  return `${name.slice(0, longestName - 9)}~${digitsOf(symbol)}`;
}

function digitsOf(symbol: string): string {
  return createHash("sha256").update(symbol).digest("hex").slice(0, 8);
}

/**
 * The file of each symbol: the pattern with `{symbol}` replaced. Some disks ignore case, so names that differ by case
 * alone end with digits of a hash.
 */
export function symbolFiles(pattern: string, symbols: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const files = new Map<string, string>();
  for (const symbol of symbols) {
    const plain = fileNameOf(symbol);
    const name = taken.has(plain.toLowerCase()) ? `${plain}~${digitsOf(symbol)}` : plain;
    taken.add(name.toLowerCase());
    files.set(symbol, pattern.replaceAll("{symbol}", name));
  }
  return files;
}
