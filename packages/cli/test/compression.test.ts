import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { pythonWith, shop } from "./shop.ts";

beforeEach(() => shop.file("bars.csv", barsCsv(["AAA", "BBB"], 400)));

const python = pythonWith("blosc", "numpy");

const readAll = `
import blosc, io, json, sys
import numpy as np
out = {}
for path in sys.argv[1:]:
    with np.load(io.BytesIO(blosc.decompress(open(path, "rb").read()))) as entry:
        for name in entry.files:
            if name != "entry.json":
                out[name] = [str(entry[name].dtype), len(entry[name]), float(entry[name][-1])]
print(json.dumps(out))
`;

async function blosc(algorithm: string): Promise<readonly string[]> {
  const run = await shop.atc(
    "backtest",
    "bars.csv",
    "--use-compression",
    "--compression-algorithm",
    algorithm,
    "--json",
  );
  expect(run.stderr).toBe("");
  expect(run.code).toBe(0);
  return (await shop.cached()).filter((file) => file.endsWith(".npz.blosc")).map((file) => join(shop.path, file));
}

describe("useCompression", () => {
  it.each(["blosclz", "zlib", "lz4", "lz4hc", "zstd"])(
    "writes %s entries, and a second run is served from them",
    async (algorithm) => {
      await shop.install("codec-blosc", "codec-zlib", "codec-lz4", "codec-zstd");
      expect((await blosc(algorithm)).length).toBeGreaterThan(0);
      const again = await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", algorithm);
      expect(again.stderr).toContain("from the cache");
    },
  );

  it.skipIf(python === undefined).each(["blosclz", "zlib", "lz4", "zstd"])(
    "writes %s entries that Python reads with numpy and blosc (needs python3 with both)",
    async (algorithm) => {
      await shop.install("codec-blosc", "codec-zlib", "codec-lz4", "codec-zstd");
      const files = await blosc(algorithm);
      const { stdout, stderr } = spawnSync(python ?? "", ["-c", readAll, ...files], { encoding: "utf8" });
      expect(stderr).toBe("");
      const arrays = JSON.parse(stdout) as Record<string, [string, number, number]>;
      const report = (await shop.atc("backtest", "bars.csv", "--json")).json<{
        symbols: { symbol: string; totalReturn: number }[];
      }>();
      expect(arrays["0/equity"]?.slice(0, 2)).toEqual(["float64", 400]);
      expect(arrays["1/directions"]?.slice(0, 2)).toEqual(["int8", 400]);
      expect((arrays["0/equity"] as [string, number, number])[2] / 10_000 - 1).toBeCloseTo(
        report.symbols[0]?.totalReturn ?? Number.NaN,
        12,
      );
    },
  );

  it("leaves entries of another setting readable", async () => {
    await shop.install("codec-blosc", "codec-zlib", "codec-lz4", "codec-zstd");
    await blosc("zstd");
    for (const setting of [["--no-use-compression"], ["--use-compression", "--compression-algorithm", "lz4"]]) {
      expect((await shop.atc("backtest", "bars.csv", ...setting)).stderr).toContain("from the cache");
    }
  });

  it("shows what to install if there is no codec", async () => {
    for (const [algorithm, line] of [
      ["zstd", "npm i @atc/codec-blosc @atc/codec-zstd"],
      ["lz4", "npm i @atc/codec-blosc @atc/codec-lz4"],
      ["blosclz", "npm i @atc/codec-blosc"],
      ["snappy", "npm i @atc/codec-blosc @atc/codec-snappy"],
    ] as const) {
      const run = await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", algorithm);
      expect(run.code).toBe(5);
      expect(run.stderr).toContain("ATC_MISSING_PLUGIN");
      expect(run.stderr).toContain(line);
      expect(run.stdout).toBe("");
    }
  });

  it("names the block codec if only the container is installed", async () => {
    await shop.install("codec-blosc");
    const run = await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", "zstd");
    expect(run.code).toBe(5);
    expect(run.stderr).toContain("@atc/codec-zstd");
  });

  it("writes blosclz, its default, if only the container is installed", async () => {
    await shop.install("codec-blosc");
    const run = await shop.atc("backtest", "bars.csv", "--use-compression");
    expect(run.code).toBe(0);
    expect(run.stderr).not.toContain("warning");
    const entries = (await shop.cached()).filter((file) => file.endsWith(".npz.blosc"));
    expect(entries.length).toBeGreaterThan(0);
    for (const file of entries) {
      const flags = (await readFile(join(shop.path, file)))[2] as number;
      expect(flags >> 5).toBe(0);
    }
  });
});
