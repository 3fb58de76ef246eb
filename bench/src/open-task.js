// Opens the dataset "market" in a directory and reads one window, once, in its own process. Prints the milliseconds.
import { mmapStore } from "@atc/mmap-store";

const [directory] = process.argv.slice(2);
const store = mmapStore({ directory });
const before = process.cpuUsage();
const startedAt = performance.now();
const dataset = await store.open("market");
const values = dataset.series("S2500").window("close", 10, 64);
const { user, system } = process.cpuUsage(before);
const ms = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, ms, first: values[0] }));
dataset[Symbol.dispose]();
