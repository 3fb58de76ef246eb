import type { BadRow } from "@atc/contract";
import type { BadRows } from "./ingest-report.ts";

const firstKept = 20;

/** Counts the rows that a source complains of. */
export interface BadRowLog {
  /** Takes one. */
  add(row: BadRow): void;
  /** Takes those of another log, in lines counted from elsewhere. */
  addAll(rows: BadRows, lineOffset: number): void;
  /** Forgets them all. */
  clear(): void;
  /** What was taken. */
  badRows(): BadRows;
}

/** An empty log. */
export function createBadRowLog(): BadRowLog {
  const reasons = new Map<string, number>();
  const first: BadRow[] = [];
  let count = 0;
  const addReason = (reason: string, rows: number): void => {
    count += rows;
    reasons.set(reason, (reasons.get(reason) ?? 0) + rows);
  };
  return {
    add(row) {
      addReason(row.reason, 1);
      if (first.length < firstKept) first.push({ ...row });
    },
    addAll(rows, lineOffset) {
      for (const [reason, number] of Object.entries(rows.reasons)) addReason(reason, number);
      for (const row of rows.first) if (first.length < firstKept) first.push({ ...row, line: row.line + lineOffset });
    },
    clear() {
      reasons.clear();
      first.length = 0;
      count = 0;
    },
    badRows: () => ({ count, reasons: Object.fromEntries(reasons), first: [...first] }),
  };
}
