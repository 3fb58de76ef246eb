import { type ByteStore, type Codec, isAtcError } from "@atc/contract";
import { type CacheKey, quarantinePrefix, type ResolvedKey, resolveKey, storeKeyOf } from "../base/cache-key.ts";
import type { CacheEvent, Counters, MissReason } from "../base/statistics.ts";
import { maxPayloadBytes, type Npz, readNpz } from "./npz.ts";
import type { StoredValue } from "./stored-value.ts";

/** A file, or why it cannot be used. */
type FileReading =
  | { readonly state: "whole"; readonly npz: Npz; readonly bytes: number }
  | { readonly state: Exclude<MissReason, "incomplete">; readonly problem?: string };

/** A value, or why there is none. */
export type Lookup = { readonly value: StoredValue } | { readonly reason: MissReason };

/**
 * Entries as files of a store, each in the form of one of several codecs. Methods do not throw if the store or a codec
 * fails.
 */
export interface EntryFiles {
  /** The extensions of the codecs, that of the writing codec first. */
  readonly extensions: readonly string[];
  /** The value of a key, from the first codec that has files for it. */
  lookUp(resolved: ResolvedKey): Promise<Lookup>;
  /**
   * Writes a value. Returns whether the store took all of it. With `replace`, removes the files of the other codecs,
   * so that no reader finds an older value.
   */
  write(resolved: ResolvedKey, value: StoredValue, options: { readonly replace: boolean }): Promise<boolean>;
  /** Removes the files of a key. Returns whether there was one. */
  remove(digest: string): Promise<boolean>;
  /** Reads and verifies one file. Sets it aside if it is damaged, or if the digest of its key is not `digest`. */
  readFile(digest: string, part: number | undefined, extension: string, touch: boolean): Promise<FileReading>;
}

export interface EntryFilesOptions {
  readonly store: ByteStore;
  /** The writing codec, then those that only read. */
  readonly codecs: readonly Codec[];
  readonly counters: Counters;
  readonly emit: (event: CacheEvent) => void;
}

/** The codec of entries without compression. */
export const plainCodec: Codec = {
  name: "none",
  extension: "",
  encode: (decoded) => decoded,
  decode: (encoded) => encoded,
  decodedLength: (encoded) => encoded.byteLength,
};

const partSizes: readonly (number | undefined)[] = [undefined, 8, 4, 1];

export function entryFiles({ store, codecs, counters, emit }: EntryFilesOptions): EntryFiles {
  const [writer = plainCodec] = codecs;
  const extensions = codecs.map(({ extension }) => extension);

  function failed(operation: "read" | "write", error: unknown): void {
    counters[operation === "read" ? "readFailures" : "writeFailures"]++;
    emit({ type: "failed", operation, error });
  }

  async function setAside(storeKey: string, bytes: Uint8Array, problem: string): Promise<FileReading> {
    counters.damaged++;
    emit({ type: "damaged", storeKey, problem });
    try {
      await store.set(`${quarantinePrefix}${storeKey}`, bytes);
    } catch (error) {
      failed("write", error);
    }
    await store.delete(storeKey).catch((error: unknown) => failed("write", error));
    return { state: "damaged", problem };
  }

  async function readFile(
    digest: string,
    part: number | undefined,
    extension: string,
    touch: boolean,
  ): Promise<FileReading> {
    const codec = codecs.find((one) => one.extension === extension);
    if (codec === undefined) return { state: "unreadable", problem: `there is no codec for "${extension}"` };
    const storeKey = storeKeyOf(digest, part, extension);
    let bytes: Uint8Array | undefined;
    try {
      bytes = await store.get(storeKey, { touch });
    } catch (error) {
      failed("read", error);
    }
    if (bytes === undefined) return { state: "absent" };
    counters.bytesRead += bytes.byteLength;
    try {
      const npz = readNpz(codec.decode(bytes, { maxLength: maxPayloadBytes }));
      if ("newer" in npz) return { state: "newer" };
      const problem = misplacement(npz, digest, part);
      return problem === undefined
        ? { state: "whole", npz, bytes: bytes.byteLength }
        : setAside(storeKey, bytes, problem);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      // The bytes may be intact, but this installation cannot decode them. They stay for one that can.
      if (isAtcError(error, "ATC_MISSING_PLUGIN") || isAtcError(error, "ATC_UNSUPPORTED"))
        return { state: "unreadable", problem };
      return setAside(storeKey, bytes, problem);
    }
  }

  async function lookUpAs(digest: string, extension: string): Promise<Lookup> {
    const main = await readFile(digest, undefined, extension, true);
    if (main.state !== "whole") return { reason: main.state };
    const { itemsizes, generation } = main.npz.metadata;
    const parts = [main.npz];
    for (const itemsize of itemsizes.slice(1)) {
      const part = await readFile(digest, itemsize, extension, true);
      if (part.state === "damaged" || part.state === "newer") return { reason: part.state };
      if (part.state !== "whole" || part.npz.metadata.generation !== generation) {
        counters.incomplete++;
        return { reason: "incomplete" };
      }
      parts.push(part.npz);
    }
    return { value: { parts } };
  }

  async function lookUp({ digest }: ResolvedKey): Promise<Lookup> {
    let reason: MissReason = "absent";
    for (const extension of extensions) {
      const found = await lookUpAs(digest, extension);
      if ("value" in found) return found;
      if (found.reason !== "absent") reason = found.reason;
    }
    return { reason };
  }

  async function removeAs(digest: string, extension: string): Promise<boolean> {
    let existed = false;
    for (const part of partSizes)
      try {
        existed = (await store.delete(storeKeyOf(digest, part, extension))) || existed;
      } catch (error) {
        failed("write", error);
      }
    return existed;
  }

  async function write(
    { digest }: ResolvedKey,
    { parts }: StoredValue,
    { replace }: { readonly replace: boolean },
  ): Promise<boolean> {
    try {
      // The file of the largest elements lists the others, so it is written last: a reader that finds it finds them.
      for (const { payload, metadata } of [...parts].reverse()) {
        const { itemsize, itemsizes, costMs } = metadata;
        const frame = writer.encode(payload, { typesize: itemsize });
        const part = itemsize === itemsizes[0] ? undefined : itemsize;
        await store.set(storeKeyOf(digest, part, writer.extension), frame, { costMs });
        counters.writes++;
        counters.bytesWritten += frame.byteLength;
      }
    } catch (error) {
      failed("write", error);
      return false;
    }
    if (replace) for (const extension of extensions.slice(1)) await removeAs(digest, extension);
    return true;
  }

  async function remove(digest: string): Promise<boolean> {
    let existed = false;
    for (const extension of extensions) existed = (await removeAs(digest, extension)) || existed;
    return existed;
  }

  return { extensions, lookUp, write, remove, readFile };
}

/** Why a verified file does not belong under its store key: it is the entry of another key, or another part. */
function misplacement({ metadata }: Npz, digest: string, part: number | undefined): string | undefined {
  if (digestOf(metadata.key) !== digest) return "it holds the value of another key";
  const expected = part ?? metadata.itemsizes[0];
  return metadata.itemsize === expected
    ? undefined
    : `it holds elements of ${metadata.itemsize} bytes instead of ${expected}`;
}

function digestOf(key: CacheKey): string | undefined {
  try {
    return resolveKey(key).digest;
  } catch {
    return undefined;
  }
}
