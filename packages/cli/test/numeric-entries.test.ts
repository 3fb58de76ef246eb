import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import type { Run } from "./atc.ts";
import { barsCsv } from "./atc.ts";
import { pythonWith, shop } from "./shop.ts";

beforeEach(() => shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400)));

function backtest(): Promise<Run> {
  return shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", "numeric");
}

const python = pythonWith("numpy");

/** As in docs/cache-entry.md. */
const readAll = `
import io, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import atc_numeric, numpy as np
out = {}
for path in sys.argv[2:]:
    with np.load(io.BytesIO(atc_numeric.decode(open(path, "rb").read()))) as entry:
        for name in entry.files:
            if name != "entry.json":
                out[name] = [str(entry[name].dtype), len(entry[name])]
print(json.dumps(out))
`;

describe("compressionAlgorithm: numeric", () => {
  it("writes entries from which a second run is served", async () => {
    await shop.install("codec-numeric");
    expect((await backtest()).code).toBe(0);
    const entries = (await shop.cached()).filter((file) => file.endsWith(".npz.numeric"));
    expect(entries.length).toBeGreaterThan(0);
    expect((await backtest()).stderr).toContain("from the cache");
    expect((await shop.atc("cache", "verify", "--json")).json()).toMatchObject({ damaged: [], unreadable: [] });
  });

  it.skipIf(python === undefined)(
    "writes entries that Python reads with numpy alone (needs python3 with numpy)",
    async () => {
      await shop.install("codec-numeric");
      await backtest();
      const files = (await shop.cached()).filter((file) => file.endsWith(".npz.numeric"));
      const folder = fileURLToPath(new URL("../../../docs/python/", import.meta.url));
      const paths = files.map((file) => join(shop.path, file));
      const { stdout, stderr } = spawnSync(python ?? "", ["-c", readAll, folder, ...paths], { encoding: "utf8" });
      expect(stderr).toBe("");
      const arrays = JSON.parse(stdout) as Record<string, [string, number]>;
      expect(arrays["0/equity"]).toEqual(["float64", 400]);
      expect(arrays["1/directions"]).toEqual(["int8", 400]);
    },
  );

  it("shows what to install if it is missing", async () => {
    const run = await backtest();
    expect(run.code).toBe(5);
    expect(run.stderr).toContain("npm i @atc/codec-numeric");
    expect(run.stdout).toBe("");
  });
});
