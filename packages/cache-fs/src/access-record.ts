import { isStoreKey } from "./store-path.ts";

/** One line of an access log: `key` was read or written with `size` bytes, or removed (size undefined). */
export interface AccessRecord {
  readonly key: string;
  /** Microseconds since the epoch, strictly increasing within a process. */
  readonly time: number;
  /** Bytes of the value; undefined if the entry was removed. */
  readonly size: number | undefined;
}

const line = /^(?:\+ (\d{1,16}) (\d{1,16})|- (\d{1,16})) (\S+)$/;

/** The line of `record`, including the newline. */
export function formatRecord(record: AccessRecord): string {
  return record.size === undefined
    ? `- ${record.time} ${record.key}\n`
    : `+ ${record.time} ${record.size} ${record.key}\n`;
}

/**
 * The records of complete lines. Skips torn lines of killed processes or full disks: each costs one access time only.
 */
export function parseRecords(text: string): AccessRecord[] {
  const records: AccessRecord[] = [];
  for (const one of text.split("\n")) {
    const match = line.exec(one);
    if (match === null) continue;
    const key = match[4] ?? "";
    if (!isStoreKey(key)) continue;
    const size = match[2] === undefined ? undefined : Number(match[2]);
    records.push({ key, time: Number(match[1] ?? match[3]), size });
  }
  return records;
}
