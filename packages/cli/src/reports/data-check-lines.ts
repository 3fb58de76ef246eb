import type { DataCheck } from "@atc/runtime/checks";
import { withFlags } from "../process/flag-words.ts";
import { counted } from "../text/number-format.ts";

/** What in the data distorts a backtest, for people: a line per finding. */
export function dataCheckLines({ path, symbols, rows, findings }: DataCheck): readonly string[] {
  const looked = `${counted(symbols, "symbol")}, ${counted(rows, "row")}`;
  if (findings.length === 0) return [`${path}: nothing found that distorts a backtest (${looked})`];
  return [
    `${path}: ${counted(findings.length, "finding")} (${looked})`,
    ...findings.map(({ text }) => `- ${withFlags(text)}`),
  ];
}
