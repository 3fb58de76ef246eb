import type { ColumnMetadata } from "@atc/contract";

/** The texts of a column, each once, in order of appearance. */
export interface TextDictionary {
  /** The texts; an index keeps its meaning. */
  readonly values: readonly string[];
  /** The index of the UTF-8 text in `bytes[start, end)`. Adds the text if it is new. Returns -1 if it is not UTF-8. */
  indexOf(bytes: Uint8Array, start: number, end: number): number;
  /** The index of a text. Adds the text if it is new. */
  indexOfText(text: string): number;
}

/** Creates an empty dictionary. It finds a text by its bytes, so that only new texts become strings. */
export function createTextDictionary(): TextDictionary {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const values: string[] = [];
  const indices = new Map<string, number>();
  /** Entries by hash: two texts with one hash form a chain. */
  const entries: { readonly bytes: Uint8Array; readonly index: number; readonly hash: number }[] = [];
  let table = new Int32Array(256).fill(-1);

  const insert = (entry: number): void => {
    let slot = (entries[entry]?.hash ?? 0) & (table.length - 1);
    while (table[slot] !== -1) slot = (slot + 1) & (table.length - 1);
    table[slot] = entry;
  };
  const indexOfText = (text: string): number => {
    const known = indices.get(text);
    if (known !== undefined) return known;
    indices.set(text, values.length);
    return values.push(text) - 1;
  };
  const add = (bytes: Uint8Array, hash: number): number => {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return -1;
    }
    const index = indexOfText(text);
    entries.push({ bytes: bytes.slice(), index, hash });
    if (entries.length * 2 <= table.length) insert(entries.length - 1);
    else {
      table = new Int32Array(table.length * 2).fill(-1);
      for (let entry = 0; entry < entries.length; entry++) insert(entry);
    }
    return index;
  };
  return {
    values,
    indexOfText,
    indexOf: (bytes, start, end) => {
      const hash = hashOf(bytes, start, end);
      for (let slot = hash & (table.length - 1); ; slot = (slot + 1) & (table.length - 1)) {
        const entry = entries[table[slot]];
        if (entry === undefined) return add(bytes.subarray(start, end), hash);
        if (entry.hash === hash && isSame(entry.bytes, bytes, start, end)) return entry.index;
      }
    },
  };
}

/**
 * The dictionaries of a source's text columns, for the source to fill and in the form that {@link chunkBuilder} needs.
 */
export interface ColumnTexts {
  /** The dictionary of each text column, `symbol` included, by name. */
  readonly byColumn: ReadonlyMap<string, TextDictionary>;
  /** The texts of `symbol`. */
  readonly symbols: readonly string[];
  /** The texts of the others. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
}

/**
 * Creates empty dictionaries for the text columns among `columns`. If no column holds the symbol, pass it as `symbol`:
 * its index is 0.
 */
export function columnTexts(columns: readonly ColumnMetadata[], symbol?: string): ColumnTexts {
  const texts = columns.filter(({ type, name }) => type === "text" && name !== "symbol");
  const others = texts.map(({ name }) => [name, createTextDictionary()] as const);
  const symbols = createTextDictionary();
  if (symbol !== undefined) symbols.indexOfText(symbol);
  return {
    byColumn: new Map([["symbol", symbols], ...others]),
    symbols: symbols.values,
    dictionaries: Object.fromEntries(others.map(([name, { values }]) => [name, values])),
  };
}

/** FNV-1a, its high bits mixed into the low ones. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash ^ (hash >>> 15);
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = start; at < end; at++) if (known[at - start] !== bytes[at]) return false;
  return true;
}
