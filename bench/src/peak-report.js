// Loaded into a measured command with --import: writes the peak of its resident memory, including that of its threads,
// to the file BENCH_PEAK_FILE, in MB.
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env.BENCH_PEAK_FILE;
if (isMainThread && file !== undefined)
  process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS / 1000)));
