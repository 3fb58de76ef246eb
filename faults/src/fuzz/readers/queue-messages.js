import { AtcError } from "@atc/contract";
import { builtModule } from "../../built-module.js";
import { mutated, mutatedJson } from "../mutate.js";

const { decodeValue } = await builtModule("executor-bullmq/dist/wire/decode-value.js");
const { encodeValue } = await builtModule("executor-bullmq/dist/wire/encode-value.js");
const { resultOfJson, resultToJson, taskOfJson, taskToJson } = await builtModule(
  "executor-bullmq/dist/queue/task-envelope.js",
);
const { failureOfText, failureToText } = await builtModule("executor-bullmq/dist/queue/task-failure.js");

const values = [
  { symbols: ["A", "B"], close: Float64Array.of(1, 2.5), times: BigInt64Array.of(1n, -2n), none: undefined },
  [null, true, 1e300, -7, 12n, new Date(0), new Map([["a", new Set([1])]]), "\u00e9\ud800"],
  new AtcError("ATC_INVALID_DATA", "a row is bad", { details: { line: 3 }, cause: new RangeError("x") }),
];

const task = taskToJson({
  ref: { task: "@atc/x#run", version: 1 },
  key: "0".repeat(64),
  input: { inline: encodeValue(values[0]) },
  wantsProgress: true,
  isMoved: false,
  deadlineMs: 1000,
});

const sentResults = [
  { inline: encodeValue(values[1]), costMs: 12 },
  { inline: undefined, costMs: 0 },
];

/** Redis holds text; a queue gives its readers the parsed JSON. */
function jsonReader(name, messages, read) {
  return {
    name,
    valid: () => messages.map((message) => Buffer.from(JSON.stringify(message))),
    read(bytes) {
      let message;
      try {
        message = JSON.parse(bytes.toString());
      } catch {
        // The queue refuses what is not JSON.
        return;
      }
      read(message);
    },
    change: (random, valid) =>
      random.below(3) === 0
        ? mutated(random, valid)
        : Buffer.from(JSON.stringify(mutatedJson(random, JSON.parse(random.pick(valid))))),
  };
}

/** @type {readonly import("../reader.js").Reader[]} */
export const queueReaders = [
  { name: "queue-value", valid: () => values.map(encodeValue), read: (bytes) => void decodeValue(bytes) },
  jsonReader("queue-task", [task], (message) => {
    const { input } = taskOfJson(message);
    if ("inline" in input) decodeValue(input.inline);
  }),
  jsonReader("queue-result", sentResults.map(resultToJson), (message) => {
    const { inline, costMs } = resultOfJson(message);
    if (!(costMs >= 0)) throw new RangeError(`a result took ${costMs} ms`);
    if (inline !== undefined) decodeValue(inline);
  }),
  {
    name: "queue-failure",
    valid: () => values.slice(2).map((error) => Buffer.from(failureToText({ error, mayRepeat: true }))),
    read: (bytes) => void failureOfText(bytes.toString(), "@atc/x#run"),
    // The error is encoded as base64, so that changes of the text rarely reach it.
    change(random, valid) {
      if (random.below(3) === 0) return mutated(random, valid);
      const record = JSON.parse(random.pick(valid));
      const error = mutated(random, [Buffer.from(record.error, "base64"), ...values.map(encodeValue)]);
      return Buffer.from(JSON.stringify({ ...record, error: error.toString("base64") }));
    },
  },
];
