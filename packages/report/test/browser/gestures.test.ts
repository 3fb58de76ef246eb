import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/index.ts";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser, savePicture } from "./open-browser.ts";

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? "";
const rangeText = (page: Page): Promise<string> => textOf(page, "#range-text");
const barsIn = async (page: Page): Promise<number> =>
  Number(/([\d,]+) bars?$/.exec(await rangeText(page))?.[1]?.replaceAll(",", ""));

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

async function placeOf(page: Page, selector: string): Promise<Place> {
  const place = page.locator(selector);
  await place.scrollIntoViewIfNeeded();
  const box = await place.boundingBox();
  if (box === null) throw new Error(`there is no ${selector}`);
  return { x: box.x, y: box.y + box.height / 2, width: box.width };
}

/** Moves two fingers from and to places of a plot, as parts of its width. */
async function pinch(
  page: Page,
  { x, y, width }: Place,
  from: readonly number[],
  to: readonly number[],
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const points = (part: number): { x: number; y: number; id: number }[] =>
    from.map((start, id) => ({ x: x + width * (start + part * ((to[id] ?? 0) - start)), y, id }));
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(0) });
  for (let step = 1; step <= 8; step++)
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(step / 8) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(200);
}

describe.skipIf(browserPath === undefined)("the charts of a report", () => {
  it("are zoomed by two fingers and moved by one, and go back in one step", async () => {
    await using opened = await browser.open(sampleReport({ bars: 513 }), { width: 390 });
    const { page, faults } = opened;
    const place = await placeOf(page, "#panel-equity .u-over");
    await pinch(page, place, [0.4, 0.6], [0.1, 0.9]);
    const zoomed = await barsIn(page);
    expect(zoomed).toBeGreaterThan(90);
    expect(zoomed).toBeLessThan(180);
    const range = await rangeText(page);
    await pinch(page, place, [0.7], [0.3]);
    expect(await barsIn(page)).toBeGreaterThanOrEqual(zoomed - 1);
    expect(await rangeText(page)).not.toBe(range);
    await pinch(page, place, [0.1, 0.9], [0.4, 0.6]);
    expect(await barsIn(page)).toBeGreaterThan(2 * zoomed);
    await page.locator("#all").click();
    expect(await barsIn(page)).toBe(513);
    await page.locator("#back").click();
    await expect.poll(() => barsIn(page)).toBeLessThan(513);
    expect(faults).toEqual([]);
  });

  it("are read and moved by every key that the list of keys has", async () => {
    await using opened = await browser.open(sampleReport({ bars: 513, names: ["AAA"] }));
    const { page, faults } = opened;
    const press = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      await page.waitForTimeout(350);
      return await rangeText(page);
    };
    const live = (): Promise<string> => textOf(page, "#live");
    await page.locator("#panel-equity .plot").focus();
    const all = await rangeText(page);
    await press("ArrowLeft");
    expect(await live()).toMatch(/^13 Aug 2016: after costs [\d,]+ \(.+\), before costs .+, holding /);
    await press("Shift+ArrowLeft");
    expect(await live()).toMatch(/^24 Jul 2016: /);
    await press("ArrowRight");
    expect(await live()).toMatch(/^25 Jul 2016: /);
    await press("ArrowLeft");
    await press("ArrowLeft");
    await press("Shift+ArrowRight");
    expect(await live()).toMatch(/^12 Aug 2016: /);
    const zoomed = await press("+");
    expect(await barsIn(page)).toBeLessThan(370);
    expect(await press("-")).not.toBe(zoomed);
    expect(await press("0")).toBe(all);
    for (let i = 0; i < 4; i++) await press("=");
    const start = await press("Home");
    expect(start).toMatch(/^20 Mar 2015 – /);
    const second = await press("PageDown");
    expect(second).not.toBe(start);
    expect(await press("PageUp")).toBe(start);
    expect(await press("End")).toMatch(/– 13 Aug 2016 · /);
    expect(await press("b")).toBe(start);
    await press("l");
    expect(await page.locator("#log").getAttribute("aria-pressed")).toBe("true");
    await press("l");
    expect(await page.locator("#log").getAttribute("aria-pressed")).toBe("false");
    await press("0");
    await press("Escape");
    expect(await page.locator(".cursor:not([hidden])").count()).toBe(0);
    await press("t");
    expect(await live()).toMatch(/^30 Mar 2015: |^20 Mar 2015: /);
    const first = await live();
    await press("t");
    const next = await live();
    expect(next).not.toBe(first);
    await press("t");
    await press("T");
    expect(await live()).toBe(next);
    expect(faults).toEqual([]);
  });

  it("are moved by the navigator: dragged by its middle and its edges, and by keys", async () => {
    await using opened = await browser.open(sampleReport({ bars: 513 }));
    const { page, faults } = opened;
    const { x, y, width } = await placeOf(page, "canvas.navigator");
    const drag = async (from: number, to: number): Promise<string> => {
      await page.mouse.move(x + from * width, y);
      await page.mouse.down();
      await page.mouse.move(x + to * width, y, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(200);
      return await rangeText(page);
    };
    await drag(0.001, 0.5);
    expect(Math.abs((await barsIn(page)) - 256)).toBeLessThan(6);
    const right = await rangeText(page);
    const left = await drag(0.75, 0.25);
    expect(left).toMatch(/^20 Mar 2015 – /);
    await page.locator("canvas.navigator").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => rangeText(page)).not.toBe(left);
    await page.keyboard.press("End");
    await expect.poll(() => rangeText(page)).toBe(right);
    const bars = await barsIn(page);
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => barsIn(page)).toBeLessThan(bars);
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => barsIn(page)).toBeGreaterThan(0.95 * bars);
    expect(faults).toEqual([]);
  });

  it("of a long run show single bars around trades, and pale boxes elsewhere", async () => {
    const data = sampleReport({ names: ["LONG"], bars: 330_000, tradeBars: 20_000, step: 60_000, signals: true });
    await using opened = await browser.open(data);
    const { page, faults } = opened;
    const hint = (): Promise<string> => textOf(page, "#panel-price .hint");
    await page.locator("#panel-price .plot").scrollIntoViewIfNeeded();
    await expect.poll(hint).toContain("Each candle is 1,024 bars.");
    await page.locator("#panel-price .plot").focus();
    const all = await barsIn(page);
    await page.keyboard.press("t");
    await expect.poll(() => barsIn(page)).toBeLessThan(all);
    for (let i = 0; i < 60 && (await barsIn(page)) > 20; i++) await page.keyboard.press("+");
    await expect.poll(hint).toContain("Pale boxes are 4 bars each");
    expect(await hint()).not.toContain("Each candle");
    expect(await textOf(page, "#panel-price .legend")).toMatch(/^O [\d.]+ H [\d.]+ L [\d.]+ C [\d.]+$/);
    await savePicture(page, "single-bars");
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => textOf(page, "#panel-price .legend")).toContain("of 4 bars");
    expect(faults).toEqual([]);
  });

  it("are followed by sections that a picture of the whole page shows, though nobody has scrolled to them", async () => {
    await using opened = await browser.open(sampleReport({ bars: 513 }));
    const states = await opened.page.evaluate(() =>
      [...document.querySelectorAll("section")].map((one) => getComputedStyle(one).contentVisibility),
    );
    expect(new Set(states)).toEqual(new Set(["visible"]));
  });

  it("sort 5,000 symbols, which is timed and not judged", async (context) => {
    const names = Array.from({ length: 5000 }, (_, i) => `N${i}`);
    await using opened = await browser.open(sampleReport({ names, bars: 60, tradeBars: 30 }));
    const ms = await opened.page.evaluate(() => {
      const control = [...document.querySelectorAll<HTMLElement>("#symbols th button")].at(3);
      const start = performance.now();
      control?.click();
      return performance.now() - start;
    });
    context.annotate(`sorting 5,000 symbols took ${ms.toFixed(0)} ms`);
    expect(await opened.page.locator("#symbols tbody tr:not(.spacer)").count()).toBeLessThan(60);
  });

  it("come with the one file: a server sees one request", async () => {
    const page = renderReport(sampleReport({ bars: 60 }));
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(String(request.url));
      response.setHeader("content-type", "text/html").end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await using opened = await browser.openUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/report`);
      await opened.page.waitForTimeout(500);
      expect(opened.faults).toEqual([]);
      expect(seen).toEqual(["/report"]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
