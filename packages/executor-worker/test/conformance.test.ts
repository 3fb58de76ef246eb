import { executorCases, executorTasks } from "@atc/testing";
import { describe, it } from "vitest";
import { inlineExecutor, workerExecutor } from "../src/index.ts";

const modules = { [executorTasks.package]: executorTasks.url };

describe("two worker threads", () => {
  for (const { name, run } of executorCases(() => workerExecutor({ modules, threads: 2 }))) it(name, run);
});

describe("one worker thread", () => {
  for (const { name, run } of executorCases(() => workerExecutor({ modules, threads: 1 }))) it(name, run);
});

describe("this thread", () => {
  for (const { name, run } of executorCases(() => inlineExecutor({ modules }), { workers: false })) it(name, run);
});
