import assert from "node:assert/strict";
import { join } from "node:path";
import type { Progress } from "@atc/contract";
import { aborted, type ExecutorLaw, refuses, rejection, textOf } from "./executor-stage.ts";

/** Signals. */
export const cancelLaws: Readonly<Record<string, ExecutorLaw>> = {
  "does not start a task whose signal is aborted": async ({ run, folder }) => {
    const log = join(folder, "log");
    await aborted(run("work", { steps: 1, log }, { signal: AbortSignal.abort("why") }), "why");
    assert.equal(await textOf(log), "");
  },
  "never starts a task that is aborted while it waits for its turn": async ({ executor, run, folder }) => {
    const controller = new AbortController();
    const log = join(folder, "log");
    const busy = Array.from({ length: executor.concurrency }, () => run("waitFor", { ms: 50 }));
    const queued = Array.from({ length: 100 }, () => run("work", { steps: 1, log }, { signal: controller.signal }));
    const refusals = Promise.all(queued.map((each) => aborted(each, "stop")));
    controller.abort("stop");
    await refusals;
    assert.deepEqual(
      await Promise.all(busy),
      busy.map(() => "waited"),
    );
    assert.equal(await run("echo", 1), 1);
    assert.equal(await textOf(log), "");
  },
  "ends a waiting task by its signal": async ({ run }) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = (): void => controller.abort(reason);
    await aborted(run("waitFor", { ms: 3_600_000 }, { signal: controller.signal, onProgress }), reason);
    assert.equal(await run("echo", 1), 1);
  },
};

/** Listeners. */
export const progressLaws: Readonly<Record<string, ExecutorLaw>> = {
  "passes progress on in order before the result, the first and the last of each phase, and not all of it": async ({
    run,
  }) => {
    const heard: Progress[] = [];
    await run("report", { count: 20_000 }, { onProgress: (progress) => heard.push(progress) });
    for (const phase of ["reading", "computing"]) {
      const ofPhase = heard.filter((progress) => progress.phase === phase);
      assert.deepEqual(ofPhase[0], { phase, done: 1, total: 20_000, unit: "bars" });
      assert.deepEqual(ofPhase.at(-1), { phase, done: 20_000, total: 20_000, unit: "bars" });
      assert.ok(ofPhase.length < 2000, `${ofPhase.length} of 20,000 reports were passed on`);
      assert.deepEqual(
        ofPhase,
        ofPhase.toSorted((a, b) => a.done - b.done),
      );
    }
  },
  "gives each listener the progress of its own task": async ({ run }) => {
    const counts = [3, 5, 7, 11];
    const heard = counts.map(() => new Set<number | undefined>());
    await Promise.all(
      counts.map((count, i) => run("report", { count }, { onProgress: ({ total }) => heard[i]?.add(total) })),
    );
    assert.deepEqual(
      heard,
      counts.map((count) => new Set([count])),
    );
  },
  "rejects with what a listener throws": async ({ run }) => {
    const onProgress = (): void => {
      throw new RangeError("no room on the screen");
    };
    const error = await rejection(run("report", { count: 10 }, { onProgress }));
    assert.ok(error instanceof RangeError);
    assert.equal(await run("echo", 1), 1);
  },
};

/** Disposal. */
export const lifeLaws: Readonly<Record<string, ExecutorLaw>> = {
  "finishes what was submitted before it is disposed, then throws ATC_CLOSED; may be disposed twice": async ({
    executor,
    run,
  }) => {
    const tasks = Array.from({ length: executor.concurrency * 3 }, () => run<string>("waitFor", { ms: 5 }));
    const disposed = Promise.all([executor[Symbol.asyncDispose](), executor[Symbol.asyncDispose]()]);
    await refuses(run("echo", 1), "ATC_CLOSED");
    assert.deepEqual(
      await Promise.all(tasks),
      tasks.map(() => "waited"),
    );
    await disposed;
    await executor[Symbol.asyncDispose]();
    await refuses(run("echo", 1), "ATC_CLOSED");
  },
  "may be disposed before its first task": async ({ executor }) => {
    await executor[Symbol.asyncDispose]();
  },
  "lets workers close what they left open before they end": async ({ executor, run, folder }) => {
    const log = join(folder, "log");
    await run("leaveOpen", { log });
    assert.equal(await textOf(log), "");
    await executor[Symbol.asyncDispose]();
    assert.equal(await textOf(log), "closed\n");
  },
  "runs at least one task at a time": async ({ executor }) => {
    assert.ok(Number.isSafeInteger(executor.concurrency) && executor.concurrency >= 1);
  },
};

/** What holds where workers may end without the process ending. */
export const workerLaws: Readonly<Record<string, ExecutorLaw>> = {
  "runs a task once more where its worker ended": async ({ run, folder }) => {
    assert.equal(await run("exitOnce", { marker: join(folder, "marker") }), "survived");
  },
  "gives up a task that ends its workers, and goes on": async ({ run, folder }) => {
    const log = join(folder, "log");
    await refuses(run("exitAlways", { log }), "ATC_IO");
    assert.equal(await textOf(log), "started\nstarted\n");
    assert.equal(await run("echo", 1), 1);
  },
  "does not run a task again whose input was moved to the worker that ended": async ({ run, folder }) => {
    const log = join(folder, "log");
    await refuses(run("exitAlways", { log }, { transfer: [new ArrayBuffer(8)] }), "ATC_IO");
    assert.equal(await textOf(log), "started\n");
  },
  "ends a task that never lets go of its thread but asks whether it was cancelled": async ({ run, folder }) => {
    const controller = new AbortController();
    const log = join(folder, "log");
    const onProgress = (): void => controller.abort("stop");
    await aborted(run("work", { steps: 3_600_000, log }, { signal: controller.signal, onProgress }), "stop");
    assert.equal(await textOf(log), "started\ncancelled\n");
  },
  "lets the other tasks live when one is aborted": async ({ executor, run, folder }) => {
    const controller = new AbortController();
    const others = Array.from({ length: executor.concurrency + 1 }, () => run<string>("waitFor", { ms: 30 }));
    const onProgress = (): void => controller.abort("stop");
    const log = join(folder, "log");
    await aborted(run("work", { steps: 3_600_000, log }, { signal: controller.signal, onProgress }), "stop");
    assert.deepEqual(
      await Promise.all(others),
      others.map(() => "waited"),
    );
  },
};
