import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import type { Executor } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { inlineExecutor, workerExecutor } from "../src/index.ts";

const source = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const modules = {
  good: source(
    "export const f = (flags) => { g = flags; return 1; }; let g; export function disposeWorker() { Atomics.add(g, 0, 1); }",
  ),
  bad: source("export const f = () => 1; export const disposeWorker = () => { throw new RangeError('still open'); }"),
  slow: source("export const f = () => 1; export const disposeWorker = () => new Promise(() => {})"),
  broken: source("throw new Error('no module');"),
};
const run = (executor: Executor, name: string, input?: unknown): Promise<unknown> =>
  executor.submit({ task: `${name}#f`, version: 1 }, input);

describe.each([
  ["threads", () => workerExecutor({ modules, threads: 1 })],
  ["this thread", () => inlineExecutor({ modules })],
])("disposal over %s", (_name, create) => {
  it("closes all modules and rejects with the first error, each time", async () => {
    const executor = create();
    const flags = new Int32Array(new SharedArrayBuffer(4));
    await run(executor, "good", flags);
    await run(executor, "bad");
    await expect(executor[Symbol.asyncDispose]()).rejects.toThrow(RangeError);
    await expect(executor[Symbol.asyncDispose]()).rejects.toThrow("still open");
    expect(flags[0]).toBe(1);
    await expect(run(executor, "good", flags)).rejects.toMatchObject({ code: "ATC_CLOSED" });
  });

  it("rejects with the reason if a module cannot be loaded", async () => {
    const executor = create();
    await expect(run(executor, "broken")).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
      details: { task: "broken#f", package: "broken", url: modules.broken },
      cause: { message: "no module" },
    });
    await executor[Symbol.asyncDispose]();
  });
});

describe("disposal", () => {
  it("ends all threads before it settles", async () => {
    const living = new Set<Worker>();
    const follow = (worker: Worker): void => {
      living.add(worker);
      worker.on("exit", () => living.delete(worker));
    };
    process.on("worker", follow);
    const executor = workerExecutor({ modules, threads: 2 });
    const flags = new Int32Array(new SharedArrayBuffer(4));
    await Promise.all([run(executor, "good", flags), run(executor, "good", flags)]);
    expect(living.size).toBeGreaterThan(0);
    await executor[Symbol.asyncDispose]();
    process.off("worker", follow);
    expect(living.size).toBe(0);
  });

  it("ends a worker that does not close in time", async () => {
    const executor = workerExecutor({ modules, threads: 2, closeMs: 20 });
    await run(executor, "slow");
    await expect(executor[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "ATC_TIMEOUT" });
  });

  it.each([[], ["--expose-gc"]])("is not required for the process to end, with any options (%s)", (...options) => {
    const entry = new URL("../dist/bundle/index.js", import.meta.url).href;
    const code = `
      import { workerExecutor } from ${JSON.stringify(entry)};
      const executor = workerExecutor({ modules: { good: ${JSON.stringify(modules.slow)} }, threads: 2 });
      console.log(await executor.submit({ task: "good#f", version: 1 }));`;
    const child = spawnSync(process.execPath, [...options, "--input-type=module", "--eval", code], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(child).toMatchObject({ status: 0, stdout: "1\n", stderr: "" });
  });
});
