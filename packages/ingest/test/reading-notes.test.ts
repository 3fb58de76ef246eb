import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataSource } from "@atc/contract";
import { inlineExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { joinSources } from "@atc/plugin-kit";
import { csv } from "@atc/source-csv";
import { describe, expect, it } from "vitest";
import type { IngestReport } from "../src/index.ts";
import { ingest, ingestReport } from "../src/index.ts";
import { epochLine, temporaryDirectories, writePlainBars } from "./csv-files.ts";

const newDirectory = temporaryDirectories();
const modules = { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href };

interface Outcome {
  readonly report: IngestReport;
  /** The roads on which slices were read. */
  readonly roads: readonly string[];
}

async function ingested(source: DataSource, memoryBytes: number): Promise<Outcome> {
  await using inline = inlineExecutor({ modules });
  const roads = new Set<string>();
  const store = mmapStore({ directory: newDirectory(), backend: "read" });
  const { report, manifest } = await ingest(source, store, {
    name: "d",
    memoryBytes,
    executor: {
      ...inline,
      submit: (task, input, ...rest) => {
        if (task.task.endsWith("#readSlice"))
          roads.add((input as { readonly places?: object }).places === undefined ? "runs" : "places");
        return inline.submit(task, input, ...rest);
      },
    },
  });
  expect(ingestReport(manifest)?.notes).toEqual(report.notes);
  return { report, roads: [...roads] };
}

/** The source with other counts of rows in its slices, which show only when they are read. */
async function miscounting(source: DataSource): Promise<DataSource> {
  const module = join(newDirectory(), "reader.mjs");
  const sliced = await source.slices?.({ length: 1e9 });
  writeFileSync(
    module,
    `import * as reader from ${JSON.stringify(sliced?.module)};
    export const readSlice = reader.readSlice;
    export async function countSlice(...given) {
      const counts = await reader.countSlice(...given);
      counts.rows[0]--;
      return counts;
    }`,
  );
  return {
    ...source,
    slices: async (options) => {
      const cut = await source.slices?.(options);
      return cut && { ...cut, module: `file://${module}` };
    },
  };
}

describe("notes of a reading", () => {
  const note = "10000 rows with a time in us instead of ms, the first in line 20002";
  const line = epochLine(20_000);
  const quoted = (row: number): string => line(row).replace(/^(S\d),/, row % 41 === 0 ? '"$1",' : "$1,");

  it.each([
    ["in memory", line, 256 * 2 ** 20, false, []],
    ["in their places", line, 1_000_000, false, ["places"]],
    ["in runs", quoted, 1_000_000, false, ["runs"]],
    ["in runs after a miscount", line, 1_000_000, true, ["places", "runs"]],
  ] as const)("count rows once, %s", async (_, own, memoryBytes, isMiscounted, wanted) => {
    const source = await csv(writePlainBars(newDirectory(), { line: own }));
    const { report, roads } = await ingested(isMiscounted ? await miscounting(source) : source, memoryBytes);
    expect(roads).toEqual(wanted);
    expect([report.rowsKept, report.notes]).toEqual([30_000, [note]]);
  });

  it("of several files are added up, after what is known before reading", async () => {
    const files = [15, 3].map((change) => writePlainBars(newDirectory(), { rows: 20, line: epochLine(change) }));
    const noZone = join(newDirectory(), "plain.csv");
    writeFileSync(noZone, "symbol,timestamp,open,high,low,close,volume,x\nA,2024-01-02 09:30,1,1,1,1,1,t\n");
    const sources = await Promise.all([...files, noZone].map((file) => csv(file)));
    const { report } = await ingested(joinSources(sources, { name: "all" }), 256 * 2 ** 20);
    expect(report.notes).toEqual([
      `times name no zone and were read in UTC (--time-zone reads them in another) (${noZone})`,
      `columns left out: x (${noZone})`,
      `5 rows with a time in us instead of ms, the first in line 17 of "${files[0]}"`,
      `3 rows with a time in ms instead of us, the first in line 2 of "${files[1]}"`,
    ]);
  });

  it("are none if there is nothing to say", async () => {
    const { report } = await ingested(await csv(writePlainBars(newDirectory(), { rows: 9 })), 256 * 2 ** 20);
    expect(report.notes).toBeUndefined();
  });
});
