/** Distinct texts in order of appearance, found by their bytes: a known text takes no string. */
export interface Dictionary {
  /** The texts. The list grows; an index keeps its text. */
  readonly values: readonly string[];
  /**
   * The index of the text in `bytes[start, end)`, which is added if it is new; -1 if the bytes are not UTF-8 or contain
   * a NUL.
   */
  indexOf(bytes: Uint8Array, start: number, end: number): number;
}

/** An Int32Array of twice the length with the same values. */
function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** `bytes[start, end)` followed by zeros, at least 8 bytes in all, so that whole words can be loaded. */
function wordAligned(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(Math.max(8, end - start));
  copy.set(bytes.subarray(start, end));
  return copy;
}

/** Masks of the bytes in a text's word, by the count of bytes; index 4 is for all longer texts. */
const masks: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1);

/**
 * An empty dictionary over an open-addressing table. The first 8 bytes of a text, loaded as two 32-bit words, give its
 * hash and most of its comparison. Tickers are mostly shorter, so a look-up needs no loop over bytes.
 */
export function createDictionary(): Dictionary {
  const values: string[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The bytes of texts longer than 8 bytes, by index. */
  const longTexts = new Map<number, Uint8Array>();
  let table = new Int32Array(64).fill(-1);
  let low = new Int32Array(32);
  let high = new Int32Array(32);
  let lengths = new Int32Array(32);
  let viewed: Uint8Array = new Uint8Array(8);
  let view: DataView = new DataView(viewed.buffer);

  function insert(index: number): void {
    const mask = table.length - 1;
    let slot = slotOf(low[index], high[index], lengths[index], longTexts.get(index)) & mask;
    while (table[slot] !== -1) slot = (slot + 1) & mask;
    table[slot] = index;
  }

  function rehash(): void {
    table = new Int32Array(table.length * 2).fill(-1);
    for (let index = 0; index < values.length; index++) insert(index);
  }

  function add(text: Uint8Array, lowWord: number, highWord: number): number {
    const index = values.length;
    if (text.includes(0)) return -1;
    try {
      values.push(decoder.decode(text));
    } catch {
      return -1;
    }
    if (index === lengths.length) {
      low = doubled(low);
      high = doubled(high);
      lengths = doubled(lengths);
    }
    low[index] = lowWord;
    high[index] = highWord;
    lengths[index] = text.length;
    if (text.length > 8) longTexts.set(index, text.slice());
    if (values.length * 2 > table.length) rehash();
    else insert(index);
    return index;
  }

  function indexOf(bytes: Uint8Array, start: number, end: number): number {
    if (start + 8 > bytes.length) return indexOf(wordAligned(bytes, start, end), 0, end - start);
    if (bytes !== viewed) {
      viewed = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const length = end - start;
    const lowWord = view.getInt32(start, true) & masks[Math.min(length, 4)];
    const highWord = length <= 4 ? 0 : view.getInt32(start + 4, true) & masks[Math.min(length - 4, 4)];
    const tail = length > 8 ? bytes.subarray(start, end) : undefined;
    const mask = table.length - 1;
    for (let slot = slotOf(lowWord, highWord, length, tail) & mask; ; slot = (slot + 1) & mask) {
      const index = table[slot];
      if (index === -1) return add(bytes.subarray(start, end), lowWord, highWord);
      if (low[index] !== lowWord || high[index] !== highWord || lengths[index] !== length) continue;
      if (tail === undefined || sameBytes(longTexts.get(index), tail)) return index;
    }
  }

  return { values, indexOf };
}

/** A hash of a text's first 8 bytes and its length, and of its other bytes if it is longer. */
function slotOf(low: number, high: number, length: number, text: Uint8Array | undefined): number {
  let hash = Math.imul(low ^ length, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  if (text !== undefined) for (let i = 8; i < text.length; i++) hash = Math.imul(hash ^ text[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 8; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
