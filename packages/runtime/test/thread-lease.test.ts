import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import type { Executor } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { openData, openRuntime, runBacktest } from "../src/index.ts";
import { leasedExecutor } from "../src/wiring/thread-lease.ts";

function made(): { readonly create: () => Executor; readonly log: string[] } {
  const log: string[] = [];
  const create = (): Executor => {
    const name = `executor ${log.filter((line) => line.startsWith("made")).length + 1}`;
    log.push(`made ${name}`);
    return {
      concurrency: 3,
      submit: async ({ task }) => `${task} by ${name}` as never,
      async [Symbol.asyncDispose]() {
        log.push(`ended ${name}`);
      },
    };
  };
  return { create, log };
}
const ref = { task: "a#b", version: 1 };

describe("leased threads", () => {
  it("end with the last lease, once however often that is disposed", async () => {
    const { create, log } = made();
    await using leased = leasedExecutor(create);
    expect(log).toEqual([]);
    const [first, second] = await Promise.all([leased.lease(), leased.lease()]);
    expect(first.concurrency).toBe(3);
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    expect(await second.submit(ref, {})).toBe("a#b by executor 1");
    expect(log).toEqual(["made executor 1"]);
    await second[Symbol.asyncDispose]();
    const third = await leased.lease();
    expect(await third.submit(ref, {})).toBe("a#b by executor 2");
    expect(log).toEqual(["made executor 1", "ended executor 1", "made executor 2"]);
    await leased[Symbol.asyncDispose]();
    expect(log.at(-1)).toBe("ended executor 2");
  });
});

describe("the threads of a runtime", () => {
  it("of an ingest end before the backtest starts, and those of the backtest with it", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "atc-lease-"));
    const living = new Set<Worker>();
    let started = 0;
    const follow = (worker: Worker): void => {
      started++;
      living.add(worker);
      worker.on("exit", () => living.delete(worker));
    };
    process.on("worker", follow);
    try {
      // Above 8 MiB, below which a file is not cut into slices for threads.
      const rows = Array.from(
        { length: 80_000 },
        (_, i) => `S${i % 4},${1.5e12 + i * 36e5},${(50 + (i % 9)).toFixed(90)}`,
      );
      await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
      const config = { batchSize: 1 };
      await using runtime = await openRuntime({
        cwd,
        env: {},
        config,
        flags: { executor: "worker" },
        threads: 2,
        cache: false,
      });
      using opened = await openData(runtime, "bars.csv");
      expect(started).toBeGreaterThan(0);
      expect(living.size).toBe(0);
      const before = started;
      await runBacktest(runtime, opened.dataset.manifest.name);
      expect(started).toBeGreaterThan(before);
      expect(living.size).toBe(0);
    } finally {
      process.off("worker", follow);
      await rm(cwd, { recursive: true, force: true });
    }
  });
});
