import assert from "node:assert/strict";
import { isAtcError } from "@atc/contract";
import { type ExecutorLaw, executorTasks, refuses, rejection } from "./executor-stage.ts";

/** Laws of inputs and results. */
export const resultLaws: Readonly<Record<string, ExecutorLaw>> = {
  "returns the result of a task, including undefined": async ({ run }) => {
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
  "returns each caller its own result, independent of the order in which tasks end": async ({ run }) => {
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
  "copies the input: neither side sees later changes of the other": async ({ run }) => {
    const given = Float64Array.of(1, 2, 3);
    const result = await run<Float64Array>("echo", given);
    given.fill(0);
    assert.deepEqual(result, Float64Array.of(1, 2, 3));
  },
  "moves the listed buffers, to the task and back": async ({ run }) => {
    const given = Float64Array.of(1, 2, 3);
    assert.equal(await run("sum", given, { transfer: [given.buffer] }), 6);
    assert.equal(given.length, 0, "the buffer was copied, not moved");
    assert.deepEqual(await run("iota", { length: 4 }), Float64Array.of(0, 1, 2, 3));
  },
  "runs a task of the requested version, and refuses another": async ({ executor, run }) => {
    const task = `${executorTasks.package}#versioned`;
    assert.equal(await executor.submit({ task, version: 3 }, undefined), "three");
    await refuses(executor.submit({ task, version: 2 }, undefined), "ATC_UNSUPPORTED");
    await refuses(run("versioned"), "ATC_UNSUPPORTED");
    await refuses(executor.submit({ task: `${executorTasks.package}#echo`, version: 2 }, 1), "ATC_UNSUPPORTED");
  },
};

/** Laws of errors, of tasks and of references. */
export const errorLaws: Readonly<Record<string, ExecutorLaw>> = {
  "rejects with the task's AtcError: its code, message, details and causes": async ({ run }) => {
    const error = await rejection(run("failWithCode", { symbol: "BTC" }));
    assert.ok(isAtcError(error, "ATC_INVALID_DATA"));
    assert.equal(error.message, 'symbol "BTC" has a bad price');
    assert.deepEqual(error.details, { symbol: "BTC", row: 7 });
    assert.ok(error.cause instanceof RangeError);
    assert.equal(error.cause.message, "the price is 0");
    assert.deepEqual(error.cause.cause, { row: 7 });
  },
  "rejects with another error of the task with its name, message and stack": async ({ run }) => {
    const error = await rejection(run("failPlainly"));
    assert.ok(error instanceof TypeError);
    assert.equal(error.message, "no such thing");
    assert.match(String(error.stack), /failPlainly|executor-tasks/);
  },
  "lists the available tasks if one does not exist": async ({ executor, run }) => {
    await refuses(run("absent"), "ATC_NOT_FOUND", /"echo"/);
    await refuses(run("toString"), "ATC_NOT_FOUND");
    await refuses(run("disposeWorker"), "ATC_NOT_FOUND");
    await refuses(executor.submit({ task: "@atc/absent#echo", version: 1 }, 1), "ATC_NOT_FOUND", /@atc\/testing/);
    await refuses(executor.submit({ task: "__proto__#echo", version: 1 }, 1), "ATC_NOT_FOUND");
  },
  "refuses a malformed reference": async ({ executor }) => {
    for (const task of ["", "echo", "#echo", "@atc/testing#", "@atc/testing#echo#echo"])
      await refuses(executor.submit({ task, version: 1 }, 1), "ATC_INVALID_ARGUMENT");
    for (const version of [0, -1, 1.5, Number.NaN])
      await refuses(executor.submit({ task: "@atc/testing#echo", version }, 1), "ATC_INVALID_ARGUMENT");
  },
  "refuses input and results that cannot be sent, and continues": async ({ run }) => {
    await refuses(
      run("echo", () => 1),
      "ATC_INVALID_ARGUMENT",
    );
    await refuses(run("uncloneable"), "ATC_INVALID_DATA");
    assert.equal(await run("echo", 5), 5);
  },
};
