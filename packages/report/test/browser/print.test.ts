import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportData } from "../../src/index.ts";
import { sampleLuck, sampleSweep, sampleWalkForward } from "../sample-panels.ts";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser, savePicture } from "./open-browser.ts";
import { layoutFaults } from "./page-faults.ts";

const hasPoppler = spawnSync("pdftoppm", ["-v"]).error === undefined;
if (browserPath !== undefined && !hasPoppler)
  console.warn("no pdftoppm here: install poppler-utils to look at the pages of the PDF");

let browser: ReportBrowser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "atc-print-"));
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Word {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The words of each page of a PDF, in points. */
function wordsOf(pdf: string): readonly { readonly width: number; readonly words: readonly Word[] }[] {
  const { stdout } = spawnSync("pdftotext", ["-bbox", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });
  return [...stdout.matchAll(/<page width="([\d.]+)"[^>]*>([\s\S]*?)<\/page>/g)].map(([, width, inside = ""]) => ({
    width: Number(width),
    words: [
      ...inside.matchAll(/<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</g),
    ].map(([, left, top, right, bottom, text = ""]) => ({
      text,
      left: Number(left),
      top: Number(top),
      right: Number(right),
      bottom: Number(bottom),
    })),
  }));
}

/** Words that cover more than a quarter of another one, and words beyond the edge of the paper. */
function wordFaults({ width, words }: { readonly width: number; readonly words: readonly Word[] }): readonly string[] {
  const area = ({ left, top, right, bottom }: Word): number => (right - left) * (bottom - top);
  const shared = (a: Word, b: Word): number =>
    Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const faults = words
    .filter(({ left, right }) => left < -1 || right > width + 1)
    .map(({ text }) => `"${text}" is beyond the edge`);
  for (const [i, a] of words.entries())
    for (const b of words.slice(i + 1))
      if (shared(a, b) > 0.25 * Math.min(area(a), area(b))) faults.push(`"${a.text}" and "${b.text}" overlap`);
  return faults;
}

/** The part of the pixels of each page that is light. */
function lightParts(pdf: string): readonly number[] {
  spawnSync("pdftoppm", ["-r", "30", "-gray", pdf, join(folder, "page")]);
  const files = readdirSync(folder).filter((name) => name.endsWith(".pgm"));
  return files.map((name) => {
    const bytes = readFileSync(join(folder, name));
    rmSync(join(folder, name));
    // Three lines of text are before the pixels.
    const header = /^P5\s+\d+\s+\d+\s+\d+\s/.exec(bytes.subarray(0, 40).toString("latin1"))?.[0].length ?? 0;
    const pixels = bytes.subarray(header);
    return pixels.reduce((count, value) => count + (value > 200 ? 1 : 0), 0) / pixels.length;
  });
}

/** The state of the page that printing changes for a while. */
const stateOf = (page: Page): Promise<object> =>
  page.evaluate(() => ({
    theme: document.documentElement.dataset["theme"],
    open: [...document.querySelectorAll("details")].map((one) => one.open),
    widths: [...document.querySelectorAll("canvas")].map(({ width }) => width),
    rows: document.querySelectorAll("tbody tr").length,
  }));

const names = Array.from({ length: 50 }, (_, i) => `S${String(i).padStart(2, "0")}`);

describe.skipIf(browserPath === undefined)("a report on paper", () => {
  const reports: Readonly<Record<string, readonly [data: () => ReportData, words: readonly string[]]>> = {
    "of 50 symbols": [
      () => sampleReport({ names, bars: 513, signals: true }),
      ["Costs decide.", "S49", "Deepest drawdowns", "fingerprint", "Returns by month"],
    ],
    "of a search": [
      () => ({
        ...sampleReport({ bars: 120 }),
        sweep: sampleSweep({ values: 30 }),
        walkForward: sampleWalkForward(),
        luck: sampleLuck(),
      }),
      ["Best configurations", "Was it luck?", "Efficiency 0.61"],
    ],
  };
  for (const [name, [make, texts]] of Object.entries(reports))
    it(`${name} has light pages from the dark theme, nothing overlaps, and the page is as it was after it`, async () => {
      await using opened = await browser.open(make(), { theme: "dark" });
      const { page, faults } = opened;
      const before = await stateOf(page);
      const bytes = await page.pdf({ format: "A4", printBackground: true, margin: { left: "10mm", right: "10mm" } });
      await expect.poll(() => stateOf(page)).toEqual(before);
      expect(before).toMatchObject({ theme: "dark" });
      expect(faults).toEqual([]);
      if (!hasPoppler) return;
      const file = join(folder, "report.pdf");
      writeFileSync(file, bytes);
      for (const part of lightParts(file)) expect(part).toBeGreaterThan(0.6);
      const pages = wordsOf(file);
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flatMap(wordFaults)).toEqual([]);
      const text = pages.flatMap(({ words }) => words.map((word) => word.text)).join(" ");
      for (const part of texts) expect(text.replaceAll(/\s+/g, " ")).toContain(part);
    });

  it("has no panels, tables or tiles that overlap or are wider than the paper", async () => {
    await using opened = await browser.open(sampleReport({ names, bars: 513, signals: true }), { theme: "dark" });
    const { page } = opened;
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await layoutFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll("table, canvas, svg, pre")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => `${one.tagName} ${one.className}`),
    );
    expect(wide).toEqual([]);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  });
});

it.skipIf(browserPath === undefined)(
  "a report without scripts has verdict, tiles, months, drawdowns and metrics to be read",
  async () => {
    await using opened = await browser.open(sampleReport({ names, bars: 513 }), { scripts: false, theme: "dark" });
    const { page, faults } = opened;
    for (const [selector, count] of Object.entries({
      ".verdict": 1,
      ".tiles dd:not(.note)": 8,
      "#months tbody td": 28,
      "#drawdowns tbody tr": 1,
      "#metrics dd": 6,
      "#reproduce summary": 2,
      "noscript p": 1,
    })) {
      const parts = page.locator(selector).filter({ visible: true });
      expect([selector, await parts.count()]).toEqual([selector, count]);
      for (const text of await parts.allTextContents()) expect(text.trim()).not.toBe("");
    }
    for (const part of ["Costs decide.", "−12.1\u00a0%", "+16.1\u00a0%", "28 Feb 2017", "−1.4587"])
      expect(await page.getByText(part).filter({ visible: true }).count()).toBeGreaterThan(0);
    expect(await page.locator("#charts").isVisible()).toBe(false);
    // The print button and other controls of the scripts are not shown.
    expect(await page.locator("button").filter({ visible: true }).count()).toBe(0);
    expect(await layoutFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
    await savePicture(page, "without-scripts");
  },
);
