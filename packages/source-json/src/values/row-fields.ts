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
} from "./row-extent.ts";

/** The values of a row by field: where each starts and ends; 0 where there is none. */
interface RowFields {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Finds the fields of rows. Names and values are not copied. */
export interface FieldFinder {
  /** Splits the row in `bytes[start, end)`; false where it is no list or object of JSON. */
  split(bytes: Uint8Array, start: number, end: number): boolean;
  /** The values of the row split last. */
  readonly fields: RowFields;
}

/** A finder of the members of objects by `names`, or of the places of lists in order. */
export function fieldFinder(names: readonly string[]): FieldFinder {
  const fields: RowFields = { starts: new Int32Array(names.length), ends: new Int32Array(names.length) };
  const positions = new Map(names.map((name, position) => [name, position]));
  const encoded = names.map((name) => Buffer.from(name));

  /** The field of a member's name; rows mostly have their members in one order, so the next one is tried first. */
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
    for (let place = 0; ; place++) {
      let field = place;
      if (isObject) {
        const nameEnd = bytes[at] === quote ? valueEnd(bytes, at, end) : -1;
        if (nameEnd < 0) return false;
        field = fieldOf(bytes, at + 1, nameEnd - 1, place);
        at = afterBlanks(bytes, nameEnd, end);
        if (bytes[at] !== colon) return false;
        at = afterBlanks(bytes, at + 1, end);
      }
      const valueStop = valueEnd(bytes, at, end);
      if (valueStop <= at) return false;
      if (field >= 0 && field < names.length) {
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
