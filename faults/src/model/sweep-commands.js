import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ingestFile } from "@atc/runtime";
import { runSweep } from "@atc/runtime/sweeps";
import { withRuntime, writeBars } from "../operations/market-project.js";

const symbols = ["A", "B"];

/** Commands on a project in a folder: a sweep over its cache writes its table to a file. */
export function commandsOf(folder) {
  return {
    async prepare() {
      await writeBars(folder, "bars.csv", symbols, 0, 120);
      await withRuntime(folder, {}, (runtime) => ingestFile(runtime, "bars.csv", { name: "d" }));
    },
    sweep: ({ lengths, table, cache = true }) =>
      withRuntime(folder, { cache, defersRules: true, config: { account: "shared" } }, async (runtime) => {
        // Shared accounts do not run in lanes, so a sweep has several units.
        const definition = { grid: { emaLength: lengths.join(","), stopLoss: "0,0.04" } };
        const outcome = await runSweep(runtime, "d", { definition, validate: false, table });
        const { evaluations, computed, cached } = outcome;
        const text = await readFile(join(folder, table));
        return { evaluations, computed, cached, hash: createHash("sha1").update(text).digest("hex") };
      }),
  };
}
