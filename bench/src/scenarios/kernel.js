// Nanoseconds per bar of the kernel: one million bars, default configuration, one core, CPU time.
import { compute, createStream } from "@atc/signals";
import { walk } from "../market.js";
import { cpuMs, median, peakMb, report } from "../measure.js";

const bars = 1_000_000;
const close = walk(bars);

const actions = {
  "batch, all outputs": () => compute({ close }),
  "batch, direction only": () => compute({ close }, {}, { outputs: ["direction"] }),
  "blocks of 4096, direction only": () => {
    const stream = createStream({}, { outputs: ["direction"] });
    const direction = new Int8Array(4096);
    for (let from = 0; from < bars; from += 4096)
      stream.pushInto({ close: close.subarray(from, from + 4096) }, { direction });
  },
};
const times = Object.fromEntries(Object.keys(actions).map((name) => [name, []]));
for (let round = 0; round < 6; round++) {
  for (const [name, action] of Object.entries(actions)) {
    const ms = await cpuMs(action);
    if (round > 0) times[name].push(ms);
  }
}
const live = createStream({}, { outputs: ["averageSignal", "direction"] });
const liveBars = 200_000;
for (let i = 0; i < 50_000; i++) live.pushBar({ close: close[i] });
const liveMs = await cpuMs(() => {
  for (let i = 50_000; i < 50_000 + liveBars; i++) live.pushBar({ close: close[i] });
});
report({
  ...Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      {
        "ns per bar": Math.round((median(all) * 1e6) / bars),
        "best round": Math.round((Math.min(...all) * 1e6) / bars),
      },
    ]),
  ),
  "live, one bar a push": { "ns per bar": Math.round((liveMs * 1e6) / liveBars) },
  memory: { "peak RSS MB": peakMb() },
});
