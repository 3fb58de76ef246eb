import type { BadRow } from "@atc/contract";
import type { BadRows } from "./ingest-report.ts";

const firstKept = 20;

/** Counts the rows that a source complains of. */
export interface BadRowLog {
  /** Takes one. */
  add(row: BadRow): void;
  /** What was taken. */
  badRows(): BadRows;
}

/** An empty log. */
export function createBadRowLog(): BadRowLog {
  const reasons = new Map<string, number>();
  const first: BadRow[] = [];
  let count = 0;
  return {
    add(row) {
      count++;
      reasons.set(row.reason, (reasons.get(row.reason) ?? 0) + 1);
      if (first.length < firstKept) first.push({ ...row });
    },
    badRows: () => ({ count, reasons: Object.fromEntries(reasons), first: [...first] }),
  };
}
