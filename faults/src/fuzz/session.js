import { rm } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { isAtcError } from "@atc/contract";
import { generator } from "../generator.js";
import { mutated } from "./mutate.js";
import { mostBytes } from "./reader.js";

/** Of one input: readers accept this many decoded bytes, and need some for themselves. */
const mostMemory = 6 * mostBytes + 2 ** 26;

/** After so many inputs, the event loop turns: what zlib closes waits for that, and would fill the heap. */
const inputsPerTurn = 1000;

/**
 * @typedef {object} FuzzReport
 * @property {string} reader
 * @property {number} inputs
 * @property {number} bytes - of all inputs
 * @property {number} accepted - inputs that were read without an error
 * @property {number} memory - the most bytes of arrays that one input took
 * @property {readonly { readonly what: string, readonly input: string }[]} findings - inputs as base64
 */

/**
 * Reads changed inputs until `isOver`.
 *
 * @param {import("./reader.js").Reader} reader
 * @param {{ readonly seed: number, readonly isOver: (inputs: number) => boolean, readonly onInput?: (bytes: Buffer) => void }} options
 * @returns {Promise<FuzzReport>}
 */
export async function fuzz(reader, { seed, isOver, onInput }) {
  const random = generator(seed);
  const valid = await reader.valid();
  const report = { reader: reader.name, inputs: 0, bytes: 0, accepted: 0, memory: 0, findings: [] };
  const found = new Set();
  const note = (what, bytes) => {
    // One of each kind: numbers and quoted texts differ.
    const kind = what.replaceAll(/"[^"]*"|\d+/g, "#").slice(0, 300);
    if (found.has(kind)) return;
    found.add(kind);
    report.findings.push({ what, input: Buffer.from(bytes).toString("base64") });
  };
  try {
    for (const bytes of valid) {
      const before = report.accepted;
      const what = await faultOf(reader, Buffer.from(bytes), report);
      if (what !== undefined || report.accepted === before)
        note(`a valid input is refused: ${what ?? report.last}`, bytes);
    }
    while (!isOver(report.inputs)) {
      const bytes = reader.change?.(random, valid) ?? mutated(random, valid);
      onInput?.(bytes);
      const what = await faultOf(reader, bytes, report);
      if (what !== undefined) note(what, bytes);
      report.inputs++;
      report.bytes += bytes.length;
      if (report.inputs % inputsPerTurn === 0) await turn();
    }
  } finally {
    const folder = reader.folder?.();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  return report;
}

/** What is wrong with the reading of an input; undefined if it was read or refused. */
export async function faultOf(reader, bytes, report) {
  const before = process.memoryUsage().arrayBuffers;
  let error;
  try {
    await reader.read(bytes);
    report.accepted++;
  } catch (caught) {
    error = caught;
    report.last = String(caught);
  }
  const memory = process.memoryUsage().arrayBuffers - before;
  report.memory = Math.max(report.memory, memory);
  if (memory > mostMemory) return `${memory} bytes of arrays for an input of ${bytes.length} bytes`;
  if (error === undefined || reader.hasNoCodes === true || isAtcError(error)) return undefined;
  return `an error without a code: ${error?.stack ?? error}`;
}
