import {
  afterBlanks,
  closeList,
  closeObject,
  colon,
  comma,
  openList,
  openObject,
  quote,
  valueEnd,
} from "./json-scanner.ts";

/** The values of a row by field: the offsets of their start and end; 0 if there is none. */
interface RowFields {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Finds the fields of rows, without a copy of names and values. */
export interface FieldFinder {
  /** Splits the row in `bytes[start, end)`; false if it is not a JSON array or object, or names a member twice. */
  split(bytes: Uint8Array, start: number, end: number): boolean;
  /** The values of the last row. */
  readonly fields: RowFields;
}

/** A finder of the members of objects by name, or of the elements of arrays by order. */
export function fieldFinder(names: readonly string[]): FieldFinder {
  const fields: RowFields = { starts: new Int32Array(names.length), ends: new Int32Array(names.length) };
  const positions = new Map(names.map((name, position) => [name, position]));
  const encoded = names.map((name) => Buffer.from(name));

  /** Looks up the field of a member name. Rows mostly list members in one order, so `expected` is tried first. */
  function fieldOf(bytes: Uint8Array, start: number, end: number, expected: number): number {
    const name = encoded[expected];
    if (name !== undefined && name.length === end - start) {
      let at = 0;
      while (at < name.length && name[at] === bytes[start + at]) at++;
      if (at === name.length) return expected;
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
    return positions.get(text.includes("\\") ? unescaped(text) : text) ?? -1;
  }

  function split(bytes: Uint8Array, start: number, end: number): boolean {
    const isObject = bytes[start] === openObject;
    const close = isObject ? closeObject : closeList;
    if (!isObject && bytes[start] !== openList) return false;
    fields.starts.fill(0);
    fields.ends.fill(0);
    let at = afterBlanks(bytes, start + 1, end);
    if (bytes[at] === close) return at === end - 1;
    for (let index = 0; ; index++) {
      let field = index;
      if (isObject) {
        const nameEnd = bytes[at] === quote ? valueEnd(bytes, at, end) : -1;
        if (nameEnd < 0) return false;
        field = fieldOf(bytes, at + 1, nameEnd - 1, index);
        at = afterBlanks(bytes, nameEnd, end);
        if (bytes[at] !== colon) return false;
        at = afterBlanks(bytes, at + 1, end);
      }
      const valueStop = valueEnd(bytes, at, end);
      if (valueStop <= at) return false;
      if (field >= 0 && field < names.length) {
        // Of two members of one name, neither is the right one.
        if (fields.ends[field] !== 0) return false;
        fields.starts[field] = at;
        fields.ends[field] = valueStop;
      }
      at = valueStop;
      if (bytes[at] !== comma) at = afterBlanks(bytes, at, end);
      if (bytes[at] === close) return at === end - 1;
      if (bytes[at] !== comma) return false;
      at++;
      if (bytes[at] <= 32) at = afterBlanks(bytes, at, end);
    }
  }

  return { split, fields };
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
