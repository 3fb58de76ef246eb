import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBacktest, openRuntime, type Runtime } from "../src/index.ts";
import { renderReport, reportColumns, runReport, runResult, writeReport } from "../src/reports.ts";
import { openRun, type StoredRun, saveBacktest } from "../src/runs.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-run-reports-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

function barsText(symbols: readonly string[], bars: number): string {
  const lines = ["symbol,timestamp,open,high,low,close"];
  for (const [place, symbol] of symbols.entries())
    for (let bar = 0; bar < bars; bar++) {
      const price = 100 + 20 * Math.sin((bar + 40 * place) / 30) + (bar % 7);
      const time = new Date(Date.UTC(2020, 0, 1) + bar * 3_600_000).toISOString();
      lines.push(`${symbol},${time},${price},${price + 1},${price - 1},${price}`);
    }
  return `${lines.join("\n")}\n`;
}

async function withRuntime<Result>(
  use: (runtime: Runtime) => Promise<Result>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Result> {
  await using runtime = await openRuntime({ cwd, env: {}, config, onWarning: () => undefined });
  return await use(runtime);
}

const command = "atc backtest bars.csv";

async function saved(runtime: Runtime): Promise<StoredRun> {
  using outcome = await openBacktest(runtime, "bars.csv", { curvesIfComputed: true });
  return (await saveBacktest(runtime, outcome, { command })).run;
}

describe("the report of a stored backtest", () => {
  it.each(["separate", "shared"])("is the page that is written of it, byte for byte: %s accounts", async (account) => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA", "BBB"], 400));
    await withRuntime(
      async (runtime) => {
        const run = await saved(runtime);
        expect(run.notes).toEqual([]);
        using outcome = await openBacktest(runtime, "bars.csv", {
          curves: true,
          recorded: reportColumns(runtime.config),
          fills: true,
        });
        await writeReport(runtime, outcome, join(cwd, "page.html"), { command });
        const report = await runReport(runtime, run.id);
        expect(report.isComputed).toBe(false);
        expect(report.block.length).toBeLessThanOrEqual(3_000_000);
        expect(Buffer.compare(renderReport(report), await readFile(join(cwd, "page.html")))).toBe(0);
        expect(runResult(report).portfolio).toEqual(outcome.report.portfolio);
        expect(runResult(report).symbols).toEqual(outcome.report.symbols);
      },
      { account },
    );
  });

  it("is stored too if the figures came from the cache", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA"], 400));
    await withRuntime(async (runtime) => {
      using _first = await openBacktest(runtime, "bars.csv");
      const run = await saved(runtime);
      const { files } = await openRun(run.id, { directory: runtime.config.runsDir });
      expect([files.includes("report.npz"), run.notes]).toEqual([true, []]);
    });
  });

  it("says why it is missing if its curves lack what it shows, and is computed again", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA"], 400));
    await withRuntime(async (runtime) => {
      using outcome = await openBacktest(runtime, "bars.csv", { curves: true });
      const { run } = await saveBacktest(runtime, outcome, {});
      expect(run.notes).toEqual([expect.stringContaining("does not hold its report")]);
      const report = await runReport(runtime, run.id);
      expect(report.isComputed).toBe(true);
      expect(String(renderReport(report))).toContain("Costs so far");
    });
  });

  it("of many bars is computed again, if the rows and the result are still the same", async () => {
    await writeFile(join(cwd, "bars.csv"), barsText(["AAA"], 30_001));
    await withRuntime(async (runtime) => {
      const run = await saved(runtime);
      const directory = runtime.config.runsDir;
      expect(run.notes).toEqual([expect.stringContaining("30001 bars are more than 30000")]);
      expect((await openRun(run.id, { directory })).files).not.toContain("report.npz");
      const report = await runReport(runtime, run.id);
      expect(report.isComputed).toBe(true);
      expect(String(renderReport(report))).toContain(`atc report ${run.id}`);
      expect(runResult(report).data.path).toBe("bars.csv");
      await runtime.store.delete(run.data.dataset);
      await expect(runReport(runtime, run.id)).rejects.toMatchObject({
        code: "ATC_NOT_FOUND",
        message: expect.stringContaining("does not exist any more"),
      });
    });
  });
});
