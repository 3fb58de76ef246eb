import type { BacktestReport } from "../backtest/backtest-report.ts";

/** A report, and the bars that `explainBars` explained, as plain data. */
type ExplainedReport = BacktestReport & { readonly explanations?: readonly object[] };

/** The JSON of a value inside an object, without the indent of its first line. */
function inner(value: unknown, indent: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll("\n", `\n${indent}`);
}

/**
 * A report as JSON in portions, one symbol at a time. Joined, they equal `JSON.stringify(report, undefined, 2)` and a
 * line feed. Thousands of symbols are never in one string.
 */
export function* reportJson(report: ExplainedReport): Generator<string, void, void> {
  let before = "{";
  for (const [name, value] of Object.entries(report)) {
    yield `${before}\n  ${JSON.stringify(name)}: `;
    before = ",";
    if (!Array.isArray(value) || value.length === 0) {
      yield inner(value, "  ");
      continue;
    }
    for (const [i, item] of value.entries()) yield `${i === 0 ? "[" : ","}\n    ${inner(item, "    ")}`;
    yield "\n  ]";
  }
  yield "\n}\n";
}
