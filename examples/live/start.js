import assert from "node:assert/strict";
import { compute, longestWarmup } from "@atc/signals";
import { feed } from "./feed.js";
import { follow } from "./follow.js";

const config = { robustness: "Narrow", decay: 0.01 };
const names = { "-1": "short", 0: "flat", 1: "long" };
// Until every average has a value, only some of them decide. Ignore changes before that.
const warmup = longestWarmup(config);
let changes = 0;
const listen = ({ bar, direction, previous }) => {
  if (bar < warmup) return;
  changes++;
  if (changes <= 8) console.log(`candle ${bar}: ${names[previous]} -> ${names[direction]}`);
};

// The finished candles, for the comparison at the end.
const closes = [];
const signals = [];
let bot = follow(config, listen);
let updates = 0;
for (const candle of feed(2000)) {
  bot.take(candle);
  updates++;
  if (updates % 4 === 0) {
    closes.push(candle.close);
    signals.push(bot.values[0]);
  }
  // A restart between two updates of candle 1,000. The new process reads a few kilobytes instead of a thousand candles.
  if (updates === 4001) {
    const saved = bot.save();
    bot.stream[Symbol.dispose]();
    bot = follow(config, listen);
    bot.restore(saved);
    console.log(`restarted within candle ${bot.stream.position - 1} from ${saved.state.length} bytes`);
  }
}
console.log(`${closes.length} candles, ${updates} updates, ${changes} changes of direction`);

const { columns } = compute({ close: Float64Array.from(closes) }, config, { outputs: ["averageSignal", "direction"] });
assert.deepEqual(Float64Array.from(signals), columns.averageSignal);
assert.equal(bot.values[1], columns.direction.at(-1));
console.log(`the same as the batch at each of ${columns.averageSignal.length} candles, to the last bit`);
bot.stream[Symbol.dispose]();
