import type { ColumnChunk } from "@atc/contract";

/** A 64-bit hash in the making, such as `create64()` of xxhash-wasm. */
export interface StreamingHash {
  /** Takes bytes or UTF-8 text. */
  update(input: Uint8Array | string): unknown;
  /** The hash of all that was taken. */
  digest(): bigint;
}

/** A hash of the rows that a source delivers, whatever its chunks. */
export interface ColumnHash {
  /** Takes a chunk. */
  update(chunk: ColumnChunk): void;
  /** The hash of all rows so far, 16 hexadecimal digits. */
  digest(): string;
}

/**
 * A hash over columns rather than over a file's bytes, for sources whose bytes are not read in order: each column is hashed by itself (texts as
 * indices and dictionary), then the names and digits of all of them.
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
