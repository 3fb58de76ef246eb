import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";

interface Report {
  readonly removed: number;
  readonly bytes: number;
  readonly dryRun: boolean;
  readonly datasets: readonly { name: string; removed: boolean; reason?: string }[];
}

const names = async (): Promise<readonly string[]> =>
  (await shop.atc("data", "list", "--json")).json<{ name: string }[]>().map(({ name }) => name);

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30));
}

describe("atc data prune", () => {
  it("deletes datasets that were written longer ago, and says which", async () => {
    await shop.file("old.csv", barsCsv(["AAA"], 50));
    await shop.file("new.csv", barsCsv(["BBB"], 50));
    await shop.atc("ingest", "old.csv", "--name", "old");
    expect((await shop.atc("data", "prune", "--older-than", "1h")).stdout).toBe("0 datasets, 0 B, deleted\n");
    await pause();
    await shop.atc("ingest", "new.csv", "--name", "new");
    const dry = (await shop.atc("data", "prune", "--older-than", "0.02s", "--dry-run", "--json")).json<Report>();
    expect(dry).toMatchObject({ dryRun: true, removed: dry.datasets.length });
    expect(dry.datasets[0]).toMatchObject({ name: "old", removed: true });
    expect(await names()).toEqual(["new", "old"]);
    const { stdout } = await shop.atc("data", "prune", "--older-than", "0s");
    expect(stdout).toMatch(/^old +\d{4}-\d\d-\d\d +[\d.]+ kB +deleted$/m);
    expect(stdout).toMatch(/^2 datasets, [\d.]+ kB, deleted$/m);
    expect(await names()).toEqual([]);
  });

  it("keeps datasets whose rows no file has, unless it is told to", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 50));
    await shop.file("gone.csv", barsCsv(["AAA"], 60));
    await shop.file("more.csv", barsCsv(["AAA"], 70));
    await shop.atc("ingest", "bars.csv", "--name", "appended");
    await shop.atc("data", "append", "appended", "more.csv");
    await shop.atc("ingest", "gone.csv", "--name", "gone");
    await shop.atc("ingest", "bars.csv", "more.csv", "--name", "several");
    await shop.atc("ingest", "bars.csv", "--name", "plain");
    await rm(join(shop.path, "gone.csv"));
    await pause();
    const run = await shop.atc("data", "prune", "--older-than", "0s");
    expect(run.stdout).toMatch(/^appended .* kept: rows were appended to it$/m);
    expect(run.stdout).toMatch(/^gone .* kept: its file ".*gone\.csv" is gone$/m);
    expect(run.stdout).toMatch(/^several .* kept: it was not read from one file$/m);
    expect(run.stderr).toContain("--include-unique");
    expect(await names()).toEqual(["appended", "gone", "several"]);
    await shop.atc("data", "prune", "--older-than", "0s", "--include-unique");
    expect(await names()).toEqual([]);
  });

  it("leaves a dataset that it cannot read alone", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 50));
    await shop.atc("ingest", "bars.csv", "--name", "damaged");
    const manifest = join(shop.path, ".cache/mmap/damaged/manifest.json");
    await writeFile(manifest, "{");
    await pause();
    expect((await shop.atc("data", "prune", "--older-than", "0s", "--include-unique")).code).toBe(0);
    expect(await readFile(manifest, "utf8")).toBe("{");
  });

  it.each(["", "-1", "30x", "d", "1e3", "soon"])("refuses the age %j", async (age) => {
    const { code, stderr } = await shop.atc("data", "prune", `--older-than=${age}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--older-than")]);
    expect((await shop.atc("cache", "prune", `--older-than=${age}`)).code).toBe(2);
  });

  it("needs an age", async () => {
    expect((await shop.atc("data", "prune")).code).toBe(2);
  });
});
