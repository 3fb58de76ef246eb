import type { Page } from "playwright-core";
import { decimalText, percentText, signedPercentText } from "../../src/text/number-text.ts";
import { sampleEquity } from "../sample-report.ts";

/** The items of a panel's legend. */
export const legendOf = (page: Page, panel: string): Promise<readonly string[]> =>
  page
    .locator(`#panel-${panel} .legend > span`)
    .evaluateAll((items) => items.map((item) => (item.textContent ?? "").trim()));

const moneyOf = (value: number): string => `${decimalText(value)} (${signedPercentText(value / 10_000 - 1)})`;

/** What the legends of a sample report say of a bar. */
export function legendsAt(row: number): Readonly<Record<string, readonly string[]>> {
  const equity = sampleEquity(row);
  let peak = 0;
  for (let at = 0; at <= row; at++) peak = Math.max(peak, sampleEquity(at));
  const isLong = row % 40 < 20;
  return {
    equity: [
      `after costs ${moneyOf(equity)}`,
      `before costs ${moneyOf(1.1 * equity)}`,
      `holding ${moneyOf(10_000 * (1 + row / 5000))}`,
    ],
    drawdown: [`below the peak ${percentText(equity / peak - 1)}`],
    exposure: [`long ${percentText(isLong ? 0.6 : 0.2)}`, `short ${percentText(isLong ? 0.1 : 0.5)}`],
    sharpe: [`Sharpe ${decimalText(Math.sin(row / 50), 2)}`],
  };
}
