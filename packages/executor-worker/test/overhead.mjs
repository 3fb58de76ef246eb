/** Prints what a task costs here and over bare piscina, in microseconds: `node test/overhead.mjs` after a build. Rounds alternate; the median counts. */
import { fileURLToPath } from "node:url";
import { workerExecutor } from "@atc/executor-worker";
import { Piscina } from "piscina";

const url = new URL("overhead-tasks.mjs", import.meta.url);
const threads = 2;
const executor = workerExecutor({ modules: { bench: url.href }, threads });
const pool = new Piscina({ filename: fileURLToPath(url), minThreads: threads, maxThreads: threads });
const rounds = 9;

const ours = (name, input, options) => executor.submit({ task: `bench#${name}`, version: 1 }, input, options);
const bare = (name, input, transferList) => pool.run(input, { name: `bare${name}`, transferList });
const megabyte = () => new Float64Array(131_072);

const scenarios = {
  "no-op, one after the other": { count: 1000, ours: () => ours("nothing"), bare: () => bare("Nothing") },
  "no-op, 5,000 at once": { count: 5000, together: true, ours: () => ours("nothing"), bare: () => bare("Nothing") },
  "no-op with signal and listener": {
    count: 1000,
    ours: () => ours("nothing", undefined, { signal: new AbortController().signal, onProgress: () => undefined }),
    bare: () => bare("Nothing"),
  },
  "1 MB there and back, moved": {
    count: 200,
    ours: () => {
      const values = megabyte();
      return ours("moved", values, { transfer: [values.buffer] });
    },
    bare: () => {
      const values = megabyte();
      return bare("Moved", values, [values.buffer]);
    },
  },
  "1 MB there and back, copied": {
    count: 200,
    ours: () => ours("copied", megabyte()),
    bare: () => bare("Copied", megabyte()),
  },
};

async function time({ count, together }, run) {
  const start = performance.now();
  if (together) await Promise.all(Array.from({ length: count }, run));
  else for (let i = 0; i < count; i++) await run();
  return ((performance.now() - start) * 1000) / count;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const [name, scenario] of Object.entries(scenarios)) {
  const measured = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"])
      measured[side].push(await time(scenario, scenario[side]));
  const [a, b] = [median(measured.ours), median(measured.bare)];
  console.log(
    `${name.padEnd(34)} executor ${a.toFixed(0).padStart(6)}   piscina ${b.toFixed(0).padStart(6)}   ${(a / b).toFixed(2)}`,
  );
}
await executor[Symbol.asyncDispose]();
await pool.destroy();
