import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { AtcError, throwIfAborted } from "@atc/contract";
import { renderReport } from "@atc/report";
import { type ChromiumSession, startChromium } from "./chromium-session.ts";
import { findChromium } from "./find-chromium.ts";

/** How a page is drawn. */
interface PagePainterOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The most ms that the browser has. Default: 90,000. */
  readonly mostTime?: number;
  /** Ends the browser when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const pageWidth = 1280;
/** Chromium draws no picture that is higher. */
const mostHeight = 16_000;

/** Waits until the page says that all charts are drawn. Returns its height in px. */
async function readyHeight({ call }: ChromiumSession, page: string): Promise<number> {
  const expression =
    "(({ dataset, scrollHeight }) => [dataset.ready, dataset.failed, scrollHeight])(document.documentElement)";
  for (;;) {
    const { result } = await call("Runtime.evaluate", { expression, returnByValue: true }, page);
    const { value } = result as { readonly value?: readonly [string?, string?, number?] };
    if (value?.[1] === "yes") throw new AtcError("ATC_UNSUPPORTED", "the page of the report could not be drawn");
    if (value?.[0] === "yes") return value[2] ?? 0;
    await pause(50);
  }
}

async function screenshot(session: ChromiumSession, url: string): Promise<Buffer> {
  const { call } = session;
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const page = String(sessionId);
  const resize = (height: number): Promise<unknown> =>
    call("Emulation.setDeviceMetricsOverride", { width: pageWidth, height, deviceScaleFactor: 1, mobile: false }, page);
  const features = [{ name: "prefers-color-scheme", value: "light" }];
  await call("Emulation.setEmulatedMedia", { features }, page);
  await resize(1000);
  await call("Page.navigate", { url }, page);
  const height = await readyHeight(session, page);
  if (height > mostHeight)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the page is ${height} px high, and Chromium draws at most ${mostHeight} px; print it to a PDF in a browser`,
    );
  await resize(height);
  const clip = { x: 0, y: 0, width: pageWidth, height, scale: 1 };
  const { data } = await call("Page.captureScreenshot", { format: "png", clip, captureBeyondViewport: true }, page);
  return Buffer.from(String(data), "base64");
}

/**
 * Prepares to draw the pages of data blocks as PNG in a Chromium of the system, 1280 px wide and as high as the page.
 * It has a profile of its own, which is deleted with all else that it writes.
 *
 * @returns the bytes of the PNG of a data block
 * @throws ATC_NOT_FOUND if there is no Chromium
 */
export function createPagePainter({
  env = process.env,
  mostTime = 90_000,
  signal,
}: PagePainterOptions = {}): (block: Uint8Array) => Promise<Uint8Array> {
  const program = findChromium(env);
  return async (block) => {
    throwIfAborted(signal);
    const folder = await mkdtemp(join(tmpdir(), "atc-picture-"));
    try {
      const file = join(folder, "page.html");
      await writeFile(file, renderReport(block));
      const profile = join(folder, "profile");
      await mkdir(profile);
      await using session = startChromium(program, {
        profile,
        signal: AbortSignal.any([AbortSignal.timeout(mostTime), ...(signal === undefined ? [] : [signal])]),
      });
      return await screenshot(session, pathToFileURL(file).href);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      // Processes of the browser may write for a moment after it has ended.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  };
}
