import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { datasetInfo, ingestFile, openRuntime, type Runtime, runBacktest } from "../src/index.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-notes-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const open = (): Promise<Runtime> => openRuntime({ cwd, env: {} });
const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

/** Changes the report in the manifest of a dataset. */
async function changeReport(name: string, change: (report: Record<string, unknown>) => void): Promise<void> {
  const path = join(cwd, ".cache", "mmap", name, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  change(manifest.attributes.report);
  delete manifest.crc32;
  const text = JSON.stringify(manifest);
  const head = `${text.slice(0, -1)},\n`;
  await writeFile(path, `${head} "crc32": "${crc32(head).toString(16).padStart(8, "0")}"\n}\n`);
}

it("include findings that the report of an earlier release lacks", async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${day(i)},${i === 30 ? 250 : 100},101,99,100,${i === 9 ? "x" : 1}`,
  );
  await writeFile(join(cwd, "bars.csv"), ["date,open,high,low,close,volume", ...rows].join("\n"));
  await using runtime = await open();
  await ingestFile(runtime, "bars.csv", { name: "d", sourceOptions: { badRows: "skip" } });
  const { notes } = (await runBacktest(runtime, "d")).report;
  expect(notes.map(({ kind, count }) => [kind, count])).toEqual([
    ["badRows", 1],
    ["opensOutsideRange", 1],
    ["gaps", 1],
  ]);
  await changeReport("d", (report) => {
    const totals = report["totals"] as Record<string, number>;
    for (const name of ["opensOutsideRange", "sharedGaps", "identical", "revertingJumps"]) delete totals[name];
    totals["gaps"] = 40;
    for (const one of report["series"] as Record<string, unknown>[]) {
      delete one["opensOutsideRange"];
      one["gaps"] = { count: 40, withinDay: 0, longest: [{ after: "2024-01-05T00:00:00.000Z", ms: 259_200_000 }] };
    }
  });
  await using later = await open();
  const first = await runBacktest(later, "d");
  expect([first.cached, first.report.notes]).toEqual([true, notes]);
  const again = await runBacktest(later, "d");
  expect([again.cached, again.report.notes]).toEqual([true, notes]);
  const { report } = await datasetInfo(later, "d", { sampledSymbols: 1 });
  expect(report.totals).toMatchObject({ opensOutsideRange: 1, gaps: 1 });
  expect(report.badRows.count).toBe(1);
});
