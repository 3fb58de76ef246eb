/** The part of the rows that all panels show. */
export interface View {
  /** Number of rows. */
  readonly rows: number;
  /** The left and right edge, in rows: row 0 is from -0.5 to 0.5. */
  readonly first: number;
  readonly last: number;
  /** The row under the cursor. */
  readonly cursor: number | undefined;
  readonly isLog: boolean;
  /** Shows a range; `keep` remembers the present one for `back`. Default: true. */
  show(first: number, last: number, keep?: boolean): void;
  /** Multiplies the range by `factor` around a row. */
  zoom(factor: number, around: number, keep?: boolean): void;
  /** Moves the range by rows. */
  pan(rows: number, keep?: boolean): void;
  /** Remembers the present range for `back`, before a gesture that changes it many times. */
  remember(): void;
  all(): void;
  back(): void;
  setCursor(row: number | undefined): void;
  setLog(isLog: boolean): void;
  /** Calls `listener` after every change. */
  onChange(listener: (what: "range" | "cursor" | "log") => void): void;
}

const mostRanges = 50;
/** The fewest rows in view. */
const fewestRows = 4;

/** Creates the view of all rows. */
export function createView(rows: number, isLog: boolean): View {
  const listeners: ((what: "range" | "cursor" | "log") => void)[] = [];
  const former: (readonly [number, number])[] = [];
  const least = Math.min(rows, fewestRows);
  let first = -0.5;
  let last = rows - 0.5;
  let cursor: number | undefined;
  let log = isLog;

  const tell = (what: "range" | "cursor" | "log"): void => {
    for (const listener of listeners) listener(what);
  };

  function remember(): void {
    former.push([first, last]);
    if (former.length > mostRanges) former.shift();
  }

  function show(from: number, to: number, keep = true): void {
    const span = Math.min(rows, Math.max(least, to - from));
    const middle = (from + to) / 2;
    const start = Math.max(-0.5, Math.min(rows - 0.5 - span, middle - span / 2));
    if (!Number.isFinite(start) || (start === first && start + span === last)) return;
    if (keep) remember();
    first = start;
    last = start + span;
    tell("range");
  }

  return {
    rows,
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    get cursor() {
      return cursor;
    },
    get isLog() {
      return log;
    },
    show,
    zoom: (factor, around, keep) => show(around - (around - first) * factor, around + (last - around) * factor, keep),
    pan: (distance, keep) => show(first + distance, last + distance, keep),
    remember,
    all: () => show(-0.5, rows - 0.5),
    back() {
      const range = former.pop();
      if (range !== undefined) show(...range, false);
    },
    setCursor(row) {
      const next = row === undefined ? undefined : Math.max(0, Math.min(rows - 1, Math.round(row)));
      if (next === cursor) return;
      cursor = next;
      tell("cursor");
    },
    setLog(next) {
      if (next === log) return;
      log = next;
      tell("log");
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
