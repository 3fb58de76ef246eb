// The signals compared with a C program of the same algorithm, which is compiled first, and single averages compared
// with npm libraries. Processor time, alternating in one run, medians after rounds of warm-up. ATC_BENCH_PART selects
// parts by name (c, averages, lengths, cores, many). ATC_BENCH_BARS adds a length to "lengths".
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workerExecutor } from "@atc/executor-worker";
import { computeMany, createStream, signalOutputs } from "@atc/signals";
import { libraries, otherDefinitions } from "../averages.js";
import { walk } from "../market.js";
import { cpuMs, median, report, withFolder } from "../measure.js";
import { startPeer } from "../peer.js";
import { compileSignals } from "../signals-c-program.js";

const bars = 1_000_000;
const task = fileURLToPath(new URL("../signals-task.js", import.meta.url));
const averageTask = fileURLToPath(new URL("../averages-task.js", import.meta.url));
const wanted = process.env.ATC_BENCH_PART?.split(",");

/** Our program with the default kernel or the reference kernel. */
function startOurs(args, kernel) {
  return startPeer(process.execPath, [task, ...args], kernel === undefined ? {} : { ATC_KERNEL: kernel });
}

function columnsOf(file) {
  const bytes = readFileSync(file);
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const length = all.length / signalOutputs.length;
  return Object.fromEntries(signalOutputs.map((name, i) => [name, all.subarray(i * length, (i + 1) * length)]));
}

/**
 * Throws if two runs differ by more than 1e-9 of the value or of 1. A signal that is rounded the other way differs by
 * 1e-2.
 */
function compare(name, actual, expected) {
  for (const output of signalOutputs) {
    for (let bar = 0; bar < expected[output].length; bar++) {
      const [a, b] = [actual[output][bar], expected[output][bar]];
      if (Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))) continue;
      if (Number.isNaN(a) && Number.isNaN(b)) continue;
      throw new Error(`${name}: ${output} at bar ${bar} is ${a}, the default kernel returns ${b}`);
    }
  }
}

async function takeTurns(peers, command, rounds) {
  const times = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, peer] of Object.entries(peers)) {
      const ns = Number(await peer.ask(command)) / bars;
      if (round > 0) times[name].push(ns);
    }
  }
  return times;
}

const one = (value) => Math.round(value * 10) / 10;

/** Compares both kernels with both builds of the C program: first that the outputs are equal, then the times. */
async function versusC(folder) {
  const file = join(folder, "closes");
  writeFileSync(file, new Uint8Array(walk(bars).buffer));
  const programs = compileSignals(folder) ?? {};
  const peers = { "ours, default kernel": startOurs([file]), "ours, reference kernel": startOurs([file], "reference") };
  for (const [name, program] of Object.entries(programs)) peers[name] = startPeer(program, [file]);
  let expected;
  for (const [name, peer] of Object.entries(peers)) {
    const output = join(folder, "columns");
    await peer.ask(`write ${output}`);
    const columns = columnsOf(output);
    expected ??= columns;
    compare(name, columns, expected);
  }
  const times = await takeTurns(peers, "run", 9);
  for (const peer of Object.values(peers)) peer.close();
  const ours = times["ours, default kernel"];
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      {
        "ns per bar": one(median(all)),
        "best round": one(Math.min(...all)),
        "of ours": Number(median(all.map((ns, round) => ns / ours[round])).toFixed(2)),
      },
    ]),
  );
}

/** Time per bar and peak memory at growing lengths, each in its own process. */
async function byLength() {
  const rows = {};
  const more = process.env.ATC_BENCH_BARS;
  const lengths = [10_000, 100_000, 1_000_000, 10_000_000, ...(more === undefined ? [] : [Number(more)])];
  for (const length of lengths) {
    const peer = startOurs(["stream", String(length)]);
    const answers = [];
    for (let round = 0; round <= (length > 1e6 ? 2 : 5); round++)
      answers.push((await peer.ask("run")).split(" ").map(Number));
    peer.close();
    rows[`streamed, ${length.toLocaleString("en")} bars`] = {
      "ns per bar": one(median(answers.slice(1).map(([ns]) => ns))),
      "peak MB": Math.round(answers.at(-1)[1]),
    };
  }
  return rows;
}

/** The largest relative difference from our values. */
function distance(theirs, ours) {
  return Math.max(...ours.map((value, i) => Math.abs(theirs[i] - value) / value));
}

/** Compares one of our averages with that of each library that has it. */
async function oneAverage(kind, file) {
  const names = ["ours", "ours, existing array", ...Object.keys(libraries[kind])];
  const peers = Object.fromEntries(
    names.map((name) => [name, startPeer(process.execPath, [averageTask, name, kind, file])]),
  );
  await takeTurns(peers, "run", 2);
  const times = await takeTurns(peers, "run", 5);
  const tails = {};
  for (const [name, peer] of Object.entries(peers)) {
    tails[name] = JSON.parse(await peer.ask("tail"));
    peer.close();
  }
  const distances = names.slice(1).map((name) => distance(tails[name], tails.ours));
  const farthest = Math.max(...distances);
  // Some libraries have sums that drift: up to 1e-5 of the price after a million bars. More indicates another
  // definition.
  if (farthest > 1e-4 && !otherDefinitions.has(kind))
    throw new Error(`${kind}: a library's values are ${farthest} off`);
  const [ours, into, ...theirs] = names.map((name) => median(times[name]));
  return {
    ...Object.fromEntries(Object.entries(times).map(([name, all]) => [name, one(median(all))])),
    "fastest library / ours": one(Math.min(...theirs) / ours),
    "fastest library / existing array": one(Math.min(...theirs) / into),
    "largest error": otherDefinitions.has(kind) ? undefined : Number(farthest.toExponential(0)),
  };
}

/** Compares each single average with those of npm libraries. */
async function versusLibraries(folder) {
  const file = join(folder, "closes");
  writeFileSync(file, new Uint8Array(walk(bars).buffer));
  const rows = {};
  for (const kind of Object.keys(libraries)) rows[`${kind} 28`] = await oneAverage(kind, file);
  return rows;
}

/** Processor time per bar over symbols on one worker thread and on two. */
async function onCores() {
  const symbols = 16;
  const each = 250_000;
  const modules = { bench: new URL("../signals-tasks.js", import.meta.url).href };
  const executors = {};
  for (const threads of [1, 2]) executors[threads] = workerExecutor({ modules, threads });
  const times = { 1: [], 2: [] };
  for (let round = 0; round <= 5; round++) {
    for (const [threads, executor] of Object.entries(executors)) {
      const startedAt = performance.now();
      const ms = await cpuMs(() =>
        Promise.all(
          Array.from({ length: symbols }, (_, symbol) =>
            executor.submit({ task: "bench#lastSignal", version: 1 }, { symbols, symbol, bars: each }),
          ),
        ),
      );
      if (round > 0) times[threads].push([(ms * 1e6) / (symbols * each), performance.now() - startedAt]);
    }
  }
  for (const executor of Object.values(executors)) await executor[Symbol.asyncDispose]();
  const row = (all) => ({
    "ns per bar": one(median(all.map(([ns]) => ns))),
    "wall ms": Math.round(median(all.map(([, ms]) => ms))),
  });
  return { "16 symbols, one thread": row(times[1]), "16 symbols, two threads": row(times[2]) };
}

/** A sweep of ten lambdas by ten decays, together and one after the other, both with the default kernel. */
async function sweep() {
  const length = 100_000;
  const close = walk(length);
  const steps = Array.from({ length: 10 }, (_, step) => step + 1);
  const configs = steps.flatMap((i) => steps.map((j) => ({ lambda: 0.005 * i, decay: 0.01 * j })));
  const outputs = ["direction"];
  const separate = () =>
    configs.map((config) => {
      const stream = createStream(config, { outputs });
      const direction = new Int8Array(length);
      stream.pushInto({ close }, { direction });
      return direction;
    });
  const together = () => computeMany({ close }, configs, { outputs }).map(({ columns }) => columns.direction);
  const wantedDirections = separate();
  for (const [index, direction] of together().entries()) {
    if (Buffer.compare(Buffer.from(direction.buffer), Buffer.from(wantedDirections[index].buffer)) !== 0)
      throw new Error(`configuration ${index} differs`);
  }
  const times = { separate: [], together: [] };
  for (let round = 0; round <= 7; round++) {
    for (const [name, action] of Object.entries({ separate, together })) {
      const ms = await cpuMs(action);
      if (round > 0) times[name].push((ms * 1e6) / (length * configs.length));
    }
  }
  const row = (all) => ({
    "ns per bar": one(median(all)),
    "best round": one(Math.min(...all)),
    "of separate": Number(median(all.map((ns, round) => ns / times.separate[round])).toFixed(2)),
  });
  return {
    "100 configurations, separate": row(times.separate),
    "100 configurations, computeMany": row(times.together),
  };
}

const parts = { c: versusC, averages: versusLibraries, lengths: byLength, cores: onCores, many: sweep };
await withFolder(async (folder) => {
  const rows = {};
  for (const [name, part] of Object.entries(parts))
    if (wanted === undefined || wanted.includes(name)) Object.assign(rows, await part(folder));
  report(rows);
});
