import { expect, it } from "vitest";
import { measureScan } from "./scan-throughput.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

it("measures the scan of a column on every backend", async () => {
  const figures = await measureScan(newDirectory(), { rows: 10_001, rounds: 1 });
  expect(figures.length).toBeGreaterThan(0);
  for (const { megabytesPerSecond } of figures) expect(megabytesPerSecond).toBeGreaterThan(0);
});
