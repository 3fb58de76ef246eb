import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { type ReportData, renderReport } from "../../src/index.ts";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of this machine; undefined if there is none. */
export const browserPath: string | undefined = [process.env["ATC_CHROMIUM"], ...places].find(
  (path) => path !== undefined && existsSync(path),
);

/** A page with a report, and what went wrong on it. */
interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Messages of the console, errors, dialogs, and requests besides the file itself. */
  readonly faults: readonly string[];
}

interface OpenPageOptions {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  readonly scripts?: boolean;
}

/** Opens reports in one browser. Disposal closes it. */
export interface ReportBrowser extends AsyncDisposable {
  open(data: ReportData, options?: OpenPageOptions): Promise<OpenPage>;
  /** Opens a report at an address. */
  openUrl(url: string, options?: OpenPageOptions): Promise<OpenPage>;
}

/** Pictures go to the folder of this variable, if it is set. */
const pictures = process.env["ATC_REPORT_PICTURES"];

/** The themes in which pages of a width are opened: with pictures both, or else one, because the width is tested. */
export function themesAt(width: number): readonly ("light" | "dark")[] {
  if (pictures !== undefined) return ["light", "dark"];
  return width < 760 ? ["dark"] : ["light"];
}

/** Saves a picture of a whole page, if a folder for pictures is set. */
export async function savePicture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** Waits until the page says that all of it is drawn. The policy of the page forbids to evaluate strings. */
async function waitUntilReady(page: Page): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const state = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    if (state["ready"] === "yes" || state["failed"] === "yes") return;
    await page.waitForTimeout(100);
  }
  throw new Error("the page is not ready after 30 s");
}

/** Starts the browser. */
export async function openBrowser(): Promise<ReportBrowser> {
  const browser: Browser = await chromium.launch({ executablePath: String(browserPath), args: ["--no-sandbox"] });
  const folder = mkdtempSync(join(tmpdir(), "atc-page-"));
  let count = 0;
  async function openUrl(
    url: string,
    { width = 1280, theme = "light", scripts = true }: OpenPageOptions = {},
  ): Promise<OpenPage> {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: theme,
      javaScriptEnabled: scripts,
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("console", (message) => faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("blob:")) faults.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    if (scripts) await waitUntilReady(page);
    return { page, faults, [Symbol.asyncDispose]: () => context.close() };
  }

  return {
    openUrl,
    open(data, options) {
      const file = join(folder, `report-${count++}.html`);
      writeFileSync(file, renderReport(data));
      return openUrl(pathToFileURL(file).href, options);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
