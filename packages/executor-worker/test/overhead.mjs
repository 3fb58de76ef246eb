/**
 * Prints the cost of a task here and on bare piscina, in microseconds of wall time and of CPU time of all threads: run
 * `node test/overhead.mjs` after a build. Rounds alternate; the best counts.
 */
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
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (together) await Promise.all(Array.from({ length: count }, run));
  else for (let i = 0; i < count; i++) await run();
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: wall / count, cpu: (user + system) / count };
}

for (const [name, scenario] of Object.entries(scenarios)) {
  const least = { ours: { wall: Infinity, cpu: Infinity }, bare: { wall: Infinity, cpu: Infinity } };
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"]) {
      const { wall, cpu } = await time(scenario, scenario[side]);
      least[side] = { wall: Math.min(least[side].wall, wall), cpu: Math.min(least[side].cpu, cpu) };
    }
  const show = ({ wall, cpu }) => `${wall.toFixed(0).padStart(5)} (CPU ${cpu.toFixed(0).padStart(4)})`;
  console.log(`${name.padEnd(34)} executor ${show(least.ours)}   piscina ${show(least.bare)}`);
}
await executor[Symbol.asyncDispose]();
await pool.destroy();
