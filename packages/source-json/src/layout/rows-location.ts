import { AtcError } from "@atc/contract";
import { afterBlanks, colon, comma, openList, openObject, quote, textEnd, valueEnd } from "../values/row-extent.ts";

/** Where rows stand in a document. */
export interface RowsPlace {
  /** Whether they are members of one list; else they are values of their own, usually a line each. */
  readonly isList: boolean;
  /** Whether the list is a member of an object, so that other members may follow. */
  readonly isNested: boolean;
  /** Offset of the first row, or of what stands in its place. */
  readonly start: number;
}

/** The first bytes of a document. */
export interface JsonHead {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Whether the document ends there. */
  readonly final: boolean;
}

function invalid(name: string, reason: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `"${name}" ${reason}`, { details: { path: name } });
}

/** The members of the object at `at`: names and offsets of their values, as far as they are among the bytes. */
function members({ bytes, end }: JsonHead, at: number): readonly (readonly [name: string, value: number])[] {
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
      throw invalid(name, `has no object where "${step}" of the option rowsAt "${rowsAt}" should be`);
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
  if (head.bytes[at] !== openList) throw invalid(name, `has no list at "${rowsAt}"`);
  return at;
}

/** Paths to lists of lists or objects, to tell which the option rowsAt could name. */
function listPaths(head: JsonHead, at: number, path: string, depth: number): readonly string[] {
  return members(head, at).flatMap(([name, value]) => {
    const own = path === "" ? name : `${path}.${name}`;
    const byte = head.bytes[value];
    if (byte === openObject && depth < 3) return listPaths(head, value, own, depth + 1);
    const first = head.bytes[afterBlanks(head.bytes, value + 1, head.end)];
    return byte === openList && (first === openList || first === openObject) ? [own] : [];
  });
}

/**
 * Finds the rows of a document: in a list, at the option `rowsAt`, or one after another.
 *
 * @throws ATC_INVALID_DATA where there are none, ATC_INVALID_ARGUMENT where `rowsAt` leads nowhere
 */
export function findRows(head: JsonHead, name: string, rowsAt: string | undefined): RowsPlace {
  const { bytes, end } = head;
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const start = afterBlanks(bytes, mark, end);
  if (start === end) throw invalid(name, "holds no text; give JSON with rows");
  const inList = (at: number): RowsPlace => ({
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
    throw invalid(name, "starts with neither a list nor an object; give JSON lists or lines of rows");
  const after = valueEnd(bytes, start, end);
  const paths = listPaths(head, start, "", 0);
  if (paths.length === 0 && after > 0) return { isList: false, isNested: false, start };
  const hint =
    paths.length === 0
      ? "its first value does not end in its first MiB"
      : `name the list of its rows with the option rowsAt, such as ${paths.slice(0, 3).join(" or ")}`;
  throw invalid(name, `is an object that holds other values than a row; ${hint}`);
}
