import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executor, isAtcError, type Progress, type SubmitOptions } from "@atc/contract";
import type { ConformanceCase } from "./conformance-case.ts";

const { url } = import.meta;

/** The compiled module of tasks that {@link executorCases} runs, and the package whose tasks they are. */
export const executorTasks: {
  /** The package, before the `#` of each reference. */
  readonly package: string;
  /** The file URL of the compiled module. */
  readonly url: string;
} = {
  package: "@atc/testing",
  url: new URL(url.endsWith(".ts") ? "../dist/executor-tasks.js" : "./executor-tasks.js", url).href,
};

/** What {@link executorCases} needs to know of an executor. */
export interface ExecutorCasesOptions {
  /** Whether tasks run in workers that may end without the caller's process ending; true by default. */
  readonly workers?: boolean;
}

/** An executor, and a folder for what its tasks leave behind. */
interface Stage {
  readonly executor: Executor;
  readonly folder: string;
  /** Runs one of {@link executorTasks}. */
  run<Output>(name: string, input?: unknown, options?: SubmitOptions): Promise<Output>;
}

type ExecutorLaw = (stage: Stage) => Promise<void>;

/**
 * The laws of an executor. `create` makes one whose workers know {@link executorTasks}, each time it is called; the suite disposes it. Tasks and
 * suite share files in the temporary directory, so workers must see it.
 *
 * @example
 * ```ts
 * const modules = { [executorTasks.package]: executorTasks.url };
 * for (const { name, run } of executorCases(() => workerExecutor({ modules }))) it(name, run);
 * ```
 */
export function executorCases(
  create: () => Executor | Promise<Executor>,
  options: ExecutorCasesOptions = {},
): readonly ConformanceCase[] {
  const laws = { ...resultLaws, ...errorLaws, ...cancelLaws, ...progressLaws, ...lifeLaws };
  const all = options.workers === false ? laws : { ...laws, ...workerLaws };
  return Object.entries(all).map(([name, law]) => ({ name, run: () => play(create, law) }));
}

async function play(create: () => Executor | Promise<Executor>, law: ExecutorLaw): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "atc-executor-"));
  const executor = await create();
  try {
    await law({
      executor,
      folder,
      run: (name, input, options) =>
        executor.submit({ task: `${executorTasks.package}#${name}`, version: 1 }, input, options),
    });
  } finally {
    await executor[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

const resultLaws: Readonly<Record<string, ExecutorLaw>> = {
  "gives back what a task returns, undefined included": async ({ run }) => {
    const values = [
      undefined,
      null,
      0,
      Number.NaN,
      "text",
      [1, { a: [2] }],
      new Map([["k", 1]]),
      Float64Array.of(1, -0),
    ];
    for (const value of values) assert.deepEqual(await run("echo", value), value);
  },
  "gives each caller its own result, whatever the order of their ends": async ({ run }) => {
    const inputs = Array.from({ length: 40 }, (_, i) =>
      Float64Array.from({ length: ((i * 7919) % 40) * 500 }, () => i),
    );
    const results = await Promise.all(inputs.map((input) => run<number>("sum", input)));
    assert.deepEqual(
      results,
      inputs.map((input, i) => input.length * i),
    );
  },
  "runs 1,000 small tasks": async ({ run }) => {
    const inputs = Array.from({ length: 1000 }, (_, i) => i);
    assert.deepEqual(await Promise.all(inputs.map((i) => run<number>("echo", i))), inputs);
  },
  "copies the input: neither side sees what the other changes later": async ({ run }) => {
    const given = Float64Array.of(1, 2, 3);
    const result = await run<Float64Array>("echo", given);
    given.fill(0);
    assert.deepEqual(result, Float64Array.of(1, 2, 3));
  },
  "moves the buffers that are named, to the task and back": async ({ run }) => {
    const given = Float64Array.of(1, 2, 3);
    assert.equal(await run("sum", given, { transfer: [given.buffer] }), 6);
    assert.equal(given.length, 0, "the buffer was copied, not moved");
    assert.deepEqual(await run("iota", { length: 4 }), Float64Array.of(0, 1, 2, 3));
  },
  "runs a task of the version asked for, and refuses another": async ({ executor, run }) => {
    const task = `${executorTasks.package}#versioned`;
    assert.equal(await executor.submit({ task, version: 3 }, undefined), "three");
    await refuses(executor.submit({ task, version: 2 }, undefined), "ATC_UNSUPPORTED");
    await refuses(run("versioned"), "ATC_UNSUPPORTED");
    await refuses(executor.submit({ task: `${executorTasks.package}#echo`, version: 2 }, 1), "ATC_UNSUPPORTED");
  },
};

const errorLaws: Readonly<Record<string, ExecutorLaw>> = {
  "gives an AtcError of the task with its code, message, details and causes": async ({ run }) => {
    const error = await rejection(run("failWithCode", { symbol: "BTC" }));
    assert.ok(isAtcError(error, "ATC_INVALID_DATA"));
    assert.equal(error.message, 'symbol "BTC" has a bad price');
    assert.deepEqual(error.details, { symbol: "BTC", row: 7 });
    assert.ok(error.cause instanceof RangeError);
    assert.equal(error.cause.message, "the price is 0");
    assert.deepEqual(error.cause.cause, { row: 7 });
  },
  "gives another error of the task with its name, message and stack": async ({ run }) => {
    const error = await rejection(run("failPlainly"));
    assert.ok(error instanceof TypeError);
    assert.equal(error.message, "no such thing");
    assert.match(String(error.stack), /failPlainly|executor-tasks/);
  },
  "names the tasks there are where there is none of that name": async ({ executor, run }) => {
    await refuses(run("absent"), "ATC_NOT_FOUND", /"echo"/);
    await refuses(run("toString"), "ATC_NOT_FOUND");
    await refuses(run("disposeWorker"), "ATC_NOT_FOUND");
    await refuses(executor.submit({ task: "@atc/absent#echo", version: 1 }, 1), "ATC_NOT_FOUND", /@atc\/testing/);
    await refuses(executor.submit({ task: "__proto__#echo", version: 1 }, 1), "ATC_NOT_FOUND");
  },
  "refuses a reference that is none": async ({ executor }) => {
    for (const task of ["", "echo", "#echo", "@atc/testing#", "@atc/testing#echo#echo"])
      await refuses(executor.submit({ task, version: 1 }, 1), "ATC_INVALID_ARGUMENT");
    for (const version of [0, -1, 1.5, Number.NaN])
      await refuses(executor.submit({ task: "@atc/testing#echo", version }, 1), "ATC_INVALID_ARGUMENT");
  },
  "refuses input and results that cannot be sent, and goes on": async ({ run }) => {
    await refuses(
      run("echo", () => 1),
      "ATC_INVALID_ARGUMENT",
    );
    await refuses(run("uncloneable"), "ATC_INVALID_DATA");
    assert.equal(await run("echo", 5), 5);
  },
};

const cancelLaws: Readonly<Record<string, ExecutorLaw>> = {
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

const progressLaws: Readonly<Record<string, ExecutorLaw>> = {
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

const lifeLaws: Readonly<Record<string, ExecutorLaw>> = {
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

const workerLaws: Readonly<Record<string, ExecutorLaw>> = {
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

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it did not reject");
}

async function refuses(promise: Promise<unknown>, code: string, message = /./): Promise<void> {
  await assert.rejects(promise, { name: "AtcError", code, message });
}

async function aborted(promise: Promise<unknown>, reason: unknown): Promise<void> {
  const error = await rejection(promise);
  assert.ok(isAtcError(error, "ATC_ABORTED"), `not ATC_ABORTED but ${String(error)}`);
  assert.equal(error.cause, reason);
}

/** The text of a file; empty where there is none. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
