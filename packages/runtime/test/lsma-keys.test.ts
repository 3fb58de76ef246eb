import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { computeSignals, openRuntime, runBacktest } from "../src/index.ts";

const cwd = await mkdtemp(join(tmpdir(), "atc-lsma-"));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const rows = Array.from({ length: 400 }, (_, t) => {
  const close = (100 + 20 * Math.sin(t / 9) + 7 * Math.sin(t / 2.3) + t / 10).toFixed(2);
  return `A,${1_600_000_000_000 + t * 86_400_000},${close},${close},${close},${close},1`;
});
await writeFile(join(cwd, "bars.csv"), ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\n"));

async function run(config: Readonly<Record<string, unknown>>): Promise<{
  readonly cached: readonly boolean[];
  readonly lsma: unknown;
  readonly keys: readonly string[];
}> {
  await using runtime = await openRuntime({ cwd, env: {}, config: { executor: "inline", ...config } });
  const { cached } = await runBacktest(runtime, "bars.csv");
  const signals = await computeSignals(runtime, "bars.csv");
  const keys: string[] = [];
  for await (const { metadata } of (await runtime.cache()).entries())
    keys.push(JSON.stringify(metadata?.key.parameters));
  return { cached: [cached, signals.cached], lsma: signals.columns.lsma.at(-1), keys };
}

it("the point of LSMA is part of the cache keys, and the newest is the point of keys that do not name it", async () => {
  const newest = await run({});
  expect(newest.cached).toEqual([false, false]);
  expect(newest.keys.filter((key) => key.includes('lsma"'))).toEqual([]);
  const delayed = await run({ lsma: "delayed" });
  expect(delayed.cached).toEqual([false, false]);
  expect(delayed.lsma).not.toBe(newest.lsma);
  expect(delayed.keys.some((key) => key.includes('"lsma":"delayed"'))).toBe(true);
  expect(await run({ lsma: "newest" })).toMatchObject({ cached: [true, true], lsma: newest.lsma });
  expect(await run({ lsma: "delayed" })).toMatchObject({ cached: [true, true], lsma: delayed.lsma });
});
