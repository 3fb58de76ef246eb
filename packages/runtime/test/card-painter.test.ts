import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createCardPainter } from "../src/picture/card-painter.ts";

const resvg = fileURLToPath(import.meta.resolve("@resvg/resvg-js"));
const host = (entry: string | undefined) => ({
  packageEntry: () => Promise.resolve(entry),
  installLine: (names: readonly string[]) => `npm i ${names.join(" ")}`,
});

describe("what draws cards", () => {
  it("names the line that installs resvg", async () => {
    await expect(createCardPainter(host(undefined))).rejects.toMatchObject({
      code: "ATC_MISSING_PLUGIN",
      message: expect.stringContaining("install it with: npm i @resvg/resvg-js"),
    });
  });

  it("says that resvg does not load", async () => {
    await expect(
      createCardPainter(host(fileURLToPath(new URL("no-such-file.js", import.meta.url)))),
    ).rejects.toMatchObject({ code: "ATC_UNSUPPORTED", message: expect.stringContaining("cannot be loaded") });
  });

  it("refuses a system without fonts, where resvg leaves out all text", async () => {
    await expect(createCardPainter(host(resvg), { systemFonts: false })).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
      message: expect.stringContaining("fonts-dejavu-core"),
    });
  });
});
