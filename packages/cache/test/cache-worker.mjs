// One of several processes on a cache directory. Computes and reads random values until its standard input ends. Exits
// with 3 if a value is wrong.
import { cacheFs } from "../../cache-fs/dist/bundle/index.js";
import { createCache } from "../dist/bundle/index.js";

const [directory = "", maxBytes = "", seed = ""] = process.argv.slice(2);
let state = Number(seed);
const next = (bound) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};

function wrong(message) {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}

function valueAt(n) {
  const equity = Float64Array.from({ length: 500 + n * 20 }, (_, i) => Math.sqrt(n + i));
  return { arrays: { equity, votes: Int8Array.from({ length: 1000 }, (_, i) => (i * n) % 3) }, attributes: { n } };
}

function check(n, { arrays, attributes }) {
  const expected = valueAt(n);
  for (const [name, values] of Object.entries(expected.arrays)) {
    const got = arrays[name];
    if (got?.length !== values.length || values.some((value, i) => value !== got[i]))
      wrong(`value ${n} is wrong in ${name}`);
  }
  if (attributes?.n !== n) wrong(`value ${n} has the attributes of another`);
}

let running = true;
process.stdin.on("end", () => {
  running = false;
});
process.stdin.resume();

const store = await cacheFs({ directory, maxBytes: Number(maxBytes) });
const cache = createCache({ store, memoryBytes: 0, warn: (message) => wrong(message) });
for (let step = 1; running; step++) {
  const n = next(40);
  const key = { kind: "results", input: `series-${n}`, parameters: { n }, algorithm: "sqrt", version: 1 };
  if (next(20) === 0) await cache.delete(key);
  else check(n, await cache.compute(key, () => valueAt(n)));
  if (step % 10 === 0) process.stdout.write("10 done\n");
}
if (cache.statistics.damaged > 0) wrong("a damaged entry was met");
const { diskHits, misses } = cache.statistics;
process.stdout.write(`lookups ${diskHits + misses}\n`);
await store[Symbol.asyncDispose]();
