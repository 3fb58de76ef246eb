import type { BadRow } from "@atc/contract";
import type { BadRows } from "./ingest-report.ts";

const firstKept = 100;

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
  const files = new Map<string, number>();
  const first: BadRow[] = [];
  let count = 0;
  const addReason = (reason: string, rows: number): void => {
    count += rows;
    reasons.set(reason, (reasons.get(reason) ?? 0) + rows);
  };
  const addFile = (file: string, rows: number): void => {
    files.set(file, (files.get(file) ?? 0) + rows);
  };
  return {
    add(row) {
      addReason(row.reason, 1);
      if (row.file !== undefined) addFile(row.file, 1);
      if (first.length < firstKept) first.push({ ...row });
    },
    addAll(rows, lineOffset) {
      for (const [reason, number] of Object.entries(rows.reasons)) addReason(reason, number);
      for (const [file, number] of Object.entries(rows.files ?? {})) addFile(file, number);
      for (const row of rows.first) if (first.length < firstKept) first.push({ ...row, line: row.line + lineOffset });
    },
    clear() {
      reasons.clear();
      files.clear();
      first.length = 0;
      count = 0;
    },
    badRows: () => ({
      count,
      reasons: Object.fromEntries(reasons),
      ...(files.size === 0 ? {} : { files: Object.fromEntries(files) }),
      first: [...first],
    }),
  };
}
