import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { computeSignals, openRuntime, writeSignals } from "../src/index.ts";

it("writes the signals of a symbol in the format of the ending, and refuses every other ending", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atc-signals-"));
  try {
    const bars = join(folder, "bars.csv");
    const rows = Array.from(
      { length: 80 },
      (_, i) => `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString()},A,${100 + i}`,
    );
    await writeFile(bars, ["timestamp,symbol,close", ...rows, ""].join("\n"));
    await using runtime = await openRuntime({ cwd: folder, env: {} });
    const table = await computeSignals(runtime, bars, { symbol: "A" });
    const fileOf = (ending: string): string => join(folder, `signals.${ending}`);
    for (const ending of ["csv", "json", "arrow"]) await writeSignals(table, fileOf(ending));
    expect(await readFile(fileOf("csv"), "utf8")).toMatch(/^timestamp,close,source,/);
    expect(JSON.parse(await readFile(fileOf("json"), "utf8"))).toMatchObject({ symbol: "A" });
    expect((await readFile(fileOf("arrow"))).subarray(0, 6).toString()).toBe("ARROW1");
    // A Parquet reader would refuse a file of Arrow under that name.
    for (const ending of ["parquet", "txt"]) {
      await expect(writeSignals(table, fileOf(ending))).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
      expect(existsSync(fileOf(ending))).toBe(false);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
