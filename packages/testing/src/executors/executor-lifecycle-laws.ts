import assert from "node:assert/strict";
import { join } from "node:path";
import type { Progress } from "@atc/contract";
import { aborted, type ExecutorLaw, refuses, rejection, textOf } from "./executor-stage.ts";

/** Laws of cancellation. */
export const cancelLaws: Readonly<Record<string, ExecutorLaw>> = {
  "does not start a task whose signal is aborted": async ({ run, folder }) => {
    const log = join(folder, "log");
    await aborted(run("work", { steps: 1, log }, { signal: AbortSignal.abort("why") }), "why");
    assert.equal(await textOf(log), "");
  },
  "never starts a task that is aborted while it waits for a worker": async ({ executor, run, folder }) => {
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
  "ends a task that waits when its signal is aborted": async ({ run }) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = (): void => controller.abort(reason);
    await aborted(run("waitFor", { ms: 3_600_000 }, { signal: controller.signal, onProgress }), reason);
    assert.equal(await run("echo", 1), 1);
  },
};

/** Laws of progress. */
export const progressLaws: Readonly<Record<string, ExecutorLaw>> = {
  "passes on some progress in order before the result, always the first and last report of each phase": async ({
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
  "passes the progress of each task to its own listener": async ({ run }) => {
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
  "rejects with the error of a listener": async ({ run }) => {
    const onProgress = (): void => {
      throw new RangeError("no room on the screen");
    };
    const error = await rejection(run("report", { count: 10 }, { onProgress }));
    assert.ok(error instanceof RangeError);
    assert.equal(await run("echo", 1), 1);
  },
};

/** Disposal lets submitted tasks finish and refuses later ones. */
export const disposalLaws: Readonly<Record<string, ExecutorLaw>> = {
  "finishes submitted tasks on disposal, then throws ATC_CLOSED; may be disposed twice": async ({ executor, run }) => {
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
  "lets workers close what they opened before they end": async ({ executor, run, folder }) => {
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

/** Laws for workers that can end without the process. */
export const workerLaws: Readonly<Record<string, ExecutorLaw>> = {
  "runs a task once more if its worker ended": async ({ run, folder }) => {
    assert.equal(await run("exitOnce", { marker: join(folder, "marker") }), "survived");
  },
  "gives up on a task that ends its workers, and continues": async ({ run, folder }) => {
    const log = join(folder, "log");
    await refuses(run("exitAlways", { log }), "ATC_IO");
    assert.equal(await textOf(log), "started\nstarted\n");
    assert.equal(await run("echo", 1), 1);
  },
  "does not run a task again if its input was moved to the worker that ended": async ({ run, folder }) => {
    const log = join(folder, "log");
    await refuses(run("exitAlways", { log }, { transfer: [new ArrayBuffer(8)] }), "ATC_IO");
    assert.equal(await textOf(log), "started\n");
  },
  "ends a task that never yields but checks for cancellation": async ({ run, folder }) => {
    const controller = new AbortController();
    const log = join(folder, "log");
    const onProgress = (): void => controller.abort("stop");
    await aborted(run("work", { steps: 3_600_000, log }, { signal: controller.signal, onProgress }), "stop");
    assert.equal(await textOf(log), "started\ncancelled\n");
  },
  "continues the other tasks when one is aborted": async ({ executor, run, folder }) => {
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
