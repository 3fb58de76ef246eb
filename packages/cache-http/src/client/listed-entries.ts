import type { ByteStoreEntry } from "@atc/contract";
import { PassingFault } from "@atc/plugin-kit";

/** The entries in the lines of a list, the last of which has their number: a list that was cut does not have it. */
export function entriesOfLines(bytes: Uint8Array): readonly ByteStoreEntry[] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  const entries: ByteStoreEntry[] = [];
  let isWhole = false;
  for (const line of lines) {
    const one = recordOf(line);
    const { key, size, accessedAt, entries: count } = one;
    if (typeof key === "string" && typeof size === "number" && typeof accessedAt === "number")
      entries.push({ key, size, accessedAt });
    else isWhole = count === entries.length;
  }
  if (!isWhole) throw new PassingFault("its list is not whole");
  return entries;
}

function recordOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch (cause) {
    throw new PassingFault("its list is not JSON", { cause });
  }
}
