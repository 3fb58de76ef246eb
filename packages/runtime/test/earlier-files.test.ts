import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { openRuntime, runBacktest } from "../src/index.ts";

const fixture = fileURLToPath(new URL("fixtures/before-rooms", import.meta.url));
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "atc-earlier-"));
await cp(fixture, folder, { recursive: true });
afterAll(() => rm(folder, { recursive: true, force: true }));
const earlier = JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as object;

it.each(["numeric", "zstd"])("an earlier dataset opens beside earlier cache entries (%s)", async (algorithm) => {
  const config = {
    dataDir: join(folder, "datasets"),
    cacheDir: join(folder, `cache-${algorithm}`),
    useCompression: true,
    compressionAlgorithm: algorithm,
  };
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  await using runtime = await openRuntime({ cwd: repository, env: {}, config, onWarning });
  const { report, cachedSymbols } = await runBacktest(runtime, "bars");
  expect(warnings).toEqual([]);
  // Another version of the results wrote the entries, so they are computed again, with the same figures.
  expect(cachedSymbols).toBe(0);
  expect(JSON.parse(JSON.stringify({ portfolio: report.portfolio, symbols: report.symbols }))).toMatchObject(earlier);
  expect((await runBacktest(runtime, "bars", { curves: true })).cachedSymbols).toBe(2);
});
