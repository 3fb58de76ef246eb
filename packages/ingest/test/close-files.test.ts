import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { closeFiles } from "../src/files/close-files.ts";

const folder = mkdtempSync(join(tmpdir(), "atc-close-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("files are closed also after one that fails to close, and the failure names that one", () => {
  const opened = ["a", "b", "c"].map((name) => {
    const path = join(folder, name);
    writeFileSync(path, name);
    return [path, openSync(path, "r")] as const;
  });
  const [[first, closed] = ["", 0], ...rest] = opened;
  closeSync(closed);
  expect(() => closeFiles(opened)).toThrow(
    expect.objectContaining({ code: "ATC_IO", message: expect.stringContaining(first) }),
  );
  for (const [, file] of rest) expect(() => readSync(file, new Uint8Array(1))).toThrow("EBADF");
});
