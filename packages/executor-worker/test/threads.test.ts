import { isAtcError } from "@atc/contract";
import { afterEach, describe, expect, it } from "vitest";
import { type WorkerExecutorOptions, workerExecutor } from "../src/index.ts";

const modules = { "@atc/tests": new URL("tasks.mjs", import.meta.url).href };
const open: AsyncDisposable[] = [];

function threads(count: number, options: Partial<WorkerExecutorOptions> = {}) {
  const executor = workerExecutor({ modules, threads: count, ...options });
  open.push(executor);
  return {
    executor,
    run: <Output>(name: string, input?: unknown, submitOptions = {}): Promise<Output> =>
      executor.submit({ task: `@atc/tests#${name}`, version: 1 }, input, submitOptions),
  };
}

const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

afterEach(async () => {
  for (const executor of open.splice(0)) await executor[Symbol.asyncDispose]();
});

describe("threads", () => {
  it("run one task each at once", async () => {
    const { run } = threads(3);
    const flags = shared(3);
    const met = await Promise.all([0, 1, 2].map((mine) => run<number>("meet", { flags, mine })));
    expect(new Set(met).size).toBe(3);
  });

  it("start tasks in the order of their submission", async () => {
    const { run } = threads(1);
    const counter = shared(1);
    const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => run("take", { counter, delayMs: i % 3 })));
    expect(taken).toEqual(taken.map((_, i) => i));
  });

  it("stay from task to task", async () => {
    const { run } = threads(1);
    expect(await run("thread")).toBe(await run("thread"));
  });

  it("ignore messages that a task posts to the parent itself", async () => {
    const { run } = threads(1);
    expect(await run("speak")).toBe(await run("thread"));
  });

  it("run thousands of tasks with one signal without a warning", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => {
      if (warning.name === "MaxListenersExceededWarning") warnings.push(warning);
    };
    process.on("warning", hear);
    const { run } = threads(2);
    const controller = new AbortController();
    const tasks = Array.from({ length: 3000 }, () => run("thread", undefined, { signal: controller.signal }));
    await Promise.all(tasks.slice(0, 100));
    controller.abort();
    const ends = await Promise.allSettled(tasks);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    expect(ends.filter(({ status }) => status === "rejected").length).toBeGreaterThan(11);
    expect(warnings).toEqual([]);
  });
});

describe("a cancelled task", () => {
  it("that never checks is killed after the grace period, and the others continue", async () => {
    const { run } = threads(2, { graceMs: 20 });
    const controller = new AbortController();
    const before = await run<number>("thread");
    const flags = shared(2);
    const spinning = run("spin", undefined, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("late")),
    });
    const other = run("meet", { flags, mine: 0 });
    await expect(spinning).rejects.toMatchObject({ code: "ATC_ABORTED", cause: { message: "late" } });
    Atomics.store(flags, 1, 1);
    Atomics.notify(flags, 1);
    expect(typeof before).toBe("number");
    expect(typeof (await other)).toBe("number");
    expect(typeof (await run("thread"))).toBe("number");
  });

  it("is killed at once without a grace period", async () => {
    const { run } = threads(1, { graceMs: 0 });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(run("spin", undefined, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: "ATC_ABORTED",
    });
  });

  it("sees it in its signal and its context, and its worker continues", async () => {
    const { run } = threads(1, { graceMs: 600_000 });
    const before = await run("thread");
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const seen = shared(3);
      const onProgress = (): void => controller.abort();
      const watching = run("watch", { seen }, { signal: controller.signal, onProgress });
      await expect(watching).rejects.toMatchObject({ code: "ATC_ABORTED" });
      expect([...seen]).toEqual([1, 1, 1]);
    }
    expect(await run("thread")).toBe(before);
  });

  it("may also be one with a listener that throws", async () => {
    const { run } = threads(1, { graceMs: 600_000 });
    const seen = shared(3);
    const onProgress = (): void => {
      throw new Error("unheard");
    };
    await expect(run("watch", { seen }, { onProgress })).rejects.toThrow("unheard");
    expect([...seen]).toEqual([1, 1, 1]);
  });

  it("does not start if the signal is aborted between two tasks", async () => {
    const { run } = threads(1);
    const controller = new AbortController();
    const counter = shared(1);
    const first = run("take", { counter, delayMs: 1 }).then(() => controller.abort());
    const second = run("take", { counter, delayMs: 1 }, { signal: controller.signal });
    await expect(second).rejects.toMatchObject({ code: "ATC_ABORTED" });
    await first;
    expect([...counter]).toEqual([1]);
  });

  it("ends while its thread is still starting", async () => {
    const { run } = threads(1, { graceMs: 0 });
    const controller = new AbortController();
    const task = run("thread", undefined, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(task).rejects.toMatchObject({ code: "ATC_ABORTED" });
    expect(typeof (await run("thread"))).toBe("number");
  });
});

describe("a worker that ends", () => {
  it("by running out of memory ends neither the process nor other tasks", async () => {
    const { run } = threads(2, { maxHeapMiB: 32 });
    const flags = shared(2);
    const other = run("meet", { flags, mine: 0 });
    const error = await run("eat").catch((caught: unknown) => caught);
    expect(isAtcError(error, "ATC_IO")).toBe(true);
    expect(error).toMatchObject({ details: { attempts: 2 }, cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
    Atomics.store(flags, 1, 1);
    Atomics.notify(flags, 1);
    expect(typeof (await other)).toBe("number");
  });

  it("by an error outside of its task is replaced", async () => {
    const { run } = threads(1);
    expect(await run("throwLater", { counter: shared(1) })).toBe("survived");
  });

  it("before it has started makes its tasks reject", async () => {
    const arguments_ = process.execArgv;
    process.execArgv = [...arguments_, "--import", "data:text/javascript,throw new Error('no start')"];
    try {
      const { run } = threads(2);
      const tasks = await Promise.allSettled([run("thread"), run("thread"), run("thread")]);
      expect(tasks).toMatchObject(tasks.map(() => ({ status: "rejected", reason: { code: "ATC_IO" } })));
    } finally {
      process.execArgv = arguments_;
    }
  });
});

describe("moved results", () => {
  it("may name a buffer twice", async () => {
    const { run } = threads(1);
    expect(await run("moveTwice")).toEqual(Float64Array.of(1, 2));
  });

  it("that cannot move are refused, and the worker continues", async () => {
    const { run } = threads(1);
    const before = await run("thread");
    await expect(run("moveGone")).rejects.toMatchObject({ code: "ATC_INVALID_DATA" });
    expect(await run("thread")).toBe(before);
  });

  it("that cannot move to a task are refused, and the worker continues", async () => {
    const { run } = threads(1);
    const before = await run("thread");
    const gone = new ArrayBuffer(8);
    structuredClone(gone, { transfer: [gone] });
    for (const transfer of [[gone], [new SharedArrayBuffer(8) as unknown as ArrayBuffer]])
      await expect(run("thread", 1, { transfer })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    const twice = new ArrayBuffer(8);
    expect(await run("thread", twice, { transfer: [twice, twice] })).toBe(before);
  });
});
