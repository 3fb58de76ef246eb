/** Splits CSV texts into records, as RFC 4180 says; quotes may be in texts that begin without them. */
export interface CsvRecords {
  /** The complete records of the next piece of a text. */
  push(piece: string): readonly (readonly string[])[];
  /** The last record, if it has no line break; undefined in the middle of a quoted field. */
  finish(): readonly (readonly string[])[] | undefined;
}

/** Creates a splitter. */
export function csvRecords(): CsvRecords {
  let record: string[] = [];
  let field = "";
  let isQuoted = false;
  // A quote that ends a field, unless another one follows.
  let isClosing = false;
  let isEmpty = true;

  function endRecord(into: (readonly string[])[]): void {
    record.push(field);
    if (!(isEmpty && record.length === 1)) into.push(record);
    record = [];
    field = "";
    isEmpty = true;
  }

  /** Takes the characters of a quoted field from `at`; returns the place after them. */
  function takeQuoted(piece: string, at: number): number {
    const end = piece.indexOf('"', at);
    field += piece.slice(at, end < 0 ? piece.length : end);
    if (end < 0) return piece.length;
    isQuoted = false;
    isClosing = true;
    return end + 1;
  }

  /** Takes a separator, a line break or a quote; returns the place after it. */
  function takeMark(piece: string, at: number, records: (readonly string[])[]): number {
    const mark = piece[at];
    if (mark === '"') {
      if (isClosing) field += '"';
      isQuoted = true;
    } else if (mark === ",") {
      record.push(field);
      field = "";
    } else if (mark === "\n") endRecord(records);
    isClosing = false;
    if (mark !== "\n" && mark !== "\r") isEmpty = false;
    return at + 1;
  }

  return {
    push(piece) {
      const records: (readonly string[])[] = [];
      const marks = /[",\n\r]/g;
      for (let at = 0; at < piece.length; ) {
        if (isQuoted) {
          at = takeQuoted(piece, at);
          continue;
        }
        marks.lastIndex = at;
        const end = marks.exec(piece)?.index ?? piece.length;
        if (end > at) {
          field += piece.slice(at, end);
          isEmpty = false;
          isClosing = false;
        }
        at = end < piece.length ? takeMark(piece, end, records) : end;
      }
      return records;
    },
    finish() {
      if (isQuoted) return undefined;
      const records: (readonly string[])[] = [];
      endRecord(records);
      return records;
    },
  };
}
