import type { RunMismatch } from "@atc/runtime/runs";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";

/** The most rows of the table; `--json` has all. */
const mostRows = 30;

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How a run differs from the same run computed again. */
export function mismatchTable(mismatches: readonly RunMismatch[], screen: Screen): string {
  const table = textTable(
    [
      { title: "symbol", align: "left" },
      { title: "what", align: "left" },
      { title: "stored", align: "left" },
      { title: "computed", align: "left" },
    ],
    mismatches
      .slice(0, mostRows)
      .map(({ symbol, what, stored, computed }) => [
        symbol ?? "(portfolio)",
        what,
        valueText(stored),
        valueText(computed),
      ]),
    screen,
  );
  const more = mismatches.length - mostRows;
  return more > 0 ? `${table}\nand ${more} more; --json has all` : table;
}
