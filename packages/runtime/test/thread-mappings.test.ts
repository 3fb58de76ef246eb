import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mappingBackend } from "@atc/mmap-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backtestSymbols, disposeWorker } from "../src/compute/tasks.ts";
import { datasetRef } from "../src/compute/thread-datasets.ts";
import { backtestFile, ingestFile, openData, openRuntime } from "../src/index.ts";
import { openSpool } from "../src/spool/open-spool.ts";
import { backtestPart, signalPart } from "../src/wiring/config-parts.ts";

const canCount = existsSync("/proc/self/maps") && mappingBackend().available;
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "atc-mappings-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** Mappings of segments below the folder in this process, of all its threads. */
function countMappings(): number {
  const lines = readFileSync("/proc/self/maps", "utf8").split("\n");
  return lines.filter((line) => line.includes(cwd) && line.includes("seg-")).length;
}

function writeBars(call: number): string {
  const path = join(cwd, "bars.csv");
  const rows = Array.from({ length: 4 * 3000 }, (_, i) => {
    const bar = i % 3000;
    return `S${Math.floor(i / 3000)},${1.5e12 + bar * 36e5},${100 + ((bar * 7 + call) % 50)}`;
  });
  writeFileSync(path, `symbol,timestamp,close\n${rows.join("\n")}\n`);
  return path;
}

// Without them the count means nothing.
describe.skipIf(!canCount)("mappings of datasets that were replaced", () => {
  it("end with the threads of a run", async () => {
    const counts: number[] = [];
    for (let call = 0; call < 6; call++) {
      const config = { dataDir: join(cwd, "data"), batchSize: 1 };
      const how = { flags: { executor: "worker" }, threads: 2, useMemoryMapped: true, cache: false } as const;
      await backtestFile(writeBars(call), { cwd, env: {}, config, ...how });
      counts.push(countMappings());
    }
    expect(counts).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("end when a thread is asked for the next generation, and when it closes", async () => {
    await using runtime = await openRuntime({ cwd, env: {}, config: { useMemoryMapped: true } });
    const counts: number[] = [];
    const context = {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      throwIfCancelled: () => undefined,
    };
    for (let call = 0; call < 4; call++) {
      await ingestFile(runtime, writeBars(call), { name: "bars" });
      using opened = await openData(runtime, "bars");
      const { config } = runtime;
      using spool = openSpool({ symbols: [{ symbol: "S0", bars: 10_000 }], folders: [], warn: () => undefined });
      const parts = {
        spool: spool.part(["S0"]),
        strategy: "atc",
        parameters: {},
        metrics: [],
        signals: signalPart(config),
        config: backtestPart(config),
        limit: undefined,
      };
      await backtestSymbols(
        { ...datasetRef(runtime.storeRef, opened.dataset.manifest), symbols: ["S0"], ...parts },
        context,
      );
      // The task's: what is opened maps when it is read.
      counts.push(countMappings());
    }
    expect(counts).toEqual([1, 1, 1, 1]);
    disposeWorker();
    expect(countMappings()).toBe(0);
  });
});
