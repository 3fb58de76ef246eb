import type { ByteStore, ByteStoreEntry } from "@atc/contract";
import { type EntryName, entryPrefix, parseStoreKey, quarantinePrefix } from "../base/cache-key.ts";
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
  /** `whole`, or why it cannot be used: `damaged` (now set aside), `newer` (of a newer format), `unreadable` (no codec for it is here). */
  readonly state: "whole" | "damaged" | "newer" | "unreadable";
  /** What it says of itself; only where it is whole. */
  readonly metadata?: EntryMetadata;
}

/** What `verify` found. */
export interface VerifyReport {
  /** Files that were read. */
  readonly checked: number;
  /** Bytes of those files. */
  readonly bytes: number;
  /** Store keys of files that did not verify; they were set aside. */
  readonly damaged: readonly string[];
  /** Store keys of files whose siblings are missing or of another write; they will be computed again. */
  readonly incomplete: readonly string[];
  /** Store keys of files that no given codec can read. */
  readonly unreadable: readonly string[];
  /** Store keys of files of a newer format. */
  readonly newer: readonly string[];
}

/** What `prune` removes. */
export interface PruneOptions {
  /** Removes what was used longest ago until the files take at most this many bytes. */
  readonly maxBytes?: number | undefined;
  /** Removes what was not used for this many ms. */
  readonly olderThanMs?: number | undefined;
  /** Looks at entries of this kind alone; removes all of them where nothing else is given. */
  readonly kind?: string | undefined;
}

/** What was removed, and what is left. */
export interface PruneReport {
  /** Files that were removed. */
  readonly removedEntries: number;
  /** Bytes of those files. */
  readonly removedBytes: number;
  /** Files that were looked at and kept. */
  readonly keptEntries: number;
  /** Bytes of those files. */
  readonly keptBytes: number;
}

interface ListedFile extends ByteStoreEntry {
  readonly name: EntryName;
}

/** The files of entries, used longest ago first. */
export async function listFiles(store: ByteStore): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for await (const entry of store.list(entryPrefix)) {
    const name = parseStoreKey(entry.key);
    if (name !== undefined) files.push({ ...entry, name });
  }
  return files.sort((a, b) => a.accessedAt - b.accessedAt);
}

/** Bytes from the beginning of a file in which `entry.json` mostly is. */
const headBytes = 16_384;

/** What each file says of itself, used longest ago first; without compression only its beginning is read. */
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
    if (metadata === undefined) return undefined;
    return "newer" in metadata ? { state: "newer" } : { state: "whole", metadata };
  } catch {
    // Longer than its beginning, or damaged: reading all of it tells which.
    return undefined;
  }
}

async function readAll(files: EntryFiles, { digest, part, extension }: EntryName): Promise<Described> {
  const reading = await files.readFile(digest, part, extension, false);
  return reading.state === "whole" ? { state: "whole", metadata: reading.npz.metadata } : { state: reading.state };
}

/** Reads and verifies every file. */
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
    const part = i === 0 ? "" : `.${itemsize}`;
    const sibling = `${entryPrefix}${name.digest.slice(0, 2)}/${name.digest}${part}.npz${name.extension}`;
    return whole.get(sibling)?.metadata.generation === metadata.generation;
  });
}

/** Entries of a newer format stay, and damaged ones were set aside by the listing itself. */
const prunable: readonly CacheEntry["state"][] = ["whole", "unreadable"];

/** Removes what was set aside, and the entries that the options name. */
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

/** Removes every file of this format and all that was set aside. */
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
