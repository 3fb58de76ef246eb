import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { readers } from "./readers/index.js";

/** An input that is read for so long is reported, and ends the session. A busy machine takes a while for any. */
const mostSeconds = 60;

/** Fuzzes one reader in a thread of its own. */
async function session({ name, seed, seconds, most }) {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const last = new Uint8Array(new SharedArrayBuffer(2 ** 20));
  const worker = new Worker(new URL("fuzz-thread.js", import.meta.url), {
    workerData: { name, seed, seconds, most, state, last },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const watch = new AbortController();
  const finished = once(worker, "message");
  const report = await Promise.race([
    finished.then(([message]) => message),
    stalled(state, watch.signal).then(() => failed(name, state, last, `it is read for ${mostSeconds} s`)),
  ]).catch((error) => failed(name, state, last, `the thread ended: ${error.message}`));
  watch.abort();
  await worker.terminate();
  return report;
}

function failed(name, state, last, what) {
  const [inputs, length] = state;
  const input = Buffer.from(last.slice(0, length)).toString("base64");
  return { reader: name, inputs, bytes: 0, accepted: 0, memory: 0, findings: [{ what, input }] };
}

/** Resolves if no new input begins for long. */
async function stalled(state, signal) {
  for (let before = -1; ; ) {
    const now = Atomics.load(state, 0);
    // The first input comes after all modules are loaded.
    if (now === before && now > 0) return;
    before = now;
    try {
      await pause(1000 * mostSeconds, undefined, { signal });
    } catch {
      await new Promise(() => undefined);
    }
  }
}

export async function fuzz(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      inputs: { type: "string" },
      seed: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const names = positionals.length > 0 ? positionals : readers.map(({ name }) => name);
  for (const name of names)
    if (!readers.some((one) => one.name === name))
      throw new RangeError(`no reader is called "${name}"; there are ${readers.map((one) => one.name).join(", ")}`);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const most = Number(values.inputs ?? Number.POSITIVE_INFINITY);
  const seconds = Number(values.seconds ?? (values.inputs === undefined ? 10 : 3600));
  const reports = [];
  for (const name of names) {
    const report = await session({ name, seed, seconds, most });
    reports.push({ ...report, seed });
    if (!values.json) print(report, seed);
  }
  if (values.json) console.log(JSON.stringify(reports));
  return reports.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

function print({ reader, inputs, bytes, accepted, memory, findings }, seed) {
  const megabytes = (count) => (count / 1e6).toFixed(1);
  console.log(
    `${reader}: ${inputs} inputs, ${megabytes(bytes)} MB, ${accepted} accepted, at most ${megabytes(memory)} MB of arrays, seed ${seed}, ${findings.length} findings`,
  );
  for (const { what, input } of findings.slice(0, 5)) console.log(`  ${what}\n  base64 ${input.slice(0, 4000)}`);
}
