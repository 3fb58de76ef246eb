import type { ArrayEntry } from "./block-format.ts";
import type { EncodedValues } from "./encode-values.ts";
import { npyBytes } from "./npy.ts";
import type { ZipMember } from "./zip.ts";

/** The arrays of a data block while it is made. */
export interface BlockMembers {
  /** Adds an array; `more` are further members of its entry. */
  add(name: string, encoded: EncodedValues, more?: Partial<ArrayEntry>): void;
  /** The entries by name, in the order of the names. */
  entries(): Readonly<Record<string, ArrayEntry>>;
  /** The files, in the order of the names. */
  files(): readonly ZipMember[];
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);

/** Creates a block without arrays. */
export function createBlockMembers(): BlockMembers {
  const entries = new Map<string, ArrayEntry>();
  const files = new Map<string, Uint8Array>();
  return {
    add(name, { entry, values }, more = {}) {
      entries.set(name, { ...entry, ...more });
      if (values !== undefined) files.set(name, npyBytes(values));
    },
    entries: () => Object.fromEntries([...entries].sort(byName)),
    files: () => [...files].sort(byName).map(([name, bytes]) => ({ name: `${name}.npy`, bytes })),
  };
}
