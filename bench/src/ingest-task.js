// One way from a CSV to sorted data, in its own process. Prints its time, processor time and peak memory as JSON.
import { readFileSync } from "node:fs";

const [way, file, target, memoryBytes, threads] = process.argv.slice(2);

/** The peak of resident memory in MB; of this process since its start, if the system reports it. */
function peakMb() {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Math.round((kilobytes ?? process.resourceUsage().maxRSS) / 1000);
}

const ways = {
  async parse() {
    const { csv } = await import("@atc/source-csv");
    const source = await csv(file);
    for await (const _ of source.chunks());
  },
  async ingest() {
    const { ingest } = await import("@atc/ingest");
    const { mmapStore } = await import("@atc/mmap-store");
    const { csv } = await import("@atc/source-csv");
    const { workerExecutor } = await import("@atc/executor-worker");
    const modules = { "@atc/ingest": import.meta.resolve("@atc/ingest/tasks") };
    const executor =
      Number(threads) > 1 ? workerExecutor({ modules, threads: Number(threads), maxYoungHeapMiB: 8 }) : undefined;
    await ingest(await csv(file), mmapStore({ directory: target }), {
      name: "bench",
      memoryBytes: Number(memoryBytes),
      executor,
    });
    await executor?.[Symbol.asyncDispose]();
  },
  async duckdb() {
    const { default: duckdb } = await import("@duckdb/node-bindings");
    const config = duckdb.create_config();
    const settings = {
      memory_limit: `${Number(memoryBytes) / 1e6}MB`,
      temp_directory: `${target}.tmp`,
      threads,
    };
    for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
    const database = await duckdb.open(":memory:", config);
    const connection = await duckdb.connect(database);
    const rows = `SELECT * FROM read_csv('${file}') ORDER BY symbol, timestamp`;
    await duckdb.query(connection, `COPY (${rows}) TO '${target}.parquet' (FORMAT parquet)`);
  },
};

const startedAt = performance.now();
const before = process.cpuUsage();
await ways[way]();
const { user, system } = process.cpuUsage(before);
const ms = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000, peakMb: peakMb() }));
