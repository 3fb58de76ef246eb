import { describe, expect, it } from "vitest";
import { parseConfig } from "../src/index.ts";
import { faultsOf, folderWith, load } from "./folder.ts";

const python = `# Adaptive Trend (LTS)
ema_len: 21
hull_len: 24
wma_len: 28
dema_len: 28
lsma_len: 28
kama_len: 28
ema_w: 1.0
hma_w: 1.5
wma_w: 1.0
dema_w: 1.0
lsma_w: 1.0
kama_w: 1.0
robustness: "Medium"
lambda_param: 0.02
decay: 0.03
cutout: 0
strategy_mode: False
long_threshold: 0.1
short_threshold: -0.1
calculation_source: close
limit: 1500
timeframe: 15m
batch_size: 100
precision: float64
use_memory_mapped: true
use_compression: yes
compression_level: 5
compression_algorithm: blosclz
use_rust_backend: true
use_cuda: true
prefer_gpu: true
parallel_l1: true
parallel_l2: true
use_codegen_specialization: false
fast_mode: true
use_cache: true
use_approximate: false
approximate_threshold: 0.05
use_adaptive_approximate: false
approximate_volatility_window: 20
approximate_volatility_factor: 1.0
use_dask: true
npartitions: null
equity_floor: 0.25
`;

describe("a Python configuration", () => {
  it("works unchanged, with one warning for all keys without effect", async () => {
    const cwd = await folderWith({ "config.yaml": python });
    const { config, warnings, origins } = await load({ cwd });
    expect(config).toMatchObject({
      emaLength: 21,
      hmaLength: 24,
      hmaWeight: 1.5,
      lambda: 0.02,
      strategyMode: false,
      limit: 1500,
      timeframe: "15m",
      useMemoryMapped: true,
      useCompression: true,
    });
    expect(origins.hmaLength).toMatchObject({ spelling: "hull_len", line: 3 });
    expect(warnings).toHaveLength(1);
    const lines = (warnings[0] ?? "").split("\n");
    expect(lines[0]).toContain("config.yaml");
    expect(lines.join().match(/\(line /g)).toHaveLength(15);
    expect(lines.find((line) => line.includes("use_dask"))).toMatch(/use_dask \(line 43\).*batchSize.*--executor/);
  });

  it("warns once of a key that is set in two layers", async () => {
    const { warnings } = await load({
      file: false,
      object: { use_cuda: true },
      env: { ATC_USE_CUDA: "0" },
      flags: { "use-cuda": true },
    });
    expect(warnings).toHaveLength(1);
  });

  it("may abbreviate lambda and decay", () => {
    expect(parseConfig({ La: 0.5, De: 0.6 })).toMatchObject({ lambda: 0.5, decay: 0.6 });
  });

  it("that would give other results is refused", async () => {
    expect(await faultsOf(load({ file: false, object: { equity_floor: 0.1 } }))).toMatchObject([
      { path: "equity_floor", value: 0.1 },
    ]);
  });
});
