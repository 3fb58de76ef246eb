import { describe, expect, it } from "vitest";
import { isTransferred, type Task, type TaskContext, task, transferred } from "../src/index.ts";

const context: TaskContext = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  throwIfCancelled: () => undefined,
};

describe("a task", () => {
  it("runs what it was made of, and carries its version", () => {
    const double: Task<number, number> = task({ version: 2, run: (input) => input * 2 });
    expect(double(21, context)).toBe(42);
    expect(double.version).toBe(2);
  });

  it("has an integer from 1 as version", () => {
    for (const version of [0, -1, 1.5, Number.NaN, "1" as unknown as number])
      expect(() => task({ version, run: () => 1 })).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });
});

describe("a transferred result", () => {
  it("is distinguished from plain ones", () => {
    const values = Float64Array.of(1);
    expect(isTransferred(transferred(values, [values.buffer]))).toBe(true);
    for (const plain of [undefined, null, values, { kind: "other" }, "atc-transferred"])
      expect(isTransferred(plain)).toBe(false);
  });
});
