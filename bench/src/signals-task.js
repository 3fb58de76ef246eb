// Our kernel with the interface of the C program: `node signals-task.js FILE` reads closes (doubles), then commands,
// one per line.
//   run          average signal and direction in blocks of 4,096 bars; prints the nanoseconds of processor time
//   all          the same for every output, into new arrays
//   write OUT    writes every output as a column of doubles, in canonical order
// `node signals-task.js stream BARS` answers "run" with "nanoseconds-per-bar peak-MB". It streams that many bars
// without an array of them.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { compute, createStream, signalOutputs } from "@atc/signals";
import { walk } from "./market.js";

const blockLength = 4096;
const outputs = ["averageSignal", "direction"];

function cpuNs(action) {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

/** Commands over closes in an array. */
function overFile(file) {
  const bytes = readFileSync(file);
  const close = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const targets = { averageSignal: new Float64Array(close.length), direction: new Int8Array(close.length) };
  return (line) => {
    if (line.startsWith("write ")) {
      const { columns } = compute({ close });
      const doubles = signalOutputs.map((output) => Buffer.from(Float64Array.from(columns[output]).buffer));
      writeFileSync(line.slice(6), Buffer.concat(doubles));
      return 0;
    }
    if (line === "all") return cpuNs(() => compute({ close }));
    return cpuNs(() => {
      const stream = createStream({}, { outputs });
      for (let from = 0; from < close.length; from += blockLength) {
        const to = Math.min(from + blockLength, close.length);
        const part = {
          averageSignal: targets.averageSignal.subarray(from, to),
          direction: targets.direction.subarray(from, to),
        };
        stream.pushInto({ close: close.subarray(from, to) }, part);
      }
    });
  };
}

/**
 * Streams `bars` bars: the same 2^18 repeatedly. Short series are streamed several times, so that the time can be
 * measured.
 */
function overStream(bars) {
  const close = walk(64 * blockLength);
  const targets = { averageSignal: new Float64Array(blockLength), direction: new Int8Array(blockLength) };
  const repeats = Math.max(1, Math.round(1_000_000 / bars));
  function stream() {
    const signals = createStream({}, { outputs });
    for (let from = 0; from < bars; from += blockLength) {
      const at = from % close.length;
      signals.pushInto({ close: close.subarray(at, at + Math.min(blockLength, bars - from)) }, targets);
    }
  }
  return () => {
    const ns = cpuNs(() => {
      for (let i = 0; i < repeats; i++) stream();
    });
    return `${ns / (bars * repeats)} ${process.resourceUsage().maxRSS / 1000}`;
  };
}

const [first, second] = process.argv.slice(2);
const answer = first === "stream" ? overStream(Number(second)) : overFile(first);
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${answer(line)}\n`);
