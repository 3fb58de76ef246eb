import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser, savePicture, themesAt } from "./open-browser.ts";
import { accessFaults, canvasColors, layoutFaults } from "./page-faults.ts";
import { legendOf, legendsAt } from "./sample-legends.ts";

if (browserPath === undefined) console.warn("no Chromium here: the tests of the report in a browser are skipped");

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

const names = Array.from({ length: 50 }, (_, i) => `S${String(i).padStart(2, "0")}`);

const rangeText = (page: Page): Promise<string | null> => page.locator("#range-text").textContent();

/** The plot of a panel, scrolled into view. */
async function plotOf(
  page: Page,
  id: string,
): Promise<{ readonly x: number; readonly y: number; readonly width: number }> {
  const over = page.locator(`#panel-${id} .u-over`);
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (box === null) throw new Error(`panel ${id} has no plot`);
  return { x: box.x, y: box.y + box.height / 2, width: box.width };
}

describe.skipIf(browserPath === undefined)("a report in the browser", () => {
  const reports = {
    "50 symbols": () => sampleReport({ names, bars: 513 }),
    "one long symbol": () => sampleReport({ names: ["LONG"], bars: 200_000, tradeBars: 100, step: 60_000 }),
    "hostile names": () =>
      sampleReport({
        names: ["<img src=x onerror=alert(1)>", "\u202eevil", "x".repeat(10_000), "  "],
        notes: ["</script><script>alert(1)</script>"],
      }),
    "two bars": () => sampleReport({ bars: 2, tradeBars: 1 }),
    "one bar": () => sampleReport({ bars: 1 }),
    "all symbols skipped": () => sampleReport({ skipped: true }),
  };
  for (const [name, make] of Object.entries(reports))
    for (const [width, theme] of [1280, 390].flatMap((width) =>
      themesAt(width).map((theme) => [width, theme] as const),
    ))
      it(`of ${name} at ${width} pixels, ${theme}, makes no request and no fault`, async () => {
        await using opened = await browser.open(make(), { width, theme });
        const { page, faults } = opened;
        // Panels that are not in view are drawn while the browser is idle.
        await page.waitForTimeout(2000);
        const colors = await canvasColors(page, "canvas");
        await savePicture(page, `${name} ${width} ${theme}`.replaceAll(" ", "-"));
        expect(faults).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.dataset["failed"])).toBeUndefined();
        expect(await layoutFaults(page)).toEqual([]);
        if (name === "50 symbols" || name === "one long symbol") {
          expect(colors.length).toBeGreaterThanOrEqual(7);
          expect(Math.min(...colors)).toBeGreaterThanOrEqual(2);
        }
        if (name === "one long symbol") {
          // Of two bars each in the file, but exact at the end.
          const { equity, drawdown } = legendsAt(199_999);
          expect([await legendOf(page, "equity"), await legendOf(page, "drawdown")]).toEqual([equity, drawdown]);
          expect(await page.locator("#panel-drawdown .hint").textContent()).toContain("the worst of 2 bars");
        }
      });

  it("zooms by drag and wheel, moves, goes back, and shows all", async () => {
    await using opened = await browser.open(sampleReport({ names, bars: 513 }));
    const { page } = opened;
    const all = await rangeText(page);
    expect(all).toContain("513 bars");
    const { x, y, width } = await plotOf(page, "equity");
    await page.mouse.move(x + 0.25 * width, y);
    await page.mouse.down();
    await page.mouse.move(x + 0.5 * width, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    const zoomed = await rangeText(page);
    expect(Number(/(\d+) bars/.exec(zoomed ?? "")?.[1])).toBeGreaterThan(110);
    expect(Number(/(\d+) bars/.exec(zoomed ?? "")?.[1])).toBeLessThan(145);
    await page.keyboard.down("Shift");
    await page.mouse.move(x + 0.5 * width, y);
    await page.mouse.down();
    await page.mouse.move(x + 0.3 * width, y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    await expect.poll(() => rangeText(page)).not.toBe(zoomed);
    await page.locator("#back").click();
    await expect.poll(() => rangeText(page)).toBe(zoomed);
    await page.mouse.move(x + 0.5 * width, (await plotOf(page, "equity")).y);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await page.waitForTimeout(200);
    expect(Number(/(\d+) bars/.exec((await rangeText(page)) ?? "")?.[1])).toBeLessThan(100);
    await page.mouse.dblclick(x + 0.5 * width, (await plotOf(page, "equity")).y);
    await expect.poll(() => rangeText(page)).toBe(all);
    await page.getByRole("button", { name: "3M", exact: true }).click();
    await expect.poll(() => rangeText(page)).toMatch(/9[0-3] bars/);
    expect(opened.faults).toEqual([]);
  });

  it("is read and moved by the keyboard", async () => {
    await using opened = await browser.open(sampleReport({ names, bars: 513 }));
    const { page } = opened;
    await page.locator("#panel-equity .plot").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.waitForTimeout(400);
    const live = await page.locator("#live").textContent();
    expect(live).toMatch(/^\d+ \w+ 2016: after costs [\d,.]+/);
    await page.keyboard.press("+");
    await expect.poll(() => rangeText(page)).not.toContain("513 bars");
    await page.keyboard.press("0");
    await expect.poll(() => rangeText(page)).toContain("513 bars");
    await page.keyboard.press("l");
    expect(await page.locator("#log").getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("t");
    await expect.poll(() => rangeText(page)).not.toContain("513 bars");
    await page.locator("canvas.navigator").focus();
    const before = await rangeText(page);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => rangeText(page)).not.toBe(before);
    expect(await page.locator("canvas.navigator").getAttribute("aria-valuetext")).toBe(await rangeText(page));
    expect(opened.faults).toEqual([]);
  });

  it("sorts, searches and saves 5,000 symbols, of which few are in the page", async () => {
    const many = Array.from({ length: 5000 }, (_, i) => (i === 7 ? "=cmd" : `N${i}`));
    await using opened = await browser.open(sampleReport({ names: many, bars: 60, tradeBars: 30 }));
    const { page, faults } = opened;
    const rows = page.locator("#symbols tbody tr:not(.spacer)");
    expect(await rows.count()).toBeLessThan(60);
    await page.locator("#symbols").getByRole("button", { name: "Trades" }).click();
    expect(await rows.first().locator("th").textContent()).toBe("N4999");
    await page.locator("#symbols").getByRole("button", { name: "Trades" }).click();
    expect(await rows.first().locator("th").textContent()).toBe("N0");
    expect(await page.locator("#symbols th[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
    const search = page.locator("#symbols input[type=search]");
    await search.fill("trades>=8170 N499");
    expect(await page.locator("#symbols .count").textContent()).toBe("3 of 5,000 rows");
    await search.fill("nothing like this");
    expect(await page.locator("#symbols tbody").textContent()).toBe("Nothing matches.");
    await search.fill("");
    await page.locator("#symbols .scroller").evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await page.waitForTimeout(300);
    expect(await rows.last().locator("th").textContent()).toBe("N4999");
    await search.fill("=cmd");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#symbols").getByRole("button", { name: "Save CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("symbols.csv");
    const lines = (await readFile((await download.path()) ?? "", "utf8")).trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("symbol,totalReturn,grossReturn");
    expect(lines[1]).toMatch(/^'=cmd,/);
    expect(faults).toEqual([]);
  });

  it("shows a trade and a symbol in the charts", async () => {
    await using opened = await browser.open(sampleReport({ names, bars: 513 }));
    const { page } = opened;
    await page.locator("#trades tbody button").nth(5).click();
    await expect.poll(() => rangeText(page)).not.toContain("513 bars");
    await page.locator("#symbols tbody button").nth(4).click();
    await page.waitForTimeout(300);
    expect(await page.locator("#price-symbol option:checked").textContent()).toBe("S04");
    expect(opened.faults).toEqual([]);
  });

  it("changes its theme, follows the system, and keeps what was chosen", async () => {
    await using opened = await browser.open(sampleReport(), { theme: "dark" });
    const { page } = opened;
    const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset["theme"]);
    expect(await theme()).toBe("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(theme).toBe("light");
    await page.locator("#theme").click();
    expect(await theme()).toBe("dark");
    // The browser writes what a page stores a little later.
    const reloaded = async (): Promise<string | undefined> => {
      await page.reload();
      return await theme();
    };
    await expect.poll(reloaded).toBe("dark");
    expect(opened.faults).toEqual([]);
  });

  it("lets nothing in or out", async () => {
    await using opened = await browser.open(sampleReport());
    const blocked = await opened.page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'inserted'";
      document.body.append(script);
      const fetched = await fetch("https://example.invalid/").then(
        () => "fetched",
        () => "refused",
      );
      return [fetched, document.title.includes("inserted")];
    });
    expect(blocked).toEqual(["refused", false]);
    expect(opened.faults.some((fault) => fault.startsWith("request:"))).toBe(false);
  });

  for (const theme of ["light", "dark"] as const)
    it(`has no serious fault of accessibility in the ${theme} theme`, async () => {
      await using opened = await browser.open(sampleReport({ names, bars: 513 }), { theme });
      expect(await accessFaults(opened.page)).toEqual([]);
    });
});
