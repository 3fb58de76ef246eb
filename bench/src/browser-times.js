import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of this machine: ATC_CHROMIUM, or an installed one; undefined if there is none. */
export const browserPath = [process.env.ATC_CHROMIUM, ...places].find((path) => path !== undefined && existsSync(path));

const longestMs = 60_000;
const pollMs = 50;
const zoomSteps = 120;

/** The most resident memory of a renderer in MB; undefined if the system does not report it. */
async function rendererMb(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      try {
        return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0) * 1024;
      } catch {
        return 0;
      }
    });
  const most = Math.max(0, ...sizes);
  return most === 0 ? undefined : most / 1e6;
}

/** Counts the time that a page spends in the callbacks of its frames. It runs before the scripts of the page. */
function countFrameWork() {
  const request = window.requestAnimationFrame.bind(window);
  window.frameWork = 0;
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      const start = performance.now();
      callback(time);
      window.frameWork += performance.now() - start;
    });
  window.nextFrame = () => new Promise((resolve) => request(resolve));
}

/** Zooms into the middle of the equity and out again. Returns the milliseconds of script for each step, sorted. */
async function zoomWork(steps) {
  const plot = document.querySelector("#panel-equity .plot");
  plot.scrollIntoView({ block: "center" });
  await window.nextFrame();
  const { left, top, width, height } = plot.getBoundingClientRect();
  const place = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  const work = [];
  for (let step = 0; step < steps; step++) {
    await window.nextFrame();
    window.frameWork = 0;
    const start = performance.now();
    plot.dispatchEvent(new WheelEvent("wheel", { ...place, ctrlKey: true, deltaY: step < steps / 2 ? -100 : 100 }));
    const handled = performance.now() - start;
    // The page asked for the next frame in its own callbacks, which run before this one.
    await window.nextFrame();
    work.push(handled + window.frameWork);
  }
  return work.sort((a, b) => a - b);
}

/** Opens a report in a context of its own, so that nothing of it is cached, reads its marks, and zooms in it. */
async function openOnce(browser, session, file) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(countFrameWork);
    await page.goto(pathToFileURL(file).href);
    for (let waited = 0; waited < longestMs; waited += pollMs) {
      // The policy of the page forbids to evaluate strings, so it cannot be waited for.
      const { marks, failed } = await page.evaluate(() => ({
        marks: Object.fromEntries(performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime])),
        failed: document.documentElement.dataset.failed === "yes",
      }));
      if (failed) throw new Error(`${file} could not draw its charts`);
      if (marks["atc-ready"] !== undefined) {
        const mb = await rendererMb(session);
        const work = await page.evaluate(zoomWork, zoomSteps);
        const zoomMb = await rendererMb(session);
        const [middle, late] = [0.5, 0.95].map((part) => work[Math.floor(part * work.length)]);
        return { firstMs: marks["atc-first"], allMs: marks["atc-ready"], mb, zoomMb, zoomMs: middle, lateMs: late };
      }
      await page.waitForTimeout(pollMs);
    }
    throw new Error(`${file} was not drawn within ${longestMs / 1000} s`);
  } finally {
    await context.close();
  }
}

/**
 * Of each figure the least: milliseconds from the start of loading a report until its first chart (`firstMs`) and until
 * all of it is drawn (`allMs`); milliseconds of the page's own script per frame of a zoom of all panels in view, in the
 * middle (`zoomMs`) and at 95 % (`lateMs`) of 120 steps; resident MB of its renderer when it is drawn (`mb`) and after
 * the zoom (`zoomMb`), undefined if the system does not report them.
 *
 * @param {number} rounds
 */
export async function leastBrowserTimes(file, rounds) {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  const session = await browser.newBrowserCDPSession();
  const least = {};
  try {
    for (let round = 0; round < rounds; round++)
      for (const [name, value] of Object.entries(await openOnce(browser, session, file)))
        if (value !== undefined) least[name] = Math.min(least[name] ?? value, value);
  } finally {
    await browser.close();
  }
  return least;
}
