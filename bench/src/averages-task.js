// One average in its own process, so that one library does not pay for the garbage of another.
// `node averages-task.js LIBRARY KIND FILE` reads closes (doubles), then commands.
//
//   run     computes the average of 28 bars; prints the nanoseconds of processor time
//   tail    prints its last thousand values
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { compute, createStream } from "@atc/signals";
import { libraries, numberOf } from "./averages.js";

const [library, kind, file] = process.argv.slice(2);
const bytes = readFileSync(file);
const close = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
// The libraries expect plain arrays.
const values = Array.from(close);
const period = 28;
const kept = new Float64Array(close.length);
const ours = {
  ours: () => compute({ close }, {}, { outputs: [kind] }).columns[kind],
  "ours, existing array": () => {
    const stream = createStream({}, { outputs: [kind] });
    stream.pushInto({ close }, { [kind]: kept });
    stream[Symbol.dispose]();
    return kept;
  },
};
const run = ours[library] ?? (() => libraries[kind][library](values, period));

let result = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "tail") {
    process.stdout.write(`${JSON.stringify(Array.from(result.slice(-1000), numberOf))}\n`);
    continue;
  }
  const before = process.cpuUsage();
  result = run();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${(user + system) * 1000}\n`);
}
