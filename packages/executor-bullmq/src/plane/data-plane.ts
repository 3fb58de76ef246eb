import { createHash } from "node:crypto";
import { AtcError } from "@atc/contract";
import type { PlaneStore } from "./plane-store.ts";

/** The SHA-256 of bytes, in hexadecimal. */
export function digestOf(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Whether a text from outside is a digest, and so safe as a part of a path. */
export function isDigest(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** The way of inputs and results that are too large for Redis. */
export interface DataPlane {
  /** The place of its bytes, for messages. */
  readonly place: string;
  /** Stores an input under its digest, which it returns. */
  putInput(bytes: Uint8Array): Promise<string>;
  /**
   * The input of a digest.
   *
   * @throws ATC_NOT_FOUND if this plane does not have it; ATC_CORRUPT_DATA if its bytes have another digest
   */
  input(digest: string): Promise<Uint8Array>;
  /** What a worker needs to store a result in the plane of another machine; undefined if nothing is needed. */
  permit(key: string): Promise<string | undefined>;
  /**
   * Stores the result of a task under the key of its content.
   *
   * @param permit - what the plane of the submitter gave for the key
   * @throws ATC_UNSUPPORTED without a permit, if the plane needs one
   */
  putResult(key: string, bytes: Uint8Array, permit?: string): Promise<void>;
  /** The result of a key; undefined if there is none, or if its file is damaged, so that the task runs again. */
  result(key: string): Promise<Uint8Array | undefined>;
  /** Removes inputs and results that were written before a time, in ms. Resolves to their number and bytes. */
  clean(before: number): Promise<{ readonly files: number; readonly bytes: number }>;
}

const digestBytes = 32;

function inputKey(digest: string): string {
  return `input/${digest.slice(0, 2)}/${digest}`;
}

function resultKey(key: string): string {
  return `result/${key.slice(0, 2)}/${key}`;
}

function unpermitted(place: string): AtcError {
  return new AtcError(
    "ATC_UNSUPPORTED",
    `the submitter of a task does not use the folder that "${place}" serves; give it that folder with --shared`,
    { details: { path: place } },
  );
}

/** A data plane over a store of bytes. All content is verified when it is read. */
export function dataPlane(store: PlaneStore): DataPlane {
  const { place } = store;
  return {
    place,
    async putInput(bytes) {
      const digest = digestOf(bytes);
      await store.set(inputKey(digest), bytes);
      return digest;
    },
    async input(digest) {
      const bytes = await store.get(inputKey(digest));
      if (bytes === undefined)
        throw new AtcError(
          "ATC_NOT_FOUND",
          `"${place}" does not have the input ${digest.slice(0, 12)} of a task; submitters and workers must share one directory, its server or a bucket: name it with --shared or --data`,
          { details: { path: place } },
        );
      if (digestOf(bytes) === digest) return bytes;
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `the input ${digest.slice(0, 12)} of a task in "${place}" is damaged; delete "${inputKey(digest)}" there, and run again`,
        { details: { path: place } },
      );
    },
    async permit(key) {
      return await store.permit?.(resultKey(key));
    },
    async putResult(key, bytes, permit) {
      if (store.needsPermit === true && permit === undefined) throw unpermitted(place);
      const stored = new Uint8Array(digestBytes + bytes.length);
      stored.set(createHash("sha256").update(bytes).digest());
      stored.set(bytes, digestBytes);
      await store.set(store.needsPermit === true ? `${resultKey(key)}.${permit}` : resultKey(key), stored);
    },
    async result(key) {
      const stored = await store.get(resultKey(key));
      if (stored === undefined) return undefined;
      const bytes = stored.subarray(digestBytes);
      const digest = createHash("sha256").update(bytes).digest();
      return stored.length >= digestBytes && digest.equals(stored.subarray(0, digestBytes)) ? bytes : undefined;
    },
    async clean(before) {
      let files = 0;
      let bytes = 0;
      for await (const { key, size, accessedAt } of store.list()) {
        if (accessedAt >= before || !/^(input|result)\//.test(key)) continue;
        if (!(await store.delete(key))) continue;
        files++;
        bytes += size;
      }
      return { files, bytes };
    },
  };
}
