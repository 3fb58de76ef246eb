import { printableLine } from "@atc/plugin-kit";
import type { Screen } from "./screen.ts";
import { wrapped } from "./text-table.ts";

/** Lines of a label and a text each, the texts below each other. Control characters are replaced. */
export function labelledLines(rows: readonly (readonly [string, string])[], screen: Screen): readonly string[] {
  const width = rows.reduce((most, [label]) => Math.max(most, label.length), 0) + 2;
  return rows.flatMap(([label, text]) =>
    wrapped(label.padEnd(width) + printableLine(text), "", screen.width ?? Number.POSITIVE_INFINITY, " ".repeat(width)),
  );
}
