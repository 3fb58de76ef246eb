import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, bin } from "./atc.ts";
import { leftovers, rowsOf, shop } from "./shop.ts";

const run = promisify(execFile);

/** Whether an ingest of "large" has recorded a finished slice. */
function hasFinishedSlice(): boolean {
  const folder = join(shop.path, ".cache", "mmap", "large");
  const scratch = existsSync(folder) ? readdirSync(folder).find((entry) => entry.startsWith(".scratch-")) : undefined;
  const journal = join(folder, scratch ?? "none", "runs", "journal.jsonl");
  return existsSync(journal) && readFileSync(journal, "utf8").includes("\n[");
}

/** Starts an ingest of a large file and ends it by `signal` once it has begun to read, or `isTime`. */
async function interrupt(
  signal: NodeJS.Signals,
  isTime: () => boolean = () => existsSync(join(shop.path, ".cache", "mmap", "large")),
  more: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [bin, "ingest", "large.csv", "--name", "large", "--memory", "1MB", ...more], {
    cwd: shop.path,
  });
  let stderr = "";
  child.stderr.on("data", (piece: Buffer) => {
    stderr += piece.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    const poll = setInterval(() => {
      if (isTime()) {
        clearInterval(poll);
        child.kill(signal);
      }
    }, 5);
    child.on("close", (exitCode) => {
      clearInterval(poll);
      resolve(exitCode);
    });
  });
  return { code, stderr };
}

describe("an interrupted ingest", () => {
  const large = barsCsv(["A", "B", "C", "D", "E"], 60_000);
  beforeEach(async () => {
    await shop.file("large.csv", large);
  });

  it("ends cleanly at Ctrl-C and leaves nothing", async () => {
    const { code, stderr } = await interrupt("SIGINT");
    expect(code).toBe(130);
    expect(stderr).toContain("stopped");
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  it.each(["", "--json"])("keeps finished slices at Ctrl-C, says so, and the next run resumes (%s)", async (flag) => {
    const { code, stderr } = await interrupt("SIGINT", hasFinishedSlice, flag === "" ? [] : [flag]);
    expect([code, stderr]).toEqual([130, expect.stringMatching(/stopped; \d+ of \d+ slices of the file are kept/)]);
    if (flag !== "") expect(JSON.parse(stderr)).toMatchObject({ error: { code: "ATC_ABORTED" } });
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    expect(hasFinishedSlice()).toBe(true);
    const resumed = await shop.atc("ingest", "large.csv", "--name", "large", "--json");
    expect(resumed.json()).toMatchObject({ rows: 300_000, reused: false });
    expect(await leftovers()).toEqual([]);
    await shop.atc("ingest", "large.csv", "--name", "whole");
    expect(await rowsOf("large")).toEqual(await rowsOf("whole"));
  });

  it("leaves nothing partly visible when killed, and the next start cleans up", async () => {
    const { code } = await interrupt("SIGKILL");
    expect(code).toBeNull();
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    const again = await shop.atc("ingest", "large.csv", "--name", "large", "--json");
    expect(again.json()).toMatchObject({ rows: 300_000, reused: false });
    expect(await leftovers()).toEqual([]);
  });

  it("is refused while another process ingests the same dataset", async () => {
    const first = run(process.execPath, [bin, "ingest", "large.csv", "--name", "large", "--json"], { cwd: shop.path });
    while (!existsSync(join(shop.path, ".cache", "mmap", "large")))
      await new Promise((resolve) => setImmediate(resolve));
    const second = await shop.atc("ingest", "large.csv", "--name", "large", "--json");
    expect(second.code).toBe(7);
    expect(second.stderr).toContain("ATC_LOCKED");
    expect(JSON.parse((await first).stdout)).toMatchObject({ rows: 300_000 });
  });
});

describe("a disk that refuses", () => {
  let mounted: string | undefined;
  const mount = async (options: string): Promise<string | undefined> => {
    const folder = join(shop.path, "disk");
    await mkdir(folder);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
    } catch {
      return undefined;
    }
    mounted = folder;
    return folder;
  };
  afterEach(() => {
    if (mounted !== undefined) execFileSync("umount", ["-l", mounted]);
    mounted = undefined;
  });

  it("is reported if it is full; nothing is left on it", async (context) => {
    const folder = await mount("size=64k");
    if (folder === undefined) return context.skip("a tmpfs cannot be mounted here");
    await shop.file("bars.csv", barsCsv(["A", "B"], 3000));
    const full = await shop.atc("ingest", "bars.csv", "--data-dir", folder, "--json");
    expect(full.stderr).toContain("ATC_NO_SPACE");
    expect(full.code).toBe(6);
    expect(await leftovers(folder)).toEqual([]);
    const uncached = await shop.atc("backtest", "bars.csv", "--cache-dir", folder, "--json");
    expect(uncached.code).toBe(0);
  });

  it("is reported if it is read-only", async (context) => {
    const folder = await mount("size=1m,ro");
    if (folder === undefined) return context.skip("a tmpfs cannot be mounted here");
    await shop.file("bars.csv", barsCsv(["A"], 100));
    const refused = await shop.atc("ingest", "bars.csv", "--data-dir", folder, "--json");
    expect(refused.stderr).toMatch(/ATC_READ_ONLY|ATC_IO/);
    expect(refused.code).toBe(6);
    const uncached = await shop.atc("backtest", "bars.csv", "--cache-dir", folder, "--json");
    expect(uncached.code).toBe(0);
    expect(uncached.stderr).toMatch(/warning/);
  });
});

describe("a damaged segment", () => {
  it.each(["true", "false"])("is refused with its name if it is truncated (mapped: %s)", async (mapped) => {
    await shop.file("bars.csv", barsCsv(["A"], 500));
    await shop.atc("ingest", "bars.csv", "--name", "mine");
    const folder = join(shop.path, ".cache", "mmap", "mine");
    const segment = (await readdir(folder)).find((name) => name.endsWith(".arrow")) ?? "";
    await truncate(join(folder, segment), 4096);
    const refused = await shop.atc("backtest", "mine", `--use-memory-mapped=${mapped}`, "--no-cache", "--json");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("ATC_CORRUPT_DATA");
    expect(refused.stderr).toContain(segment);
  });
});

describe("the built command", () => {
  it("is one process with an exit code, results on standard output and the rest on standard error", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 100));
    const { stdout, stderr } = await run(process.execPath, [bin, "backtest", "bars.csv", "--json"], { cwd: shop.path });
    expect(JSON.parse(stdout)).toHaveProperty("portfolio");
    expect(stderr).toBe("");
    const failed = await run(process.execPath, [bin, "backtest", "no.csv"], { cwd: shop.path }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 4 });
  });
});
