import type { ByteStore, ByteStoreEntry } from "@atc/contract";
import { type EntryName, entryPrefix, parseStoreKey, quarantinePrefix, storeKeyOf } from "../base/cache-key.ts";
import type { MissReason } from "../base/statistics.ts";
import type { EntryFiles } from "../entry/entry-files.ts";
import { type EntryMetadata, parseMetadata } from "../entry/entry-metadata.ts";
import { readMetadata } from "../entry/npz.ts";

/** A file of a cache. */
export interface CacheEntry {
  /** Its key in the store. */
  readonly storeKey: string;
  /** Bytes of the file. */
  readonly size: number;
  /** When it was last read or written, in ms since the epoch. */
  readonly accessedAt: number;
  /** The codec's extension, "" without compression. */
  readonly extension: string;
  /**
   * `whole`, or why it cannot be used: `damaged` (now set aside), `newer` (of a newer format), `unreadable` (no codec
   * for it was given).
   */
  readonly state: "whole" | "damaged" | "newer" | "unreadable";
  /** The metadata of a whole file. */
  readonly metadata?: EntryMetadata;
}

/** The result of `verify`. */
export interface VerifyReport {
  /** Files that were read. */
  readonly checked: number;
  /** Bytes of those files. */
  readonly bytes: number;
  /** Store keys of files that failed verification and were set aside. */
  readonly damaged: readonly string[];
  /** Store keys of files whose siblings are missing or from another write. Lookups treat them as absent. */
  readonly incomplete: readonly string[];
  /** Store keys of files for which no codec was given. */
  readonly unreadable: readonly string[];
  /** Store keys of files of a newer format. */
  readonly newer: readonly string[];
}

/** Options of `prune`. */
export interface PruneOptions {
  /** Removes the least recently used files until the rest have at most this many bytes. */
  readonly maxBytes?: number | undefined;
  /** Removes files that were not used for this many ms. */
  readonly olderThanMs?: number | undefined;
  /** Considers entries of this kind only. Without another option it removes all of them. */
  readonly kind?: string | undefined;
}

/** The result of `prune`. */
export interface PruneReport {
  /** Files that were removed. */
  readonly removedEntries: number;
  /** Bytes of those files. */
  readonly removedBytes: number;
  /** Files that were considered and kept. */
  readonly keptEntries: number;
  /** Bytes of those files. */
  readonly keptBytes: number;
}

interface ListedFile extends ByteStoreEntry {
  readonly name: EntryName;
}

/** The files of entries, least recently used first. */
export async function listFiles(store: ByteStore): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for await (const entry of store.list(entryPrefix)) {
    const name = parseStoreKey(entry.key);
    if (name !== undefined) files.push({ ...entry, name });
  }
  return files.sort((a, b) => a.accessedAt - b.accessedAt);
}

/** `entry.json` is usually within this many bytes from the beginning of a file. */
const headBytes = 16_384;

/** All files with their metadata, least recently used first. Reads only the beginning of an uncompressed file. */
export async function* listEntries(store: ByteStore, files: EntryFiles): AsyncGenerator<CacheEntry, void, undefined> {
  for (const { name, key: storeKey, size, accessedAt } of await listFiles(store)) {
    const { extension } = name;
    const found = (extension === "" ? await readHead(store, storeKey) : undefined) ?? (await readAll(files, name));
    if (found.state === "absent") continue;
    const { state, metadata } = found;
    const entry = { storeKey, size, accessedAt, extension, state };
    yield metadata === undefined ? entry : { ...entry, metadata };
  }
}

interface Described {
  readonly state: "whole" | Exclude<MissReason, "incomplete">;
  readonly metadata?: EntryMetadata;
}

async function readHead(store: ByteStore, storeKey: string): Promise<Described | undefined> {
  try {
    const head = await store.getRange?.(storeKey, { offset: 0, length: headBytes }, { touch: false });
    if (head === undefined) return undefined;
    const metadata = parseMetadata(readMetadata(head).text);
    if ("problem" in metadata) return undefined;
    return "newer" in metadata ? { state: "newer" } : { state: "whole", metadata };
  } catch {
    // entry.json is longer than the bytes read, or damaged. Reading the whole file shows which.
    return undefined;
  }
}

async function readAll(files: EntryFiles, { digest, part, extension }: EntryName): Promise<Described> {
  const reading = await files.readFile(digest, part, extension, false);
  return reading.state === "whole" ? { state: "whole", metadata: reading.npz.metadata } : { state: reading.state };
}

/** Reads and verifies every file. Sets damaged ones aside. */
export async function verifyEntries(store: ByteStore, files: EntryFiles): Promise<VerifyReport> {
  const found = { damaged: [] as string[], unreadable: [] as string[], newer: [] as string[] };
  const whole = new Map<string, { readonly name: EntryName; readonly metadata: EntryMetadata }>();
  let checked = 0;
  let bytes = 0;
  for (const { name, key, size } of await listFiles(store)) {
    const { state, metadata } = await readAll(files, name);
    if (state === "absent") continue;
    checked++;
    bytes += size;
    if (state !== "whole") found[state].push(key);
    else if (metadata !== undefined) whole.set(key, { name, metadata });
  }
  const incomplete = [...whole].filter(([, one]) => !isComplete(one, whole)).map(([key]) => key);
  return { checked, bytes, ...found, incomplete };
}

type WholeFile = { readonly name: EntryName; readonly metadata: EntryMetadata };

function isComplete({ name, metadata }: WholeFile, whole: ReadonlyMap<string, WholeFile>): boolean {
  return metadata.itemsizes.every((itemsize, i) => {
    const sibling = storeKeyOf(name.digest, i === 0 ? undefined : itemsize, name.extension);
    return whole.get(sibling)?.metadata.generation === metadata.generation;
  });
}

/** Entries of a newer format stay, and the listing itself has set damaged ones aside. */
const prunable: readonly CacheEntry["state"][] = ["whole", "unreadable"];

/** Removes files that were set aside, and the entries that match the options. */
export async function pruneEntries(store: ByteStore, files: EntryFiles, options: PruneOptions): Promise<PruneReport> {
  const { maxBytes, olderThanMs, kind } = options;
  const removed = await removeAll(store, quarantinePrefix);
  const candidates: { readonly storeKey: string; readonly size: number; readonly accessedAt: number }[] = [];
  for await (const entry of listEntries(store, files))
    if (prunable.includes(entry.state) && (kind === undefined || entry.metadata?.key.kind === kind))
      candidates.push(entry);
  const wholeKind = kind !== undefined && maxBytes === undefined && olderThanMs === undefined;
  const oldest = olderThanMs === undefined ? Number.NEGATIVE_INFINITY : Date.now() - olderThanMs;
  let keptBytes = candidates.reduce((sum, { size }) => sum + size, 0);
  let keptEntries = candidates.length;
  for (const { storeKey, size, accessedAt } of candidates) {
    if (!wholeKind && accessedAt >= oldest && keptBytes <= (maxBytes ?? Number.POSITIVE_INFINITY)) continue;
    await store.delete(storeKey);
    removed.removedEntries++;
    removed.removedBytes += size;
    keptBytes -= size;
    keptEntries--;
  }
  return { ...removed, keptEntries, keptBytes };
}

/** Removes every file of this format, and all files that were set aside. */
export async function clearEntries(store: ByteStore): Promise<{ removedEntries: number; removedBytes: number }> {
  const removed = await removeAll(store, quarantinePrefix);
  for (const { key, size } of await listFiles(store)) {
    await store.delete(key);
    removed.removedEntries++;
    removed.removedBytes += size;
  }
  return removed;
}

async function removeAll(store: ByteStore, prefix: string): Promise<{ removedEntries: number; removedBytes: number }> {
  const entries: ByteStoreEntry[] = [];
  for await (const entry of store.list(prefix)) entries.push(entry);
  for (const { key } of entries) await store.delete(key);
  return { removedEntries: entries.length, removedBytes: entries.reduce((sum, { size }) => sum + size, 0) };
}
