// Kills a sweep with SIGKILL at random moments and runs it again: the table must be that of an undisturbed sweep, byte
// for byte. ATC_BENCH_KILLS sets the number of kills (50).
import { killedSweep } from "../killed-sweep.js";
import { report, withFolder } from "../measure.js";
import { marketOf } from "../synthetic-market.js";

const kills = Number(process.env.ATC_BENCH_KILLS ?? 50);

await withFolder(async (folder) => {
  const { faults, ...figures } = await killedSweep({
    folder,
    kills,
    market: marketOf({ symbols: 4, bars: 3000, interval: 86_400_000 }),
    axes: [
      "--grid",
      "emaLength=10..60:2",
      "--grid",
      "lambda=0.01,0.02,0.05",
      "--grid",
      "stopLoss=0,0.05",
      "--by-symbol",
    ],
  });
  report({ "killed sweep": { ...figures, result: faults.length === 0 ? "pass" : `FAIL: ${faults.join("; ")}` } });
  if (faults.length > 0) process.exitCode = 1;
});
