import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { belowZero, crowdedBar, withoutTrades, withoutVariance } from "../hard-reports.ts";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser, savePicture } from "./open-browser.ts";
import { canvasColors, layoutFaults } from "./page-faults.ts";

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? "";

/** Scrolls through the page, so that each section is laid out. */
async function scrollThrough(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0; y < height; y += 600) {
    await page.evaluate((to) => scrollTo(0, to), y);
    await page.waitForTimeout(30);
  }
  await page.evaluate(() => scrollTo(0, 0));
}

describe.skipIf(browserPath === undefined)("a report of a hard case", () => {
  const reports = {
    "no trades": withoutTrades,
    "no variance": withoutVariance,
    "an equity below zero": belowZero,
    "10,000 trades in one bar": crowdedBar,
    "one bar with signals": () => sampleReport({ bars: 1, signals: true }),
    "two bars with signals": () => sampleReport({ bars: 2, tradeBars: 1, signals: true }),
  };
  for (const [name, make] of Object.entries(reports))
    for (const width of [1280, 390])
      it(`with ${name} is drawn at ${width} pixels, on both kinds of axis`, async () => {
        await using opened = await browser.open(make(), { width, theme: width === 390 ? "dark" : "light" });
        const { page, faults } = opened;
        await scrollThrough(page);
        await page.locator("#log").click();
        await page.waitForTimeout(500);
        expect(await layoutFaults(page)).toEqual([]);
        await page.locator("#log").click();
        await page.locator("#panel-equity .plot").focus();
        for (const key of ["ArrowLeft", "+", "t", "T", "0", "Home", "End", "PageUp", "Escape"])
          await page.keyboard.press(key);
        await page.waitForTimeout(300);
        await savePicture(page, `${name.replaceAll(/[ ,]+/g, "-")}-${width}`);
        expect(faults).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.dataset["failed"])).toBeUndefined();
        const colors = await canvasColors(page, ".uplot canvas");
        expect(colors.length).toBeGreaterThanOrEqual(4);
        // Axes and grids at least.
        expect(Math.min(...colors)).toBeGreaterThanOrEqual(2);
      });

  it("says that there are no trades, instead of an empty table", async () => {
    await using opened = await browser.open(withoutTrades());
    expect(await textOf(opened.page, "#trades")).toContain("There are none");
    expect(await textOf(opened.page, "#panel-price .hint")).toContain("0 trades in view");
  });

  it("shows an equity below zero as it is, and no drawdown above 100 % of nothing", async () => {
    await using opened = await browser.open(belowZero());
    const legend = await textOf(opened.page, "#panel-equity .legend");
    expect(legend).toMatch(/after costs −[\d,]+/);
    expect(await textOf(opened.page, "#panel-drawdown .legend")).toMatch(/−1\d\d\.\d/);
  });

  it("counts 10,000 trades in one bar, and marks none of them", async () => {
    await using opened = await browser.open(crowdedBar());
    const { page } = opened;
    expect(await textOf(page, "#panel-price .hint")).toContain("10,000 trades in view: zoom in");
    expect(await page.locator("#trades tbody tr:not(.spacer)").count()).toBeLessThan(60);
    await page.locator("#trades tbody button").first().click();
    await expect.poll(() => textOf(page, "#range-text")).not.toContain("300 bars");
    expect(opened.faults).toEqual([]);
  });

  it("reads the signal of the chosen symbol at the cursor", async () => {
    await using opened = await browser.open(sampleReport({ bars: 300, signals: true }));
    const { page } = opened;
    const last = (symbol: number): string =>
      Math.sin(299 / 30 + symbol)
        .toFixed(3)
        .replace("-", "−");
    expect(await textOf(page, "#panel-signal .legend")).toBe(`signal ${last(0)}long above 0.100short below −0.200`);
    await page.locator("#price-symbol").selectOption("1");
    await expect.poll(() => textOf(page, "#panel-signal .legend")).toContain(`signal ${last(1)}`);
    expect(opened.faults).toEqual([]);
  });
});
