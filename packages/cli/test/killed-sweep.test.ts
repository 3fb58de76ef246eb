import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv, bin, workshop } from "./atc.ts";

interface Counts {
  readonly evaluations: number;
  readonly computed: number;
  readonly cached: number;
}

const axes = ["--grid", "emaLength=10..40:2", "--grid", "lambda=0.01,0.03", "--grid", "stopLoss=0,0.04", "--by-symbol"];

describe("a sweep that is killed", () => {
  it("continues with what is unfinished, and writes the same table", async () => {
    await using shop = await workshop();
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 1500));
    const common = ["sweep", "bars.csv", ...axes, "--force", "--json"];
    /** Files of cached values. They come and go while the sweep runs. */
    const entries = async (): Promise<number> => {
      const all = await shop.cached().catch((): readonly string[] => []);
      return all.filter((file) => file.includes(".npz")).length;
    };
    /** Kills a sweep when the cache has more than `files` files. */
    const killed = async (files: number): Promise<void> => {
      const child = spawn(process.execPath, [bin, ...common, "-o", "killed.arrow"], {
        cwd: shop.path,
        stdio: "ignore",
      });
      const closed = once(child, "close");
      let isOpen = true;
      void closed.then(() => {
        isOpen = false;
      });
      while (isOpen && (await entries()) <= files) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      await closed;
    };
    for (const files of [2, 6, 9]) await killed(files);
    const last = (await shop.atc(...common, "-o", "killed.arrow")).json<Counts & object>();
    expect(last.evaluations).toBe(64);
    expect(last.cached).toBeGreaterThan(0);
    const again = (await shop.atc(...common, "-o", "again.arrow")).json<Counts & object>();
    expect([again.computed, again.cached]).toEqual([0, 64]);
    await shop.atc(...common, "-o", "whole.arrow", "--no-cache");
    const tables = await Promise.all(
      ["whole", "killed", "again"].map((name) => readFile(join(shop.path, `${name}.arrow`), "hex")),
    );
    expect(new Set(tables).size).toBe(1);
  }, 60_000);
});
