import { parseArgs } from "node:util";
import { growthOf } from "./growth.js";
import { soak as run } from "./soak.js";

export async function soak(args) {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: "string" }, seed: { type: "string" }, json: { type: "boolean" } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const report = await run({ seconds: 60 * Number(values.minutes ?? 20), seed });
  const growth = growthOf(report.samples);
  if (values.json) console.log(JSON.stringify({ ...report, seed, growth }));
  else print(report, seed, growth);
  return report.faults.length === 0 && growth.every(({ isFlat }) => isFlat) ? 0 : 1;
}

const counts = (byName) =>
  Object.entries(byName)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");

function print({ seconds, works, codes, kills, stops, fills, isSmallDisk, samples, faults }, seed, growth) {
  console.log(`${(seconds / 60).toFixed(1)} minutes, seed ${seed}: ${counts(works)}`);
  console.log(`refused: ${counts(codes)}`);
  const disk = isSmallDisk ? `the disk full ${fills} times` : "skipped: a small disk, which needs the right to mount";
  console.log(`${kills} kills, ${stops} stops, ${disk}`);
  console.log(`after ${samples.length} works of the process that is never killed:`);
  for (const { name, from, to, isFlat } of growth)
    console.log(`  ${name}: ${from} to ${to}${isFlat ? "" : ", it grows"}`);
  console.log(`${faults.length} faults`);
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
}
