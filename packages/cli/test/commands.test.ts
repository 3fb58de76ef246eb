import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv, runAtc, workshop } from "./atc.ts";
import { shop } from "./shop.ts";

let file: string;
beforeEach(async () => {
  file = await shop.file("bars.csv", barsCsv(["AAA", "BBB", "CCC"], 300));
});

describe("atc backtest", () => {
  it("prints the portfolio first, then the symbols, buy and hold beside", async () => {
    const { code, stdout } = await shop.atc("backtest", "bars.csv");
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(stdout).toContain("before costs");
    expect(stdout).toContain("buy & hold");
    const at = (word: string): number => lines.findIndex((line) => line.startsWith(word));
    expect(at("portfolio")).toBeGreaterThan(0);
    expect(at("AAA")).toBeGreaterThan(at("portfolio"));
    expect(stdout).toContain("Warnings:");
  });

  it("gives the same JSON from the cache and from another store backend", async () => {
    const first = await shop.atc("backtest", "bars.csv", "--json");
    const second = await shop.atc("backtest", "bars.csv", "--json");
    expect(second.stdout).toBe(first.stdout);
    const mapped = await shop.atc("backtest", "bars.csv", "--json", "--no-cache", "--use-memory-mapped");
    const { portfolio, symbols } = first.json();
    expect(mapped.json()).toMatchObject({ portfolio, symbols } as object);
    expect((await shop.atc("backtest", "bars.csv")).stderr).toContain("from the cache");
  });

  it("has the members that the specification names", async () => {
    const report = (await shop.atc("backtest", "bars.csv", "--json")).json();
    expect(Object.keys(report)).toEqual(["config", "data", "notes", "portfolio", "symbols", "skipped"]);
    expect(Object.keys(report["data"] as object)).toEqual(["path", "dataset", "fingerprint", "rows", "symbols"]);
    expect(report["data"]).toMatchObject({ path: "bars.csv", rows: 900, symbols: 3 });
    expect((report["symbols"] as { symbol: string }[]).map(({ symbol }) => symbol)).toEqual(["AAA", "BBB", "CCC"]);
  });

  it("computes again when a parameter or the file changes", async () => {
    const first = (await shop.atc("backtest", "bars.csv", "--json")).json();
    const cheaper = (await shop.atc("backtest", "bars.csv", "--json", "--fee-bps", "0")).json();
    expect(cheaper["portfolio"]).not.toEqual(first["portfolio"]);
    await shop.file("bars.csv", barsCsv(["AAA", "BBB", "CCC"], 301));
    const longer = (await shop.atc("backtest", "bars.csv", "--json")).json();
    expect(longer["data"]).toMatchObject({ rows: 903 });
  });

  it("takes only the symbols and bars that are asked for", async () => {
    const run = await shop.atc("backtest", "bars.csv", "--symbols", "CCC,AAA", "--limit", "100", "--json");
    const symbols = run.json()["symbols"] as { symbol: string; bars: number }[];
    expect(symbols.map(({ symbol, bars }) => [symbol, bars])).toEqual([
      ["AAA", 100],
      ["CCC", 100],
    ]);
  });

  it("writes trades, equity, the portfolio and the report", async () => {
    const files = ["--trades", "t.csv", "--equity", "e.arrow", "--portfolio", "p.csv", "--report", "r.json"];
    const run = await shop.atc("backtest", "bars.csv", "--quiet", ...files);
    expect(run.code).toBe(0);
    const trades = (await readFile(join(shop.path, "t.csv"), "utf8")).trimEnd().split("\n");
    const report = JSON.parse(await readFile(join(shop.path, "r.json"), "utf8"));
    const closed = trades.slice(1).filter((line) => line.endsWith(",0"));
    expect(closed).toHaveLength(report.portfolio.trades);
    const equity = tableFromIPC(await readFile(join(shop.path, "e.arrow")));
    expect(equity.numRows).toBe(900);
    const columns = ["symbol", "timestamp", "equity", "direction", "cash", "exposure"];
    expect(equity.schema.fields.map(({ name }) => name)).toEqual(columns);
    expect((await readFile(join(shop.path, "p.csv"), "utf8")).split("\n")).toHaveLength(302);
  });

  it("is configured by a raw Python-style YAML", async () => {
    await shop.file(
      "config.yaml",
      "ema_len: 20\nhull_len: 30\nLa: 0.03\nrobustness: Narrow\nuse_cuda: true\nparallel_l1: true\nfee_bps: 1\n",
    );
    const run = await runAtc(shop.path, ["backtest", "bars.csv", "--json"]);
    expect(run.code).toBe(0);
    expect(run.json()["config"]).toMatchObject({
      emaLength: 20,
      hmaLength: 30,
      lambda: 0.03,
      robustness: "Narrow",
      feeBps: 1,
    });
    expect(run.stderr).toContain("use_cuda");
    expect(run.stderr).toContain("parallel_l1");
  });

  it("warns if the data has another timeframe", async () => {
    const run = await shop.atc("backtest", "bars.csv", "--timeframe", "15m");
    expect(run.stderr).toMatch(/warning: timeframe is 15m, but the bars of AAA are 1h apart/);
  });

  it("prints results alone under --quiet", async () => {
    const run = await shop.atc("backtest", "bars.csv", "--quiet", "--timeframe", "15m");
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain("portfolio");
  });
});

describe("atc signals", () => {
  it("computes on a thread what it computes in its own", async () => {
    for (const where of ["inline", "worker"]) {
      const args = ["--executor", where, "--no-cache", "--limit", "200", "--cutout", "20", "-o", `${where}.csv`];
      const run = await shop.atc("signals", "bars.csv", "--symbols", "BBB", ...args);
      expect(run).toMatchObject({ code: 0 });
    }
    const worker = await readFile(join(shop.path, "worker.csv"), "utf8");
    expect(worker.split("\n").length).toBeGreaterThan(200);
    expect(worker).toBe(await readFile(join(shop.path, "inline.csv"), "utf8"));
    const refused = await shop.atc("signals", "bars.csv", "--symbols", "BBB", "--executor", "moon");
    expect(refused.code).not.toBe(0);
  });

  it.each([".csv", ".arrow", ".json"])("writes every output as %s", async (ending) => {
    const run = await shop.atc("signals", "bars.csv", "--symbols", "BBB", "-o", `out${ending}`, "--json");
    expect(run.code).toBe(0);
    const bytes = await readFile(join(shop.path, `out${ending}`));
    const names = ["timestamp", "close", "source", "EMA", "HMA", "WMA", "DEMA", "LSMA", "KAMA"];
    if (ending === ".csv") {
      const [head = "", ...rows] = bytes.toString().trimEnd().split("\n");
      expect(head.split(",").slice(0, 9)).toEqual(names);
      expect(head.split(",").slice(-2)).toEqual(["Average_Signal", "Direction"]);
      expect(rows).toHaveLength(300);
    } else if (ending === ".arrow") {
      const table = tableFromIPC(bytes);
      expect(table.numRows).toBe(300);
      expect(table.schema.fields.slice(0, 9).map(({ name }) => name)).toEqual(names);
    } else {
      const { columns } = JSON.parse(bytes.toString());
      expect(Object.keys(columns).slice(0, 9)).toEqual(names);
      expect(columns.EMA[0]).toBeNull();
      expect(columns.EMA[299]).toBeTypeOf("number");
    }
  });

  it.each(["computed", "cached"])("shows what each kind and its lengths weigh: %s", async () => {
    const { stdout } = await shop.atc("signals", "bars.csv", "--symbols", "BBB");
    for (const kind of ["EMA", "HMA", "WMA", "DEMA", "LSMA", "KAMA"]) {
      expect(stdout).toMatch(new RegExp(`^${kind} +\\d+\\.\\d\\d +\\d+ % +\\d of 9 +\\d+ +\\d+ %$`, "m"));
    }
    expect(stdout).toMatch(/returns weigh 1\.\d+ times/);
  });

  it("gives the same from the cache", async () => {
    await shop.atc("signals", "bars.csv", "--symbols", "BBB", "-o", "one.csv");
    await shop.atc("signals", "bars.csv", "--symbols", "BBB", "-o", "two.csv");
    expect(await readFile(join(shop.path, "two.csv"), "utf8")).toBe(await readFile(join(shop.path, "one.csv"), "utf8"));
    const stats = (await shop.atc("cache", "stats", "--json")).json<{ kinds: { kind: string }[] }>();
    expect(stats.kinds.map(({ kind }) => kind).sort((a, b) => a.localeCompare(b))).toEqual([
      "averages",
      "direction",
      "equity",
      "votes",
    ]);
  });
});

describe("atc data", () => {
  it("lists, describes and deletes datasets", async () => {
    expect((await shop.atc("data", "list")).stdout).toContain("no dataset");
    await shop.atc("ingest", "bars.csv", "--name", "mine");
    expect((await shop.atc("data", "list", "--json")).json<{ name: string; rows: number }[]>()).toMatchObject([
      { name: "mine", rows: 900 },
    ]);
    const info = await shop.atc("data", "info", "mine");
    expect(info.stdout).toContain("AAA");
    expect(info.stdout).toContain("1 h");
    expect((await shop.atc("data", "rm", "mine")).code).toBe(0);
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    expect((await shop.atc("data", "rm", "mine")).code).toBe(4);
    expect((await readFile(file)).length).toBeGreaterThan(0);
  });

  it("finds the dataset by the stem of its file, and only suggests it if it would be deleted", async () => {
    const { dataset } = (await shop.atc("ingest", "bars.csv", "--json")).json<{ dataset: string }>();
    for (const command of [
      ["data", "info", "bars"],
      ["data", "compact", "bars"],
      ["backtest", "bars"],
    ])
      expect((await shop.atc(...command)).code).toBe(0);
    const removed = await shop.atc("data", "rm", "bars");
    expect(removed.code).toBe(4);
    expect(removed.stderr).toContain(`did you mean "${dataset}"?`);
  });

  it("verifies every byte and names the segment of a flipped bit", async () => {
    await shop.atc("ingest", "bars.csv", "--name", "mine");
    const sound = await shop.atc("data", "verify", "mine");
    expect([sound.code, sound.stdout.includes("sound")]).toEqual([0, true]);
    expect((await shop.atc("data", "compact", "mine")).stdout).toContain("already compact");
    const segment = (await shop.cached()).find((name) => name.endsWith(".arrow")) ?? "";
    const bytes = await readFile(join(shop.path, segment));
    bytes[bytes.length >> 1] = bytes.readUInt8(bytes.length >> 1) ^ 1;
    await rm(join(shop.path, segment));
    await shop.file(segment, bytes);
    const damaged = await shop.atc("data", "verify", "mine");
    expect(damaged.code).toBe(3);
    expect(damaged.stdout).toContain(basename(segment));
    expect(
      (await shop.atc("data", "verify", "mine", "--json")).json<{ faults: unknown[] }[]>()[0]?.faults,
    ).toHaveLength(1);
  });

  it("describes a dataset whose manifest is damaged, and says so", async () => {
    await shop.atc("ingest", "bars.csv", "--name", "mine");
    await shop.file(".cache/mmap/mine/manifest.json", "{");
    expect((await shop.atc("data", "list")).stdout).toContain("damaged");
    expect((await shop.atc("backtest", "mine")).code).toBe(3);
  });
});

describe("atc ingest", () => {
  it("reuses the dataset of an unchanged file", async () => {
    const first = (await shop.atc("ingest", "bars.csv", "--json")).json();
    const second = (await shop.atc("ingest", "bars.csv", "--json")).json();
    expect(first["reused"]).toBe(false);
    expect(second["reused"]).toBe(true);
    expect((await shop.atc("ingest", "bars.csv", "--reread", "--json")).json()["reused"]).toBe(false);
  });
});

describe("atc config", () => {
  it("shows the origin of each value", async () => {
    await shop.file("atc.yaml", "lambda: 0.04\nfee_bps: 3\n");
    const run = await runAtc(shop.path, ["config", "--json", "--side", "long"], { ATC_DECAY: "0.05" });
    const { config, origins } = run.json<{ config: Record<string, unknown>; origins: Record<string, string> }>();
    expect(config).toMatchObject({ lambda: 0.04, feeBps: 3, side: "long", decay: 0.05, robustness: "Medium" });
    expect(origins["lambda"]).toMatch(/atc\.yaml:1$/);
    expect(origins["feeBps"]).toMatch(/atc\.yaml:2$/);
    expect(origins).toMatchObject({ side: "--side", decay: "ATC_DECAY", robustness: "default" });
  });

  it("prints the JSON Schema", async () => {
    expect((await shop.atc("config", "--schema")).json()["properties"]).toHaveProperty("feeBps");
  });
});

describe("atc cache", () => {
  it("verifies, prunes and clears", async () => {
    await shop.atc("backtest", "bars.csv");
    const stats = (await shop.atc("cache", "stats", "--json")).json<{ entries: number }>();
    expect(stats.entries).toBeGreaterThan(0);
    expect((await shop.atc("cache", "list")).stdout).toContain("results");
    expect((await shop.atc("cache", "verify")).code).toBe(0);
    expect((await shop.atc("cache", "prune", "--kind", "report", "--json")).json()).toMatchObject({
      removedEntries: 1,
    });
    expect((await shop.atc("cache", "prune", "--max-bytes", "1kB", "--json")).json()).toMatchObject({ keptEntries: 0 });
    await shop.atc("backtest", "bars.csv");
    await shop.atc("cache", "clear");
    expect((await shop.atc("cache", "stats", "--json")).json()).toMatchObject({ entries: 0 });
  });

  it("never returns a damaged entry: it is set aside and computed again", async () => {
    const first = (await shop.atc("backtest", "bars.csv", "--json")).stdout;
    for (const entry of await shop.cached()) {
      if (!entry.endsWith(".npz")) continue;
      const bytes = await readFile(join(shop.path, entry));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
      await shop.file(entry, bytes);
    }
    const again = await shop.atc("backtest", "bars.csv", "--json");
    expect(again.stdout).toBe(first);
    expect((await shop.atc("cache", "stats", "--json")).json()["quarantinedEntries"]).toBeGreaterThan(0);
  });

  it("does without a cache folder that is a file, with a warning", async () => {
    await shop.file("blocked", "");
    const run = await shop.atc("backtest", "bars.csv", "--cache-dir", "blocked");
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: .*cache/);
  });
});

describe("atc", () => {
  it("demonstrates itself with the same figures every time", async () => {
    const demo = await shop.atc("demo", "--json");
    expect(demo.code).toBe(0);
    const { data, symbols } = demo.json<{ data: { rows: number }; symbols: unknown[] }>();
    expect(data.rows).toBe(20_160);
    expect(symbols).toHaveLength(8);
    await using other = await workshop();
    expect((await other.atc("demo", "--json")).json()["portfolio"]).toEqual(demo.json()["portfolio"]);
    expect((await shop.atc("demo")).stderr).toContain("atc backtest bars.csv");
  });

  it("checks the machine", async () => {
    const findings = (await shop.atc("doctor", "--json")).json<{ what: string; state: string }[]>();
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["Node", "mapping", "datasets", "cache", "plugins"]),
    );
    expect((await shop.atc("doctor")).stdout).toContain("Node");
  });

  it("has a version and help with exit codes, and options for every key", async () => {
    expect((await shop.atc("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await shop.atc("--help")).stdout).toContain("Exit codes:");
    const help = (await shop.atc("backtest", "--help")).stdout;
    for (const flag of ["--trades", "--json", "--help-config"]) expect(help).toContain(flag);
    expect(help).not.toContain("--fee-bps");
    const keys = (await shop.atc("backtest", "--help-config")).stdout;
    for (const flag of ["--fee-bps", "--ema-length", "--[no-]use-memory-mapped"]) expect(keys).toContain(flag);
    expect(keys).not.toContain("--trades");
  });
});
