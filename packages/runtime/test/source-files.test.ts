import { linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { filesOf } from "../src/data/source-files.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-files-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Names are made several times faster than files; one in 20,000 is a file, as file systems limit the names of one. */
function makeFile(number: number): void {
  const path = (of: number): string => join(directory, `${of}.csv`);
  const named = number - (number % 20_000);
  try {
    if (named === number) writeFileSync(path(number), "");
    else linkSync(path(named), path(number));
  } catch {
    writeFileSync(path(number), ""); // this file system has no links
  }
}

it("lists a directory, and a pattern, of 130,000 files", async () => {
  const count = 130_000;
  for (let i = 0; i < count; i++) makeFile(i);
  const below = await filesOf(directory, [directory], []);
  expect(below.length).toBe(count);
  expect(below.slice(0, 2)).toEqual([{ path: join(directory, "0.csv") }, { path: join(directory, "1.csv") }]);
  expect((await filesOf(directory, [join(directory, "*.csv")], [])).length).toBe(count);
});
