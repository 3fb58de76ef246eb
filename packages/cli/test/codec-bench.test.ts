import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";

interface Report {
  readonly input: { readonly source: string; readonly bytes: number; readonly typesize: number };
  readonly results: readonly {
    readonly title: string;
    readonly ratio?: number;
    readonly compressMBs?: number;
    readonly decompressMBs?: number;
    readonly config: Readonly<Record<string, unknown>> | null;
    readonly problem?: string;
  }[];
  readonly recommended: { readonly title: string; readonly config: Readonly<Record<string, unknown>> };
}

const quick = ["--seconds", "0"];

function prices(count: number): Uint8Array {
  const values = Float64Array.from({ length: count }, (_, i) => Math.round(3_000_000 + ((i * 7919) % 997)) / 100);
  return new Uint8Array(values.buffer);
}

describe("atc codec bench", () => {
  it("measures every installed codec on a raw file", async () => {
    await shop.install("codec-blosc", "codec-zstd", "codec-lz4", "codec-numeric");
    await shop.file("close.bin", prices(20_000));
    const run = await shop.atc("codec", "bench", "close.bin", "--dtype", "float64", "--json", ...quick);
    expect(run.stderr).toBe("");
    const { input, results, recommended } = run.json<Report>();
    expect(input).toEqual({ source: "close.bin", bytes: 160_000, typesize: 8 });
    const titles = results.map(({ title }) => title);
    for (const title of [
      "none",
      "blosc blosclz 5",
      "blosc lz4 9",
      "blosc zstd 1",
      "blosc fast",
      "zstd 5",
      "lz4",
      "numeric",
    ])
      expect(titles).toContain(title);
    expect(titles).not.toContain("blosc snappy 5");
    for (const { title, ratio, compressMBs, decompressMBs, problem } of results) {
      expect(problem).toBeUndefined();
      expect(ratio).toBeGreaterThan(0.9);
      if (title === "none") continue;
      expect(compressMBs).toBeGreaterThan(0);
      expect(decompressMBs).toBeGreaterThan(0);
    }
    expect(recommended.config).not.toBeNull();
  });

  it("prints lines for the configuration, which choose what it recommends", async () => {
    await shop.install("codec-blosc", "codec-zstd", "codec-numeric");
    await shop.file("bars.csv", barsCsv(["AAA"], 400));
    await shop.file("close.bin", prices(20_000));
    const run = await shop.atc("codec", "bench", "close.bin", "--typesize", "8", "--disk", "1MB", ...quick);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("recommended");
    const lines = run.stdout.slice(run.stdout.indexOf("For atc.yaml:\n") + "For atc.yaml:\n".length);
    expect(lines).toContain("useCompression: true");
    await shop.file("atc.yaml", lines);
    expect((await shop.atc("backtest", "bars.csv")).code).toBe(0);
    const written = (await shop.cached()).filter((file) => /\.npz\.(numeric|blosc)$/.test(file));
    expect(written.length).toBeGreaterThan(0);
  });

  it("recommends none if there are no reads and the disk is fast", async () => {
    await shop.install("codec-blosc");
    await shop.file("close.bin", prices(2000));
    const run = await shop.atc(
      "codec",
      "bench",
      "close.bin",
      "--dtype",
      "float64",
      "--disk",
      "100000GB",
      "--json",
      ...quick,
    );
    expect(run.json<Report>().recommended.config).toEqual({ useCompression: false });
  });

  it("takes a column of a dataset", async () => {
    await shop.install("codec-numeric");
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 500));
    await shop.atc("ingest", "bars.csv", "--name", "bars");
    for (const [column, source] of [
      ["timestamp", "bars AAA timestamp"],
      ["volume", "bars AAA volume"],
    ] as const) {
      const run = await shop.atc("codec", "bench", "--dataset", "bars", "--column", column, "--json", ...quick);
      const { input, results } = run.json<Report>();
      expect(input).toEqual({ source, bytes: 4000, typesize: 8 });
      expect(results.find(({ title }) => title === "numeric")?.ratio).toBeGreaterThan(column === "timestamp" ? 50 : 3);
    }
    const other = await shop.atc("codec", "bench", "--dataset", "bars", "--symbols", "BBB", "--json", ...quick);
    expect(other.json<Report>().input.source).toBe("bars BBB close");
  });

  it("decodes a cache entry and takes the element size of its arrays", async () => {
    await shop.install("codec-blosc", "codec-zstd", "codec-numeric");
    await shop.file("bars.csv", barsCsv(["AAA"], 400));
    await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", "numeric");
    const entries = (await shop.cached()).filter((file) => file.endsWith(".npz.numeric"));
    const lengths = await Promise.all(entries.map(async (file) => (await readFile(join(shop.path, file))).length));
    // The largest holds curves.
    const length = Math.max(...lengths);
    const entry = entries[lengths.indexOf(length)];
    const run = await shop.atc("codec", "bench", entry as string, "--json", ...quick);
    const { input } = run.json<Report>();
    expect(input.typesize).toBe(8);
    expect(input.bytes).toBeGreaterThan(length);
  });

  it("reports a codec that fails and continues", async () => {
    await shop.install("codec-numeric");
    const folder = join(shop.path, "node_modules", "broken-codec");
    await mkdir(folder);
    await shop.file(
      "node_modules/broken-codec/package.json",
      JSON.stringify({
        name: "broken-codec",
        version: "1.0.0",
        type: "module",
        exports: { ".": "./index.js", "./package.json": "./package.json" },
        atc: { plugins: [{ kind: "codec", name: "broken" }] },
      }),
    );
    await shop.file("node_modules/broken-codec/index.js", "export default [];");
    await shop.file(
      "package.json",
      JSON.stringify({ name: "project", dependencies: { "broken-codec": "1.0.0", "@atc/codec-numeric": "0.0.0" } }),
    );
    await shop.file("close.bin", prices(1000));
    const run = await shop.atc("codec", "bench", "close.bin", "--dtype", "float64", "--json", ...quick);
    const { results } = run.json<Report>();
    expect(results.find(({ title }) => title === "broken")?.problem).toContain("broken-codec");
    expect(results.find(({ title }) => title === "numeric")?.problem).toBeUndefined();
  });

  it.each([
    [["missing.bin"], 4, "ATC_NOT_FOUND"],
    [[], 2, "ATC_INVALID_ARGUMENT"],
    [["close.bin", "--dataset", "bars"], 2, "ATC_INVALID_ARGUMENT"],
    [["close.bin", "--dtype", "double"], 2, "ATC_INVALID_ARGUMENT"],
    [["close.bin", "--typesize", "0"], 2, "ATC_INVALID_ARGUMENT"],
    [["close.bin", "--seconds", "-1"], 2, "ATC_INVALID_ARGUMENT"],
    [["close.bin", "--reads", "many"], 2, "ATC_INVALID_ARGUMENT"],
    [["empty.bin"], 2, "ATC_INVALID_ARGUMENT"],
    [["--dataset", "nothing"], 4, "ATC_NOT_FOUND"],
  ] as const)("refuses %j with exit code %i", async (args, code, error) => {
    await shop.install("codec-numeric");
    await shop.file("close.bin", prices(100));
    await shop.file("empty.bin", new Uint8Array(0));
    const run = await shop.atc("codec", "bench", ...args);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(error);
    expect(run.stdout).toBe("");
  });

  it("names the nearest column", async () => {
    await shop.install("codec-numeric");
    await shop.file("bars.csv", barsCsv(["AAA"], 50));
    await shop.atc("ingest", "bars.csv", "--name", "bars");
    const run = await shop.atc("codec", "bench", "--dataset", "bars", "--column", "volum");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('did you mean "volume"?');
  });
});

it("says what limits a recommendation: text, and few bytes", async () => {
  await shop.file("text.csv", barsCsv(["A"], 60));
  const text = (await shop.atc("codec", "bench", "text.csv", "--seconds", "0")).stdout;
  expect(text).toContain("this is text");
  expect(text).toContain("is little, so another run may recommend another codec");
  await shop.file("numbers.bin", new Uint8Array(new Float64Array(200_000).map((_, i) => i / 7).buffer));
  const numbers = (await shop.atc("codec", "bench", "numbers.bin", "--dtype", "float64", "--seconds", "0")).stdout;
  expect(numbers).not.toContain("note:");
});
