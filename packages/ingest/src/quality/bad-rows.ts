import type { BadRow } from "@atc/contract";
import type { BadRows } from "./ingest-report.ts";

const firstKept = 20;

/** Collects the bad rows that a source reports. */
export interface BadRowLog {
  add(row: BadRow): void;
  /** Adds those of another log. `lineOffset` is added to their lines. */
  addAll(rows: BadRows, lineOffset: number): void;
  clear(): void;
  badRows(): BadRows;
}

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
