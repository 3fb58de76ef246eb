import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { runChaos } from "./chaos.mjs";
import { startWorkerProcess } from "./cluster.mjs";
import { hasRedis, startRedis } from "./redis-server.mjs";

// They mostly wait for locks, so they run at the same time.
describe.skipIf(!hasRedis).concurrent("killed workers", () => {
  it("and a killed Redis leave each result of a run once, bit by bit that of one thread", async ({ expect }) => {
    const { faults, settled, expected, executions, hung } = await runChaos({ seed: 4, tasks: 200, lockMs: 3000 });
    expect(faults).toBe(5);
    expect(hung).toBe(0);
    expect(settled.filter(({ status }) => status === "rejected")).toEqual([]);
    const values = settled.map((one) => (one.status === "fulfilled" ? one.value : undefined));
    expect(values).toEqual(expected);
    // A task runs again only if its worker was ended or stopped, or if Redis lost its end.
    expect(executions).toBeGreaterThanOrEqual(200);
    expect(executions).toBeLessThan(220);
  }, 180_000);

  it("that one task ended are two: it is set aside with its error, and the third worker continues", async ({
    expect,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), "atc-deaths-"));
    const redis = await startRedis();
    const log = join(folder, "log");
    const options = { redis: redis.url, directory: join(folder, "plane"), lockMs: 2000 };
    const workers = await Promise.all([0, 1, 2].map(() => startWorkerProcess(options)));
    const executor = await bullmqExecutor(options, { warn: () => undefined });
    await expect(executor.submit({ task: "@atc/chaos#endWorker", version: 1 }, { log })).rejects.toMatchObject({
      code: "ATC_IO",
      details: { deaths: 2 },
    });
    expect(readFileSync(log, "utf8")).toBe("started\nstarted\n");
    expect(await executor.submit({ task: "@atc/chaos#echo", version: 1 }, 1)).toBe(1);
    await Promise.all(workers.map((one) => one.end()));
    await executor[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }, 90_000);
});
