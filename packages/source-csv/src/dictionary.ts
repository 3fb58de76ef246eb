/** Distinct texts in order of appearance, found by their bytes: no string is made for a text that is known. */
export interface Dictionary {
  /** The texts; grows, never changes. */
  readonly values: readonly string[];
  /** The index of the text with these UTF-8 bytes, which is added where it is new; -1 where the bytes are not UTF-8. */
  indexOf(bytes: Uint8Array, start: number, end: number): number;
}

function grown<A extends Int32Array | Uint8Array>(array: A, larger: A): A {
  larger.set(array);
  return larger;
}

/** A dictionary over an open-addressing table of FNV-1a hashes. */
export function createDictionary(): Dictionary {
  const values: string[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let table = new Int32Array(64).fill(-1);
  let hashes = new Int32Array(32);
  let ends = new Int32Array(32);
  let arena = new Uint8Array(1024);
  let latest = -1;

  function holds(index: number, bytes: Uint8Array, start: number, length: number): boolean {
    const from = index === 0 ? 0 : (ends[index - 1] as number);
    if ((ends[index] as number) - from !== length) return false;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  function rehash(): void {
    table = new Int32Array(table.length * 2).fill(-1);
    for (let index = 0; index < values.length; index++) {
      let slot = (hashes[index] as number) & (table.length - 1);
      while (table[slot] !== -1) slot = (slot + 1) & (table.length - 1);
      table[slot] = index;
    }
  }

  function add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const index = values.length;
    const from = index === 0 ? 0 : (ends[index - 1] as number);
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(start, end));
    } catch {
      return -1;
    }
    const needed = from + end - start;
    if (needed > arena.length) arena = grown(arena, new Uint8Array(Math.max(needed, arena.length * 2)));
    if (index === ends.length) {
      ends = grown(ends, new Int32Array(index * 2));
      hashes = grown(hashes, new Int32Array(index * 2));
    }
    arena.set(bytes.subarray(start, end), from);
    ends[index] = needed;
    hashes[index] = hash;
    values.push(text);
    if (values.length * 2 > table.length) rehash();
    else {
      let slot = hash & (table.length - 1);
      while (table[slot] !== -1) slot = (slot + 1) & (table.length - 1);
      table[slot] = index;
    }
    return index;
  }

  function indexOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    // Files sorted by symbol repeat one text for thousands of rows.
    if (latest >= 0 && holds(latest, bytes, start, length)) return latest;
    let hash = 0x811c9dc5 | 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = table[slot] as number;
      if (index === -1) break;
      if (hashes[index] === hash && holds(index, bytes, start, length)) {
        latest = index;
        return index;
      }
    }
    const added = add(bytes, start, end, hash);
    if (added >= 0) latest = added;
    return added;
  }

  return { values, indexOf };
}
