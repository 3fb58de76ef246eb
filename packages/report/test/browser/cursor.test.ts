import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser } from "./open-browser.ts";

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

interface Edges {
  readonly left: number;
  readonly right: number;
}

/** The places of what a selector finds, and those of them that have a size. */
const placesOf = (page: Page, selector: string): Promise<readonly Edges[]> =>
  page.evaluate(
    (one) =>
      [...document.querySelectorAll(one)]
        .map((found) => found.getBoundingClientRect())
        .filter(({ height }) => height > 0)
        .map(({ left, right }) => ({ left, right })),
    selector,
  );

/** The middles of the cursor's lines, after the pointer is at a part of the width of the equity plot. */
async function cursorAt(page: Page, part: number): Promise<{ readonly pointer: number; readonly lines: number[] }> {
  const over = page.locator("#panel-equity .u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (box === null) throw new Error("the equity has no plot");
  const pointer = box.x + part * box.width;
  await page.mouse.move(pointer, box.y + box.height / 2);
  // The pointer is read, then the lines are moved in the next frame.
  await page.waitForTimeout(150);
  const lines = await placesOf(page, ".cursor:not([hidden])");
  return { pointer, lines: lines.map(({ left, right }) => (left + right) / 2) };
}

/** The middle of the wick of the candle around a place of the page: its highest painted column. */
function wickNear(page: Page, x: number, halfWidth: number): Promise<number> {
  return page.evaluate(
    ([middle, half]) => {
      const canvas = document.querySelector<HTMLCanvasElement>("#panel-price .uplot canvas");
      const colors = ["--up", "--down"].map((name) => {
        const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
      });
      if (canvas === null) throw new Error("the prices have no canvas");
      const { left, width } = canvas.getBoundingClientRect();
      const ratio = canvas.width / width;
      const from = Math.max(0, Math.round((middle - half - left) * ratio));
      const columns = Math.round(2 * half * ratio);
      const { data } = canvas.getContext("2d")?.getImageData(from, 0, columns, canvas.height) ?? { data: [] };
      const isCandle = (pixel: number): boolean =>
        colors.some((color) => color.every((value, i) => Math.abs(value - (data[4 * pixel + i] ?? 0)) < 60));
      for (let y = 0; y < canvas.height; y++) {
        const painted = Array.from({ length: columns }, (_, i) => i).filter((i) => isCandle(y * columns + i));
        if (painted.length > 0) {
          const mean = painted.reduce((sum, i) => sum + i + 0.5, 0) / painted.length;
          return left + (from + mean) / ratio;
        }
      }
      throw new Error("there is no candle here");
    },
    [x, halfWidth] as const,
  );
}

describe.skipIf(browserPath === undefined)("the panels of a report", () => {
  for (const width of [1280, 390])
    it(`have one axis at ${width} pixels: edges equal to 1 px, and the cursor within 2 px of the pointer in all`, async () => {
      await using opened = await browser.open(sampleReport({ bars: 513, signals: true }), { width });
      const { page, faults } = opened;
      const edges = await placesOf(page, ".u-over");
      expect(edges.length).toBe(6);
      for (const { left, right } of edges) {
        expect(Math.abs(left - (edges[0]?.left ?? 0))).toBeLessThanOrEqual(1);
        expect(Math.abs(right - (edges[0]?.right ?? 0))).toBeLessThanOrEqual(1);
      }
      for (const part of [0.003, 0.4, 0.777, 0.997]) {
        const { pointer, lines } = await cursorAt(page, part);
        expect(lines.length).toBe(6);
        for (const line of lines) expect(Math.abs(line - pointer)).toBeLessThanOrEqual(2);
        expect(new Set(lines).size).toBe(1);
      }
      expect(faults).toEqual([]);
    });

  it("have the cursor within 2 px of the middle of a bar that is wide, in all", async () => {
    await using opened = await browser.open(sampleReport({ names: ["AAA"], bars: 30, tradeBars: 100 }));
    const { page } = opened;
    const [plot] = await placesOf(page, ".u-over");
    const barWidth = ((plot?.right ?? 0) - (plot?.left ?? 0)) / 30;
    expect(barWidth).toBeGreaterThan(30);
    for (const part of [0.1, 0.4, 0.7]) {
      const { pointer, lines } = await cursorAt(page, part);
      expect(lines.length).toBe(5);
      const wick = await wickNear(page, lines[0] ?? 0, barWidth / 2 - 2);
      for (const line of lines) expect(Math.abs(line - wick)).toBeLessThanOrEqual(2);
      // It is the bar under the pointer.
      expect(Math.abs((lines[0] ?? 0) - pointer)).toBeLessThanOrEqual(barWidth / 2 + 1);
    }
  });
});
