import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

/** MiB of the heap for young objects of a process that makes millions of them, some 20,000 alive at a time. */
function youngMiB(first: string): number {
  const code = `
    ${first}
    import { getHeapSpaceStatistics } from "node:v8";
    let kept = [];
    for (let i = 0; i < 3e6; i++) {
      kept.push({ i, list: [i] });
      if (kept.length > 20_000) kept = [];
    }
    console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size / 2 ** 20);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(stderr).toBe("");
  return Number(stdout);
}

/** The most MiB of heap of a process that keeps some objects for a while, so that they are garbage among old ones. */
function heapMiB(first: string): number {
  const code = `
    ${first}
    import { getHeapStatistics } from "node:v8";
    let most = 0;
    let kept = [];
    for (let i = 0; i < 4e6; i++) {
      kept.push({ i, list: [i] });
      if (kept.length > 60_000) kept = [];
      if (i % 1000 === 0) most = Math.max(most, getHeapStatistics().total_heap_size);
    }
    console.log(most / 2 ** 20);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(stderr).toBe("");
  return Number(stdout);
}

describe("the heap of the command", () => {
  const module = new URL("../dist/process/heap-bounds.js", import.meta.url);

  it("collects the garbage among old objects early", () => {
    const bounded = heapMiB(`import { boundOldHeap } from ${JSON.stringify(module.href)}; boundOldHeap();`);
    expect(bounded).toBeLessThan(0.7 * heapMiB(""));
  });

  it("stays small for young objects", () => {
    expect(existsSync(module)).toBe(true);
    expect(youngMiB("")).toBeGreaterThan(8);
    expect(youngMiB(`import ${JSON.stringify(module.href)};`)).toBeLessThanOrEqual(4);
  });

  it("is bounded before the command loads anything else", async () => {
    const text = await readFile(new URL("../dist/bundle/bin.js", import.meta.url), "utf8");
    expect(text.match(/^import .*$/gm)).toEqual(['import "./part-heap-bounds.js";']);
  });
});
