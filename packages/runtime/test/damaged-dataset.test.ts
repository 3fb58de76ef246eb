import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backtestFile, ingestFile, openRuntime } from "../src/index.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-damaged-"));
  const rows = Array.from({ length: 60 }, (_, i) => `${new Date(86_400_000 * i).toISOString()},${100 + (i % 7)}`);
  await writeFile(join(cwd, "bars.csv"), `timestamp,close\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function segment(): Promise<string> {
  const names = await readdir(cwd, { recursive: true });
  return join(cwd, names.find((name) => /seg-[^/\\]*\.arrow$/.test(name)) ?? "");
}

const damages = [
  ["is missing", (path: string) => rm(path)],
  ["has fewer bytes", (path: string) => truncate(path, 64)],
] as const;

it.each(damages)("a file is read again if a segment of its dataset %s, and that is said", async (_what, damage) => {
  const options = { cwd, env: {}, cache: false, config: { strategy: "hold" } } as const;
  const before = await backtestFile("bars.csv", options);
  await damage(await segment());
  const warnings: string[] = [];
  const after = await backtestFile("bars.csv", { ...options, onWarning: (text) => warnings.push(text) });
  expect(warnings).toEqual([expect.stringMatching(/seg-1-0\.arrow.*, so its file was read again$/)]);
  expect(after.reused).toBe(false);
  expect(after.report.portfolio).toEqual(before.report.portfolio);

  await damage(await segment());
  await using runtime = await openRuntime({ cwd, env: {}, onWarning: (text) => warnings.push(text) });
  expect((await ingestFile(runtime, "bars.csv")).reused).toBe(false);
  expect((await ingestFile(runtime, "bars.csv")).reused).toBe(true);
  expect(warnings.length).toBe(2);
});
