import { AtcError, type Executor } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type DataSupply, departing } from "../src/wiring/task-places.ts";

const ref = { task: "@atc/runtime#evaluateUnit", version: 1 };

/** An executor that returns the input as it was submitted, and what was disposed. */
function scene(provide: DataSupply["provide"] | undefined) {
  const disposed: string[] = [];
  const submitted: unknown[] = [];
  const target = {
    concurrency: 1,
    async submit(_: unknown, input: unknown): Promise<unknown> {
      submitted.push(structuredClone(input));
      return submitted.at(-1);
    },
    async [Symbol.asyncDispose]() {
      disposed.push("executor");
    },
  };
  const supply = provide && {
    provide,
    async [Symbol.asyncDispose]() {
      disposed.push("supply");
    },
  };
  return { executor: departing(target as unknown as Executor, supply), disposed, submitted };
}

describe("a task that leaves this machine", () => {
  it("is submitted when the workers can read its dataset, with the input of then", async () => {
    let isThere = (): void => undefined;
    const supplied = new Promise<void>((resolve) => {
      isThere = resolve;
    });
    const { executor, submitted } = scene(() => supplied);
    const input = { store: {}, dataset: "bars", lengths: [1, 2] };
    const result = executor.submit(ref, input);
    input.lengths[0] = 9;
    await new Promise((resolve) => setImmediate(resolve));
    expect(submitted).toEqual([]);
    isThere();
    expect(await result).toMatchObject({ store: null, dataset: "bars", lengths: [1, 2] });
  });

  it("is submitted at once if they can already, or if nothing has to be supplied", async () => {
    for (const provide of [undefined, () => undefined]) {
      const { executor, submitted } = scene(provide);
      const input = { store: {}, lengths: [1] };
      const result = executor.submit(ref, input);
      expect(submitted.length).toBe(1);
      input.lengths[0] = 9;
      expect(await result).toMatchObject({ lengths: [1] });
    }
  });

  it("is not submitted if its dataset cannot be supplied", async () => {
    const fault = new AtcError("ATC_READ_ONLY", "no right to write");
    const { executor, disposed, submitted } = scene(() => Promise.reject(fault));
    await expect(executor.submit(ref, { store: {} })).rejects.toBe(fault);
    expect(submitted).toEqual([]);
    await executor[Symbol.asyncDispose]();
    expect(disposed).toEqual(["executor", "supply"]);
  });

  it("needs no dataset if its input names no store", async () => {
    const { executor } = scene(() => expect.fail("it was asked for"));
    expect(await executor.submit(ref, { numbers: [1] })).toEqual({ numbers: [1] });
  });
});
