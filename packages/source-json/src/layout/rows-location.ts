import { AtcError } from "@atc/contract";
import { afterBlanks, colon, comma, openList, openObject, quote, textEnd, valueEnd } from "../values/json-scanner.ts";
import { shellQuoted } from "../values/shell-quoted.ts";

/** The position of the rows in a document. */
export interface RowsLocation {
  /** Whether they are elements of one array; else they follow each other, usually one per line. */
  readonly isList: boolean;
  /** Whether the array is a member of an object, so that other members may follow. */
  readonly isNested: boolean;
  /** The offset of the first row, or of the end of an empty array. */
  readonly start: number;
  /** The path of the array, if it was found because no other array has rows. */
  readonly foundAt?: string;
}

/** The first bytes of a document. */
export interface JsonHead {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Whether the document ends at `end`. */
  readonly final: boolean;
}

function invalid(name: string, reason: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `"${name}" ${reason}`, { details: { path: name } });
}

/**
 * The members of the object at `at` in order: their names, and the offsets of their values, as far as the bytes hold
 * them.
 */
export function members(
  { bytes, end }: Pick<JsonHead, "bytes" | "end">,
  at: number,
): readonly (readonly [name: string, value: number])[] {
  const found: [string, number][] = [];
  for (let next = afterBlanks(bytes, at + 1, end); bytes[next] === quote && next < end; ) {
    const nameEnd = textEnd(bytes, next, end);
    if (nameEnd < 0) break;
    const mark = afterBlanks(bytes, nameEnd, end);
    if (bytes[mark] !== colon) break;
    const value = afterBlanks(bytes, mark + 1, end);
    if (value >= end) break;
    found.push([Buffer.from(bytes.subarray(next + 1, nameEnd - 1)).toString("utf8"), value]);
    const after = valueEnd(bytes, value, end);
    if (after < 0) break;
    const separator = afterBlanks(bytes, after, end);
    if (bytes[separator] !== comma) break;
    next = afterBlanks(bytes, separator + 1, end);
  }
  return found;
}

function followPath(head: JsonHead, start: number, rowsAt: string, name: string): number {
  let at = start;
  for (const step of rowsAt.split(".")) {
    if (head.bytes[at] !== openObject)
      throw invalid(name, `has no object with the member "${step}" of the option rowsAt "${rowsAt}"`);
    const found = members(head, at);
    const member = found.find(([own]) => own === step);
    if (member === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `"${name}" has no member "${step}" of the option rowsAt "${rowsAt}" in its first ${head.end} bytes; it has ${
          found
            .slice(0, 20)
            .map(([own]) => `"${own.slice(0, 40)}"`)
            .join(", ") || "none"
        }`,
        { details: { path: name, option: "rowsAt" } },
      );
    at = member[1];
  }
  if (head.bytes[at] !== openList)
    throw invalid(name, `has no array at "${rowsAt}"; give the path of one with the option rowsAt`);
  return at;
}

/** An array of arrays or objects, which the option rowsAt could name. */
interface RowList {
  readonly path: string;
  /** The offset of its bracket. */
  readonly at: number;
  /** Whether rowsAt can name it: no member on its path has a dot in its name. */
  readonly isNamed: boolean;
}

function rowLists(head: JsonHead, at: number, parent: Omit<RowList, "at">, depth: number): readonly RowList[] {
  return members(head, at).flatMap(([name, value]) => {
    const path = parent.path === "" ? name : `${parent.path}.${name}`;
    const own = { path, isNamed: parent.isNamed && name !== "" && !name.includes(".") };
    const byte = head.bytes[value];
    if (byte === openObject && depth < 3) return rowLists(head, value, own, depth + 1);
    const first = head.bytes[afterBlanks(head.bytes, value + 1, head.end)];
    return byte === openList && (first === openList || first === openObject) ? [{ ...own, at: value }] : [];
  });
}

/**
 * Finds the rows of a document: in an array, at the option `rowsAt`, or one after another.
 *
 * @throws ATC_INVALID_DATA if there are none, ATC_INVALID_ARGUMENT if a member of `rowsAt` is missing
 */
export function findRows(head: JsonHead, name: string, rowsAt: string | undefined): RowsLocation {
  const { bytes, end } = head;
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const start = afterBlanks(bytes, mark, end);
  if (start === end) throw invalid(name, "contains no text; give JSON with rows");
  const inList = (at: number): RowsLocation => ({
    isList: true,
    isNested: at !== start,
    start: afterBlanks(bytes, at + 1, end),
  });
  if (rowsAt !== undefined) return inList(followPath(head, start, rowsAt, name));
  const first = bytes[start];
  if (first === openList) {
    const inner = bytes[afterBlanks(bytes, start + 1, end)];
    return inner === openList || inner === openObject || inner === 93
      ? inList(start)
      : { isList: false, isNested: false, start };
  }
  if (first !== openObject)
    throw invalid(name, "starts with neither an array nor an object; give a JSON array of rows, or JSON lines");
  const after = valueEnd(bytes, start, end);
  // Another value follows a row of JSON lines, which may have an array of its own.
  const isAlone = after < 0 || afterBlanks(bytes, after, end) === end;
  const lists = isAlone ? rowLists(head, start, { path: "", isNamed: true }, 0) : [];
  const [only, ...others] = lists;
  if (only === undefined && after > 0) return { isList: false, isNested: false, start };
  if (only !== undefined && others.length === 0) return { ...inList(only.at), foundAt: only.path };
  const named = lists.find(({ isNamed }) => isNamed)?.path ?? "data.candles";
  const hint =
    only === undefined
      ? "its first value does not end in its first MiB"
      : `it has rows at ${lists
          .slice(0, 5)
          .map(({ path }) => `"${path}"`)
          .join(" and ")}; name one array with the option rowsAt (--source-option ${shellQuoted(`rowsAt=${named}`)})`;
  throw invalid(name, `is an object that is not a row; ${hint}`);
}
