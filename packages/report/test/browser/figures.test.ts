import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortestText } from "../../src/text/number-text.ts";
import { samplePrice, sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser } from "./open-browser.ts";
import { legendOf, legendsAt } from "./sample-legends.ts";

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

/** The price legend of the first symbol's bar. */
function priceAt(row: number): string {
  const [open, close] = [samplePrice(0, row - 1), samplePrice(0, row)];
  const texts = [open, Math.max(open, close) + 0.25, Math.min(open, close) - 0.25, close].map((price) =>
    shortestText(price, 7),
  );
  return `O ${texts[0]} H ${texts[1]} L ${texts[2]} C ${texts[3]}`;
}

describe.skipIf(browserPath === undefined)("the figures of a report in the browser", () => {
  it("are in every legend those of the last bar, and at the cursor those of its bar", async () => {
    await using opened = await browser.open(sampleReport({ bars: 513 }));
    const { page, faults } = opened;
    for (const row of [512, 511]) {
      for (const [panel, texts] of Object.entries(legendsAt(row)))
        await expect.poll(() => legendOf(page, panel)).toEqual(texts);
      await expect.poll(() => legendOf(page, "price")).toEqual([priceAt(row)]);
      await page.locator("#panel-equity .plot").focus();
      if (row === 512) await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
    }
    const symbol = page.locator("#symbols tbody tr").nth(1);
    expect(await symbol.textContent()).toContain("−22.0\u00a0%");
    expect(await symbol.textContent()).toContain("3,174");
    expect(faults).toEqual([]);
  });
});
