// How often `validate` calls a backtest more than luck: ATC_BENCH_WALKS (100) seeded series of 1,500 daily bars each,
// every one with a cross of averages whose lengths are random. Random walks have independent log returns with a
// deviation of 1 %. In the other series a drift turns about every 80 bars. Figures are per cent of the series.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ingestFile, openRuntime } from "@atc/runtime";
import { validate } from "@atc/runtime/validation";
import { uniform } from "../market.js";
import { report, withFolder } from "../measure.js";

const bars = 1500;
const walks = Number(process.env.ATC_BENCH_WALKS ?? 100);
const kinds = {
  "random walks, fee 10 bps": { drift: 0, feeBps: 10 },
  "random walks, fee 1 bps": { drift: 0, feeBps: 1 },
  "drift 20 bps, fee 10 bps": { drift: 0.002, feeBps: 10 },
  "drift 30 bps, fee 10 bps": { drift: 0.003, feeBps: 10 },
  "drift 40 bps, fee 10 bps": { drift: 0.004, feeBps: 10 },
};

/** Numbers of the standard normal distribution, by Box and Muller. */
function normal(next) {
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

function seriesOf(symbol, drift, seed) {
  const next = uniform(seed);
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 20; i++) next();
  const draw = normal(next);
  let price = 100;
  let trend = next() < 0.5 ? drift : -drift;
  return Array.from({ length: bars }, (_, bar) => {
    if (next() < 1 / 80) trend = -trend;
    const open = price;
    price *= Math.exp(trend + 0.01 * draw());
    const day = new Date(Date.UTC(2015, 0, 1 + bar)).toISOString().slice(0, 10);
    return [symbol, day, open, Math.max(open, price), Math.min(open, price), price].join(",");
  });
}

const per = (list, test) => +((100 * list.filter(test).length) / list.length).toFixed(1);

await withFolder(async (folder) => {
  const rows = {};
  for (const [place, [name, { drift, feeBps }]] of Object.entries(kinds).entries()) {
    const file = join(folder, `kind-${place}.csv`);
    const symbols = Array.from({ length: walks }, (_, i) => `W${i}`);
    const lines = symbols.flatMap((symbol, i) => seriesOf(symbol, drift, 1 + i + 1000 * place));
    writeFileSync(file, `symbol,time,open,high,low,close\n${lines.join("\n")}\n`);
    const config = { dataDir: join(folder, "data"), cacheDir: join(folder, "cache"), strategy: "cross", feeBps };
    const next = uniform(77 + place);
    const found = [];
    for (const symbol of symbols) {
      const fast = 2 + Math.floor(next() * 18);
      const parameters = { fast, slow: fast + 2 + Math.floor(next() * 40) };
      const runtime = await openRuntime({
        cwd: folder,
        env: {},
        cache: false,
        threads: 1,
        config: { ...config, parameters },
      });
      try {
        if (found.length === 0) await ingestFile(runtime, file, { name: `kind-${place}` });
        found.push(await validate(runtime, `kind-${place}`, { symbols: [symbol] }));
      } finally {
        await runtime[Symbol.asyncDispose]();
      }
      if (found.length % 20 === 0) console.error(`${name}: ${found.length} of ${walks}`);
    }
    rows[name] = {
      "entries p <= 0.05": per(found, ({ tests }) => tests.randomEntry?.p <= 0.05),
      "entries p <= 0.025": per(found, ({ tests }) => tests.randomEntry?.p <= 0.025),
      "bootstrap p <= 0.05": per(found, ({ tests }) => tests.bootstrap?.p <= 0.05),
      "break-even >= 2": per(found, ({ tests }) => tests.costs?.breakEven >= 2),
      survive: per(found, ({ verdict }) => verdict.survives),
    };
  }
  report(rows);
});
