import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openRuntime, runBacktest } from "@atc/runtime";

// atc.yaml in this folder names "brotli". The runtime searches the nearest package.json and its dependencies for that
// name under "atc". It imports the package only if the name is found.
const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const runtime = await openRuntime({ cwd: import.meta.dirname });
const { compressionAlgorithm, compressionLevel, cacheDir } = runtime.config;
console.log(`${runtime.loaded.file} names ${compressionAlgorithm} at level ${compressionLevel}\n`);
for (const run of ["first", "second"]) {
  const started = performance.now();
  const { report, cached } = await runBacktest(runtime, file);
  const { totalReturn, buyAndHold } = report.portfolio;
  const ms = (performance.now() - started).toFixed(0);
  console.log(
    `${run} run: ${(100 * totalReturn).toFixed(1)} %, holding ${(100 * buyAndHold).toFixed(1)} %, ${cached ? "from the cache" : "computed"} in ${ms} ms`,
  );
}
const entries = readdirSync(cacheDir, { recursive: true }).filter((name) => name.endsWith(".npz.br"));
for await (const { metadata, size } of (await runtime.cache()).entries()) {
  const raw = metadata.arrays.reduce((sum, { length }) => sum + length * metadata.itemsize, 0);
  console.log(
    `  ${metadata.key.kind}: ${size} bytes${raw > 0 ? `, ${(raw / size).toFixed(1)} times smaller than its arrays` : ""}`,
  );
}
console.log(`${entries.length} files end in .npz.br, such as ${join(".cache/atc", entries[0])}`);
await runtime[Symbol.asyncDispose]();
rmSync(join(import.meta.dirname, ".cache"), { recursive: true });
