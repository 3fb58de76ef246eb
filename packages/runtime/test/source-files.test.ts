import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { filesOf } from "../src/data/source-files.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-files-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("lists a directory, and a pattern, of 130,000 files", async () => {
  const count = 130_000;
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `${i}.csv`), "");
  const below = await filesOf(directory, [directory], []);
  expect(below.length).toBe(count);
  expect(below.slice(0, 2)).toEqual([{ path: join(directory, "0.csv") }, { path: join(directory, "1.csv") }]);
  expect((await filesOf(directory, [join(directory, "*.csv")], [])).length).toBe(count);
}, 120_000);
