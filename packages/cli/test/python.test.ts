import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, pythonWith, shop } from "./shop.ts";

const numpy = pythonWith("numpy");
const blosc = pythonWith("numpy", "blosc");

describe("atc python", () => {
  it("prints a program with the folders of the configuration", async () => {
    await shop.file("atc.yaml", 'dataDir: "my \\"data\\""\n');
    const { code, stdout } = await shop.atc("python");
    expect(code).toBe(0);
    expect(stdout).toContain(`DATA = ${JSON.stringify(join(shop.path, 'my "data"'))}`);
    expect(stdout).toContain(`CACHE = ${JSON.stringify(join(shop.path, ".cache/atc"))}`);
    const json = (await shop.atc("python", "--json")).json();
    expect(json).toEqual({
      dataDir: join(shop.path, 'my "data"'),
      cacheDir: join(shop.path, ".cache/atc"),
      program: stdout,
    });
  });

  it("refuses stores whose files Python does not know", async () => {
    const run = await shop.atc("python", "--cache-store", "redis", "--json");
    expect([run.code, errorOf(run).code]).toEqual([2, "ATC_UNSUPPORTED"]);
  });

  it.skipIf(numpy === undefined)("reads datasets that grew and the cache (needs python3 with numpy)", async () => {
    const csv = barsCsv(["A", "B"], 300);
    await shop.file("bars.csv", csv);
    await shop.file("more.csv", "symbol,timestamp,open,high,low,close,volume\nA,2019-01-01T00:00:00Z,1,2,1,2,3\n");
    await shop.atc("ingest", "bars.csv", "--name", "d");
    await shop.atc("data", "append", "d", "more.csv");
    expect((await shop.atc("backtest", "d")).code).toBe(0);
    await writeFile(join(shop.path, "read_atc.py"), (await shop.atc("python")).stdout);
    const program = `
import json, read_atc
a = read_atc.rows("d", "A")
kinds = sorted({key["kind"] for key, _ in read_atc.entries()})
equity = [arrays["0/equity"] for key, arrays in read_atc.entries() if "0/equity" in arrays]
print(json.dumps([read_atc.datasets(), read_atc.symbols("d"), sorted(a), len(a["close"]), a["close"].tolist()[:1],
                  str(a["timestamp"][0]), read_atc.rows("d", "B")["close"].tolist()[:2], kinds, [len(one) for one in equity]]))
`;
    const run = spawnSync(numpy ?? "", ["-c", program], { cwd: shop.path, encoding: "utf8" });
    expect(run.stderr).toBe("");
    const ofB = csv
      .split("\n")
      .filter((line) => line.startsWith("B,"))
      .map((line) => Number(line.split(",")[5]));
    expect(JSON.parse(run.stdout)).toEqual([
      ["d"],
      ["A", "B"],
      ["close", "high", "low", "open", "timestamp", "volume"],
      301,
      [2],
      "2019-01-01T00:00:00.000",
      ofB.slice(0, 2),
      ["findings", "report", "results"],
      [301],
    ]);
    const whole = spawnSync(numpy ?? "", ["read_atc.py"], { cwd: shop.path, encoding: "utf8" });
    expect([whole.status, whole.stderr]).toEqual([0, ""]);
    expect(whole.stdout).toContain("d A 301 rows");
  });

  it.skipIf(blosc === undefined)("reads compressed entries (needs python3 with numpy and blosc)", async () => {
    await shop.install("codec-blosc", "codec-zstd");
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", "zstd");
    await writeFile(join(shop.path, "read_atc.py"), (await shop.atc("python")).stdout);
    const run = spawnSync(blosc ?? "", ["read_atc.py"], { cwd: shop.path, encoding: "utf8" });
    expect([run.status, run.stdout]).toEqual([0, expect.stringContaining("0/equity float64 300")]);
  });
});
