import { createHash } from "node:crypto";
import type { SignalRows } from "@atc/backtest";

/**
 * A hash of the decisions of some symbols. It does not depend on the file's name and form, or on the order of its rows.
 */
export function signalsDigest({ set, symbols }: SignalRows, names: readonly string[]): string {
  const hash = createHash("sha256").update(set.signal);
  for (const name of names) {
    const found = symbols.get(name);
    hash.update(`\n${JSON.stringify(name)} ${found?.times.length ?? 0}\n`);
    if (found === undefined) continue;
    for (const column of [found.times, ...found.values])
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    // The message of a fault, which results keep, names the file.
    if (found.fault !== undefined) hash.update(found.fault.message);
  }
  return hash.digest("hex");
}
