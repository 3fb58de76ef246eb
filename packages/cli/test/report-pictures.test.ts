import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

interface Picture {
  readonly width: number;
  readonly height: number;
  /** The colour of a pixel. */
  at(x: number, y: number): string;
}

interface Resvg {
  readonly Resvg: new (svg: string) => { render(): { readonly width: number; readonly pixels: Uint8Array } };
}
const { Resvg } = createRequire(import.meta.url)("@resvg/resvg-js") as Resvg;

/** A PNG as pixels: drawn again by resvg, which reads PNG too. */
async function pictureOf(name: string): Promise<Picture> {
  const bytes = await readFile(join(shop.path, name));
  expect(bytes.toString("latin1", 1, 4)).toBe("PNG");
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${bytes.toString("base64")}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  return {
    width,
    height,
    at: (x, y) => Buffer.from(pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)).toString("hex"),
  };
}

function colors({ at }: Picture, [left, top, right, bottom]: readonly [number, number, number, number]): number {
  const found = new Set<string>();
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) found.add(at(x, y));
  return found.size;
}

async function refusal(...args: readonly string[]): Promise<readonly [exit: number, code: string, message: string]> {
  const run = await shop.atc(...args, "--json");
  const { code, message } = errorOf(run);
  return [run.code, code, message];
}

const refused = (text: string): unknown => [2, "ATC_INVALID_ARGUMENT", expect.stringContaining(text)];

describe("--png", () => {
  it("is a card of 1200 x 630 beside the page, with text, tiles and a curve, and that of the stored run", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    const run = await shop.atc("backtest", "bars.csv", "--report", "page.html", "--png", "card.png");
    expect([run.code, run.stderr]).toEqual([0, expect.stringMatching(/wrote .*page\.html .*\n.*wrote .*card\.png\n/)]);
    const card = await pictureOf("card.png");
    expect([card.width, card.height]).toEqual([1200, 630]);
    // Title, tiles, equity and drawdown.
    expect(colors(card, [40, 25, 400, 65])).toBeGreaterThan(20);
    expect(colors(card, [40, 300, 430, 560])).toBeGreaterThan(20);
    expect(colors(card, [540, 260, 1150, 460])).toBeGreaterThan(50);
    expect(colors(card, [540, 500, 1150, 555])).toBeGreaterThan(5);

    const again = await shop.atc("report", "--png", "again.png", "--json");
    expect(again.json()).toMatchObject({ pictures: [join(shop.path, "again.png")] });
    expect(await readFile(join(shop.path, "again.png"))).toEqual(await readFile(join(shop.path, "card.png")));
    expect((await readdir(shop.path)).filter((name) => name.startsWith("report-"))).toEqual([]);
    expect((await shop.atc("report", "-o", "both.html", "--png", "both.png")).code).toBe(0);
    expect(await readFile(join(shop.path, "both.html"))).toEqual(await readFile(join(shop.path, "page.html")));
  });

  it("is refused before any work if it cannot be written", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 50));
    await shop.file("mine.png", "mine");
    const before = (await readdir(shop.path)).sort();
    const backtest = ["backtest", "bars.csv", "--report", "page.html"];
    expect(await refusal(...backtest, "--png", "mine.png")).toEqual(refused("--force"));
    expect(await refusal(...backtest, "--png", "card.jpg")).toEqual(refused("end its name in .png"));
    expect(await refusal("backtest", "bars.csv", "--png", "card.png")).toEqual(refused("ends in .html"));
    expect(await refusal(...backtest, "--png", "no/such/card.png")).toEqual([
      4,
      "ATC_NOT_FOUND",
      expect.stringContaining("--png cannot write"),
    ]);
    expect((await readdir(shop.path)).sort()).toEqual(before);
    expect((await shop.atc(...backtest, "--png", "mine.png", "--force")).code).toBe(0);
    expect(await refusal("report", "--png", "mine.png")).toEqual(refused("--force"));
    expect((await pictureOf("mine.png")).width).toBe(1200);
  });

  it("shows hostile names", async () => {
    const name = `</text>&<b>\u202e"`;
    await shop.file("bars.csv", barsCsv(["AAA"], 50).replaceAll("AAA", `"${name.replaceAll('"', '""')}"`));
    const run = await shop.atc("backtest", "bars.csv", "--report", "page.html", "--png", "card.png");
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("card.png")]);
    expect((await pictureOf("card.png")).height).toBe(630);
  });
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

describe("--png-full", () => {
  it.skipIf(chromium === undefined && process.env["ATC_CHROMIUM"] === undefined)(
    "is the whole page with its charts, and nothing else is left",
    async () => {
      await shop.file("bars.csv", barsCsv(["AAA"], 100));
      const pictures = async (): Promise<readonly string[]> =>
        (await readdir(tmpdir())).filter((name) => name.startsWith("atc-picture-"));
      const before = await pictures();
      const run = await shop.atc("backtest", "bars.csv", "--report", "page.html", "--png-full", "full.png");
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("full.png")]);
      const full = await pictureOf("full.png");
      expect(full.width).toBe(1280);
      expect(full.height).toBeGreaterThan(2000);
      // The equity chart, which scripts draw.
      expect(colors(full, [40, 300, 1240, 700])).toBeGreaterThan(30);
      expect((await pictures()).filter((name) => !before.includes(name))).toEqual([]);
    },
  );

  it("is refused before any work without a Chromium", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 50));
    const before = (await readdir(shop.path)).sort();
    const { ATC_CHROMIUM } = process.env;
    process.env["ATC_CHROMIUM"] = join(shop.path, "none");
    try {
      const args = ["backtest", "bars.csv", "--report", "page.html", "--png-full", "full.png"];
      expect(await refusal(...args)).toEqual([4, "ATC_NOT_FOUND", expect.stringContaining("ATC_CHROMIUM")]);
    } finally {
      if (ATC_CHROMIUM === undefined) delete process.env["ATC_CHROMIUM"];
      else process.env["ATC_CHROMIUM"] = ATC_CHROMIUM;
    }
    expect((await readdir(shop.path)).sort()).toEqual(before);
  });
});
