import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { backtestFile } from "@atc/runtime";
import { sweepFile } from "@atc/runtime/sweeps";

const file = process.argv[2] ?? fileURLToPath(new URL("../bars.csv", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atc-sweep-"));
const table = join(folder, "table.csv");
const config = { feeBps: 5, slippageBps: 1, dataDir: join(folder, "mmap"), cacheDir: join(folder, "atc") };
const split = Date.UTC(2022, 0, 1);

// What to search, what to maximise, and what to require. The sweep sees the bars before 2022 only.
const definition = {
  grid: { emaLength: "10..40:10", kamaLength: [14, 28], lambda: [0.01, 0.02, 0.05] },
  where: "emaLength != 30 or lambda < 0.05",
  objective: "sharpe - maxDrawdown",
  require: "trades >= 3",
};
const sweep = (more) => sweepFile(file, { definition, config, period: { to: split }, top: 5, ...more });

// One call computes all configurations, and writes a row for each.
const { axes, best, metrics, evaluations, ranked, excluded } = await sweep({ table });
console.log(`${evaluations} configurations, ${ranked} of them with a place`);
for (const { reason, configurations } of excluded) console.log(`${configurations} have none: ${reason}`);

const rounded = (value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
const row = ({ values, score, metrics: figures }) => ({
  ...Object.fromEntries(axes.map(({ name }, axis) => [name, values[axis]])),
  score: rounded(score),
  ...Object.fromEntries(metrics.map((name, place) => [name, rounded(figures[place])])),
});
console.table(best.map(row));

// Finished configurations are in the cache: a larger sweep computes only what is new.
const larger = { ...definition, grid: { ...definition.grid, emaLength: "10..50:10" } };
const { computed, cached } = await sweep({ definition: larger });
console.log(`with more values, ${computed} were computed and ${cached} came from the cache`);

// The winner on the bars that the search did not see.
const [winner] = best;
const keys = Object.fromEntries(axes.map(({ name }, axis) => [name, winner.values[axis]]));
const { report } = await backtestFile(file, { config: { ...config, ...keys }, period: { from: split }, curves: false });
console.log(
  `Sharpe ratio of the winner: ${rounded(row(winner).sharpe)} before 2022, ${rounded(report.portfolio.sharpe)} after`,
);
rmSync(folder, { recursive: true });
