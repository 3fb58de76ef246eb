import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openRuntime, runBacktest } from "../src/index.ts";

const cwd = await mkdtemp(join(tmpdir(), "atc-benchmark-"));
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** Writes the traded symbol AAA, and a market with another phase. */
async function writeBars(phase: number): Promise<void> {
  const rows = Array.from({ length: 200 }, (_, t) => {
    const time = 1_600_000_000_000 + t * 86_400_000;
    const own = (100 + 20 * Math.sin(t / 9) + 7 * Math.sin(t / 2.3)).toFixed(2);
    const market = (50 + 9 * Math.sin(t / 4 + phase)).toFixed(2);
    return `AAA,${time},${own}\nMARKET,${time},${market}`;
  });
  await writeFile(join(cwd, "bars.csv"), ["symbol,timestamp,close", ...rows, ""].join("\n"));
}

async function betas(account: string): Promise<readonly unknown[]> {
  const config = { executor: "inline", account, benchmark: "MARKET" };
  await using runtime = await openRuntime({ cwd, env: {}, config });
  const { report, cached } = await runBacktest(runtime, "bars.csv", { symbols: ["AAA"], metrics: ["beta"] });
  return [cached, ...[report.portfolio, ...report.symbols].map((figures) => figures?.beta)];
}

it.each(["separate", "shared"])(
  "figures against a benchmark that is not traded are of its present closes, account: %s",
  async (account) => {
    await writeBars(0);
    const [, ...before] = await betas(account);
    expect(await betas(account)).toEqual([true, ...before]);
    await writeBars(2);
    const [cached, ...after] = await betas(account);
    expect(cached).toBe(false);
    for (const [place, beta] of after.entries()) expect(beta).not.toBe(before[place]);
    await writeBars(0);
    expect(await betas(account)).toEqual([true, ...before]);
  },
);
