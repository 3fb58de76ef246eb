import type { ColumnChunk } from "@atc/contract";

/** An incremental 64-bit hash, such as `create64()` of xxhash-wasm. */
export interface StreamingHash {
  /** Adds bytes or UTF-8 text. */
  update(input: Uint8Array | string): unknown;
  /** The hash of everything that was added. */
  digest(): bigint;
}

/** A hash of the rows of a source that does not depend on its chunks. */
export interface ColumnHash {
  /** Adds a chunk. */
  update(chunk: ColumnChunk): void;
  /** The hash of all rows so far, 16 hexadecimal digits. */
  digest(): string;
}

/**
 * A hash over columns instead of a file's bytes, for sources that do not read their bytes in order. It hashes each
 * column (texts as indices and dictionary), then the names and hashes of all columns.
 */
export function columnHash(create: () => StreamingHash): ColumnHash {
  const hashes = new Map<string, StreamingHash>();
  let dictionaries: Readonly<Record<string, readonly string[]>> = {};
  const hashOf = (name: string): StreamingHash => {
    const hash = hashes.get(name) ?? create();
    hashes.set(name, hash);
    return hash;
  };
  return {
    update: (chunk) => {
      for (const [name, { buffer, byteOffset, byteLength }] of [
        ["symbol", chunk.symbol.indices] as const,
        ...Object.entries(chunk.columns),
      ])
        hashOf(name).update(new Uint8Array(buffer, byteOffset, byteLength));
      dictionaries = { ...chunk.dictionaries, symbol: chunk.symbol.values };
    },
    digest: () => {
      const all = create();
      const digits = [...hashes].map(([name, hash]) => [name, hash.digest().toString(16)]);
      all.update(JSON.stringify([digits, Object.entries(dictionaries).sort(([a], [b]) => (a < b ? -1 : 1))]));
      return all.digest().toString(16).padStart(16, "0");
    },
  };
}
