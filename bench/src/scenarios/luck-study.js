// How often the judgement of a sweep is right: on random walks its winner is luck, and on a planted trend it survives.
// 1,000 crosses of averages over 5,000 bars without costs, by runSweep, for each of ATC_BENCH_SERIES (100) seeded
// series. It takes some seconds per series.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { runSweep } from "@atc/runtime/sweeps";
import { luckDefinition, priceSeries, seriesCsv } from "../luck-series.js";
import { cpuMs, median, report, withFolder } from "../measure.js";

const count = Number(process.env.ATC_BENCH_SERIES ?? 100);
const bars = 5000;
const trendSeed = 1;

/** Three digits for the table. */
const short = (value) => Number(value.toPrecision(3));

async function judge(runtime, dataset, symbol) {
  const { best, validation } = await runSweep(runtime, dataset, {
    definition: luckDefinition,
    symbols: [symbol],
    top: 1,
  });
  return { sharpe: best[0].score, validation };
}

await withFolder(async (cwd) => {
  const walks = Array.from({ length: count }, (_, i) => [
    `W${String(i + 1).padStart(3, "0")}`,
    priceSeries({ seed: i + 1, bars }),
  ]);
  const trend = ["TREND", priceSeries({ seed: trendSeed, bars, drift: 0.004, turn: 80 })];
  writeFileSync(join(cwd, "walks.csv"), seriesCsv([...walks, trend]));
  const runtime = await openRuntime({
    cwd,
    env: {},
    config: { strategy: "cross" },
    cache: false,
    onWarning: () => undefined,
  });
  const verdicts = { luck: 0, survives: 0, unknown: 0 };
  const pbos = [];
  const deflated = [];
  let judging = 0;
  const ms = await cpuMs(async () => {
    for (const [i, [symbol]] of walks.entries()) {
      const { validation } = await judge(runtime, "walks.csv", symbol);
      verdicts[validation.verdict]++;
      pbos.push(validation.overfitting.pbo);
      deflated.push(validation.deflated.deflatedSharpe);
      judging += validation.seconds;
      if (i % 10 === 9) console.error(`${i + 1} of ${count} series: luck in ${verdicts.luck}`);
    }
  });
  const { sharpe, validation } = await judge(runtime, "walks.csv", "TREND");
  await runtime[Symbol.asyncDispose]();
  report({
    "random walks": {
      series: count,
      luck: verdicts.luck,
      survives: verdicts.survives,
      "median PBO": short(median(pbos)),
      "PBO from": short(Math.min(...pbos)),
      "PBO to": short(Math.max(...pbos)),
      "largest deflated": short(Math.max(...deflated)),
      "cpu s each": short(ms / 1000 / count),
      "judging s each": short(judging / count),
    },
    "planted trend": {
      series: 1,
      luck: validation.verdict === "luck" ? 1 : 0,
      survives: validation.verdict === "survives" ? 1 : 0,
      "median PBO": short(validation.overfitting.pbo),
      sharpe: short(sharpe),
      deflated: short(validation.deflated.deflatedSharpe),
    },
  });
  const middle = median(pbos);
  const isRight =
    verdicts.luck >= 0.95 * count && middle >= 0.35 && middle <= 0.65 && validation.verdict === "survives";
  if (!isRight) process.exitCode = 1;
});
