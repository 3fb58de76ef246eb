import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportData } from "../../src/index.ts";
import { sampleSweep } from "../sample-panels.ts";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser } from "./open-browser.ts";

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

/** What has the focus: its place in the document, on the page and on the screen. */
interface Stop {
  readonly text: string;
  readonly order: number;
  /** Of the section or the header that it is in. */
  readonly part: number;
  readonly left: number;
  readonly top: number;
  readonly hasOutline: boolean;
}

const focused = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(() => {
    const one = document.activeElement;
    if (one === null || one === document.body) return undefined;
    const { left, top } = one.getBoundingClientRect();
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const parts = [...document.querySelectorAll("header, section, footer")];
    return {
      text: (one.getAttribute("aria-label") ?? one.textContent ?? "").slice(0, 40),
      order: [...document.querySelectorAll("*")].indexOf(one),
      part: parts.findIndex((part) => part.contains(one)),
      // A table that is wider than the page scrolls on its own.
      left: left + (one.closest(".scroller, .wide, nav")?.scrollLeft ?? 0),
      top: top + scrollY,
      hasOutline: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1,
    };
  });

/** Everything that Tab comes to, from the top of the page. */
async function tabStops(page: Page): Promise<readonly Stop[]> {
  const stops: Stop[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (stop === undefined || stop.order <= (stops.at(-1)?.order ?? -1) || stops.length > 400) return stops;
    stops.push(stop);
  }
}

/** Roles and names of what can have the focus, as a screen reader has them. */
async function focusableNames(page: Page): Promise<readonly { readonly role: string; readonly name: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter(
      ({ ignored, properties = [], role }) =>
        !ignored &&
        role?.value !== "RootWebArea" &&
        properties.some(({ name, value }) => name === "focusable" && value.value === true),
    )
    .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? "") }));
}

describe.skipIf(browserPath === undefined)("the keyboard on a report", () => {
  const data = (): ReportData => ({
    ...sampleReport({ names: ["AAA", "BBB"], bars: 60, tradeBars: 20, signals: true, notes: ["a gap"] }),
    sweep: sampleSweep({ axes: ["a", "b", "c"] }),
  });

  for (const width of [1280, 390])
    it(`comes to every control in the order of the page at ${width} pixels, and shows where it is`, async () => {
      await using opened = await browser.open(data(), { width });
      const { page, faults } = opened;
      const stops = await tabStops(page);
      const texts = stops.map(({ text }) => text);
      expect(texts[0]).toBe("Skip to the summary");
      for (const text of [
        "Print",
        "Keys",
        "Range in view",
        "Symbol",
        "Search: Trades",
        "Returns by month",
        "AAA",
        "Axes",
      ])
        expect(texts).toContain(text);
      expect(texts.filter((text) => text.includes("Use the arrow keys")).length).toBe(0);
      expect(stops.filter(({ hasOutline }) => !hasOutline).map(({ text }) => text)).toEqual([]);
      // Within a part of the page, from above to below, and in a line from left to right.
      const back = stops.slice(1).filter((stop, i) => {
        const before = stops[i] as Stop;
        if (stop.part !== before.part || stop.part <= 0) return stop.part < before.part;
        return stop.top < before.top - 60 || (Math.abs(stop.top - before.top) < 4 && stop.left < before.left - 1);
      });
      expect(back.map(({ text }) => text)).toEqual([]);
      // The links of the header are before its buttons, also if they scroll.
      expect(
        stops
          .filter(({ part }) => part === 0)
          .map(({ text }) => text)
          .slice(-2),
      ).toEqual(["Dark", "Print"]);
      const [links, buttons] = await Promise.all(
        ["header nav", "header .tools"].map((part) => page.locator(part).boundingBox()),
      );
      expect((links?.x ?? 0) + (links?.width ?? 0)).toBeLessThanOrEqual(buttons?.x ?? 0);
      expect(faults).toEqual([]);
    });

  it("finds a name on everything that can have the focus", async () => {
    await using opened = await browser.open(data());
    const found = await focusableNames(opened.page);
    expect(found.length).toBeGreaterThan(60);
    expect(found.filter(({ name }) => name.trim() === "")).toEqual([]);
    expect(new Set(found.map(({ role }) => role))).toContain("slider");
    expect(found.filter(({ role }) => role === "application").length).toBeGreaterThanOrEqual(6);
  });

  it("walks down a table of which few rows are in the page", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `N${i}`);
    await using opened = await browser.open(sampleReport({ names, bars: 30 }));
    const { page, faults } = opened;
    await page.locator("#symbols tbody button").first().focus();
    for (let i = 1; i <= 40; i++) {
      await page.keyboard.press("Tab");
      // The scroller follows the focus, and draws other rows in the next frame.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
    expect((await focused(page))?.text).toBe("N40");
    expect(faults).toEqual([]);
  });

  it("reads in each panel the values of its legend at the cursor", async () => {
    await using opened = await browser.open(data());
    const { page, faults } = opened;
    const panels = page.locator("figure.panel:has(.plot[role=application])");
    const count = await panels.count();
    expect(count).toBe(6);
    for (let i = 0; i < count; i++) {
      const panel = panels.nth(i);
      await panel.locator(".plot").focus();
      await page.keyboard.press("ArrowLeft");
      // The legend changes in the next frame, and the text after a rest.
      await expect.poll(() => page.locator("#live").textContent()).toContain(`${18 - i} May 2015: `);
      const values = await panel
        .locator(".legend > span")
        .evaluateAll((items) => items.map((item) => (item.textContent ?? "").trim()));
      expect(values.length).toBeGreaterThan(0);
      expect(await page.locator("#live").textContent()).toBe(`${18 - i} May 2015: ${values.join(", ")}`);
    }
    expect(faults).toEqual([]);
  });
});
