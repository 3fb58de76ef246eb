/** Names that Windows keeps for devices, alone or before a dot. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/;

/** How a file system treats names. */
export interface NameRules {
  /** Whether names that differ by case are different files, and every name is allowed. */
  readonly areExact: boolean;
}

/**
 * Linux takes every name as it is. macOS and Windows take `Q` and `q` for the same file; Windows drops dots at the end
 * and opens a device for `con`.
 */
const namesHere: NameRules = { areExact: process.platform !== "win32" && process.platform !== "darwin" };

/**
 * The name of the file or folder of a segment of a key. Different segments have different names on every file system:
 * unless names are exact, a `~`, which no key contains, comes before a capital and after a reserved name.
 */
export function fileNameOf(segment: string, { areExact }: NameRules = namesHere): string {
  if (areExact) return segment;
  const lower = segment.replace(/[A-Z]/g, (letter) => `~${letter.toLowerCase()}`).replace(/\.$/, ".~");
  return lower.replace(deviceName, "$&~");
}
