import type { BacktestValidation } from "@atc/runtime/validation";
import { counted, percent, ratio } from "../text/number-format.ts";
import { indentedLines, levelTable } from "./level-table.ts";

type Bootstrap = NonNullable<BacktestValidation["tests"]["bootstrap"]>;

/** A part of 1 without a sign for gains. */
export function unsigned(value: number): string {
  return percent(value).replace("+", "");
}

/** What bar returns that are drawn again come to. */
export function bootstrapLines(bootstrap: Bootstrap, width: number): readonly string[] {
  const { block, totalReturn, cagr, sharpe, maxDrawdown, probabilityOfLoss } = bootstrap;
  return [
    ...levelTable(
      [
        ["total return", totalReturn, percent],
        ["CAGR", cagr, percent],
        ["Sharpe ratio", sharpe, ratio],
        ["max drawdown", maxDrawdown, unsigned],
      ],
      width,
    ),
    ...indentedLines(
      `blocks of ${counted(block, "bar")} on average; ${unsigned(probabilityOfLoss)} of the samples gain nothing`,
      width,
    ),
  ];
}
