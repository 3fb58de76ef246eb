import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportBlock } from "@atc/report";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPagePainter } from "../src/picture/page-painter.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atc-browser-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const block = (): Uint8Array =>
  reportBlock({
    result: {
      config: {},
      data: { path: "bars.csv", dataset: "bars", fingerprint: "", rows: 0, symbols: 1 },
      notes: [],
      portfolio: null,
      symbols: [],
      skipped: [],
    },
    versions: {},
    metrics: [],
  });

const left = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith("atc-picture-"));

/** A program in place of a browser. */
async function program(script: string): Promise<string> {
  const file = join(folder, "chromium");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

describe("what draws pages", () => {
  it("is found on absolute folders of PATH only, or named", async () => {
    expect(() => createPagePainter({ env: { PATH: "" } })).toThrow(
      process.platform === "linux" ? expect.objectContaining({ code: "ATC_NOT_FOUND" }) : undefined,
    );
    expect(() => createPagePainter({ env: { ATC_CHROMIUM: join(folder, "none") } })).toThrow(
      expect.objectContaining({ code: "ATC_NOT_FOUND" }),
    );
  });

  it.skipIf(process.platform === "win32")(
    "fails with the words of a browser that ends, and leaves nothing",
    async () => {
      const before = await left();
      const paint = createPagePainter({ env: { ATC_CHROMIUM: await program("echo no usable sandbox >&2; exit 1") } });
      await expect(paint(block())).rejects.toMatchObject({
        code: "ATC_UNSUPPORTED",
        message: expect.stringContaining("no usable sandbox"),
      });
      expect((await left()).filter((name) => !before.includes(name))).toEqual([]);
    },
  );

  it.skipIf(process.platform === "win32")("ends a browser that does not answer in time", async () => {
    const env = { ATC_CHROMIUM: await program("exec sleep 60"), PATH: process.env["PATH"] };
    await expect(createPagePainter({ env, mostTime: 100 })(block())).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
      message: expect.stringContaining("in time"),
    });
  });
});
