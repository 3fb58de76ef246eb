import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
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
  });
});

describe("a sweep that is interrupted", () => {
  it("prints the best so far, keeps what is done, and says how to continue", async () => {
    await using shop = await workshop();
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 3000));
    const slow = ["--grid", "emaLength=10..60", "--grid", "stopLoss=0.02,0.03,0.04"];
    const args = ["sweep", "bars.csv", ...slow, "--threads", "1", "-o", "table.csv"];
    const child = spawn(process.execPath, [bin, ...args], { cwd: shop.path, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => {
      stdout += String(text);
    });
    child.stderr.on("data", (text: Buffer) => {
      stderr += String(text);
    });
    const closed = once(child, "close");
    const entries = async (): Promise<number> => {
      const all = await shop.cached().catch((): readonly string[] => []);
      return all.filter((file) => file.includes(".npz")).length;
    };
    while (child.exitCode === null && (await entries()) < 5) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGINT");
    const [code] = (await closed) as [number];
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: expect.stringContaining(
        "the finished configurations are kept, and the same command continues after them",
      ),
    });
    expect(stdout).toMatch(/#\s+emaLength\s+stopLoss\s+totalReturn/);
    expect(existsSync(join(shop.path, "table.csv"))).toBe(false);
    const next = (await shop.atc("sweep", "bars.csv", ...slow, "--dry-run", "--json")).json<Counts & object>();
    expect(next).toMatchObject({ evaluations: 153 });
  });
});
