import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportData } from "../../src/index.ts";
import { sampleLuck, sampleSweep, sampleWalkForward } from "../sample-panels.ts";
import { sampleReport } from "../sample-report.ts";
import { browserPath, openBrowser, type ReportBrowser, savePicture, themesAt } from "./open-browser.ts";
import { accessFaults, canvasColors, layoutFaults } from "./page-faults.ts";

if (browserPath === undefined) console.warn("no Chromium here: the tests of sweeps in a browser are skipped");

let browser: ReportBrowser;
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser();
});
afterAll(async () => await browser?.[Symbol.asyncDispose]());

const base = (): ReportData => sampleReport({ bars: 120 });

const hostile = ["<img src=x onerror=alert(1)>", "\u202eevil", "x".repeat(5000), "</script><!--", "  "];

describe.skipIf(browserPath === undefined)("the panels of searches in the browser", () => {
  const reports: Readonly<Record<string, () => ReportData>> = {
    "a sweep": () => ({ ...base(), sweep: sampleSweep() }),
    "a sweep of many values": () => ({
      ...base(),
      sweep: sampleSweep({ axes: ["a", "b", "c"], values: 30, lines: 2000, verdict: "survives" }),
    }),
    "a sweep of hostile names": () => ({
      ...base(),
      sweep: sampleSweep({ axes: hostile.slice(0, 3), texts: hostile, notes: hostile }),
    }),
    "a walk-forward": () => ({ ...base(), walkForward: sampleWalkForward() }),
    "a judged backtest": () => ({ ...base(), luck: sampleLuck() }),
  };
  for (const [name, data] of Object.entries(reports))
    for (const [width, theme] of [1280, 390].flatMap((width) =>
      themesAt(width).map((theme) => [width, theme] as const),
    ))
      it(`${name} at ${width} pixels, ${theme}, has no message, no request, no overlap, and pixels in its pictures`, async () => {
        await using opened = await browser.open(data(), { width, theme });
        const { page, faults } = opened;
        const colors = await canvasColors(page, "#sweep canvas, #walk-forward canvas");
        await savePicture(page, `${name} ${width} ${theme}`.replaceAll(" ", "-"));
        expect(faults).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.dataset["failed"])).toBeUndefined();
        expect(await layoutFaults(page)).toEqual([]);
        for (const count of colors) expect(count).toBeGreaterThan(3);
        const counts: Readonly<Record<string, number>> = {
          "a sweep": 2,
          "a sweep of many values": 3,
          "a walk-forward": 1,
        };
        expect(colors.length).toBe(counts[name] ?? colors.length);
        expect(await accessFaults(page)).toEqual([]);
      });

  it("shows the map of other axes and figures", async () => {
    await using opened = await browser.open({ ...base(), sweep: sampleSweep({ axes: ["a", "b", "c"] }) });
    const { page, faults } = opened;
    const map = page.locator("#sweep-map");
    const written = await map.locator(".hint").textContent();
    expect(written).toMatch(/^sharpe of the best configuration by a \(down\) and b \(across\): from/);
    await map.getByLabel("Figure").selectOption({ label: "maxDrawdown" });
    expect(await map.locator(".hint").textContent()).toMatch(
      /^maxDrawdown of the best configuration by a .* from \d+\.\d\u00a0% to/,
    );
    expect(await map.locator("td.own").getAttribute("data-value")).toMatch(/^0\.\d+$/);
    await map.getByLabel("Axes").selectOption({ label: "c × b" });
    expect(await map.locator(".hint").textContent()).toMatch(
      /^maxDrawdown of the best configuration by b \(down\) and c/,
    );
    await map.getByLabel("Axes").selectOption({ label: "b × a" });
    await map.getByLabel("Figure").selectOption({ label: "sharpe" });
    expect(await map.locator(".hint").textContent()).toBe(written);
    expect(faults).toEqual([]);
  });

  it("is the same table by Node and by the client", async () => {
    const data = { ...base(), sweep: sampleSweep() };
    const tableOf = async (scripts: boolean): Promise<string> => {
      await using opened = await browser.open(data, { scripts });
      return await opened.page.locator("#sweep-map table").innerHTML();
    };
    const plain = (html: string): string => html.replaceAll(' class=""', "");
    expect(plain(await tableOf(true))).toBe(plain(await tableOf(false)));
  });

  it("reads a large map by keys", async () => {
    const sweep = sampleSweep({ axes: ["a", "b"], values: 30 });
    await using opened = await browser.open({ ...base(), sweep });
    const { page, faults } = opened;
    const picture = page.locator("#sweep-map canvas");
    await picture.focus();
    const live = page.locator("#sweep-map [role=status]");
    const best = await live.textContent();
    expect(best).toMatch(/^b \d+, a \d+: \d\.\d\d$/);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => live.textContent()).not.toBe(best);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => live.textContent()).toBe(best);
    expect(faults).toEqual([]);
  });

  it("chooses lines by keys and by a drag along an axis", async () => {
    await using opened = await browser.open({ ...base(), sweep: sampleSweep({ lines: 40 }) });
    const { page, faults } = opened;
    const picture = page.locator("#panel-lines canvas");
    const said = (): Promise<string | null> => page.locator("#panel-lines .hint").textContent();
    await picture.focus();
    await page.keyboard.press("ArrowUp");
    await expect.poll(said).toMatch(/^fast \d+( to \d+)?: \d+ of 40 lines\.$/);
    await page.keyboard.press("Shift+ArrowUp");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await expect.poll(said).toMatch(/^fast \d+ to \d+, slow .*: \d+ of 40 lines\.$/);
    await page.keyboard.press("Escape");
    await expect.poll(said).toMatch(/^Drag along an axis/);
    const box = await picture.boundingBox();
    if (box === null) throw new Error("the picture has no place");
    await page.mouse.move(box.x + 14, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 14, box.y + 160, { steps: 4 });
    await page.mouse.up();
    await expect.poll(said).toMatch(/^fast \d+ to 30: \d+ of 40 lines\.$/);
    await page.getByRole("button", { name: "All lines" }).click();
    await expect.poll(said).toMatch(/^Drag along an axis/);
    expect(faults).toEqual([]);
  });

  it("says the verdict, the map and the windows without scripts", async () => {
    const data = { ...base(), sweep: sampleSweep(), walkForward: sampleWalkForward(), luck: sampleLuck() };
    await using opened = await browser.open(data, { scripts: false });
    for (const part of ["Was the best one luck?", "Best configurations", "Logits", "Efficiency 0.61", "Random entries"])
      expect(await opened.page.getByText(part).filter({ visible: true }).count()).toBeGreaterThan(0);
    expect(await opened.page.locator("#sweep-map table").isVisible()).toBe(true);
    expect(await opened.page.locator("#panel-lines").isVisible()).toBe(false);
    await savePicture(opened.page, "panels-without-scripts");
  });

  it("prints all panels in light colours from the dark theme", async () => {
    await using opened = await browser.open({ ...base(), sweep: sampleSweep({ values: 30 }) }, { theme: "dark" });
    expect((await opened.page.pdf({ format: "A4" })).length).toBeGreaterThan(20_000);
    expect(await opened.page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    expect(opened.faults).toEqual([]);
  });
});
