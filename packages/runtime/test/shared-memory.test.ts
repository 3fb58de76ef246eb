import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mmapStore } from "@atc/mmap-store";
import { afterAll, expect, it } from "vitest";

const folder = await mkdtemp(join(tmpdir(), "atc-shared-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const symbols = Array.from({ length: 200 }, (_, i) => `S${String(i).padStart(3, "0")}`);
const price = { type: "float64" } as const;

/** Writes a dataset of `bars` bars per symbol, with the direction of each. */
async function writeMarket(name: string, bars: number): Promise<void> {
  await using store = mmapStore({ directory: join(folder, "data") });
  await using lock = await store.lock(name);
  const writer = await store.create(lock, {
    schema: {
      kind: "bars",
      columns: [
        { name: "timestamp", type: "timestamp[ms]" },
        { name: "open", ...price },
        { name: "high", ...price },
        { name: "low", ...price },
        { name: "close", ...price },
        { name: "direction", ...price },
      ],
    },
    fingerprint: name,
    series: symbols.map((symbol) => ({ symbol, rows: bars })),
  });
  for (const [place, symbol] of symbols.entries()) {
    const close = new Float64Array(bars);
    const timestamp = new BigInt64Array(bars);
    let last = 100;
    let random = place + 1;
    for (let i = 0; i < bars; i++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      last = Math.min(1e4, Math.max(1, last * (1 + (random / 2 ** 32 - 0.5) / 100)));
      close[i] = last;
      // The times of neighbours differ, so that rows are merged one by one.
      timestamp[i] = BigInt(1.5e12 + i * 60_000 + (place % 7) * 1000);
    }
    const scaled = (factor: number): Float64Array => close.map((value) => value * factor);
    const direction = Float64Array.from({ length: bars }, (_, i) => (Math.floor((i + place) / 25) % 3) - 1);
    const columns = { timestamp, open: scaled(1), high: scaled(1.01), low: scaled(0.99), close, direction };
    await writer.write(symbol, 0, columns);
  }
  await writer.publish();
}

/** The most memory of a process that runs one shared account over a dataset, in MB. */
function peakOf(name: string): { readonly peakMb: number; readonly bars: number; readonly trades: number } {
  const entry = new URL("../dist/bundle/index.js", import.meta.url).href;
  const script = `
    import { openBacktest, openRuntime } from ${JSON.stringify(entry)};
    const config = {
      account: "shared", strategy: "columns", stopLoss: 0.05, executor: "inline", useMemoryMapped: false,
      dataDir: ${JSON.stringify(join(folder, "data"))}, cacheDir: ${JSON.stringify(join(folder, "cache"))},
    };
    const runtime = await openRuntime({ cwd: ${JSON.stringify(folder)}, env: {}, cache: false, config });
    const run = await openBacktest(runtime, ${JSON.stringify(name)});
    const { contributions, portfolio } = run.report;
    const bars = contributions.reduce((sum, one) => sum + one.bars, 0);
    console.log(JSON.stringify({ peakMb: process.resourceUsage().maxRSS / 1024, bars, trades: portfolio.trades }));
    run[Symbol.dispose]();
    await runtime[Symbol.asyncDispose]();
  `;
  const args = ["--max-old-space-size=48", "--input-type=module", "-e", script];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as ReturnType<typeof peakOf>;
}

it("a shared account of 200 symbols takes the same memory for any number of bars", async () => {
  await writeMarket("few", 2500);
  await writeMarket("many", 20_000);
  const few = peakOf("few");
  const many = peakOf("many");
  expect(few.bars).toBe(500_000);
  expect(many.bars).toBe(4_000_000);
  expect(many.trades).toBeGreaterThan(7 * few.trades);
  // 3.5 million more bars have 168 MB of columns, 59 MB of decisions and 56 MB of points.
  expect(many.peakMb - few.peakMb).toBeLessThan(40);
});
