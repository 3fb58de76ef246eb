import { parseArgs } from "node:util";
import { operationsOf } from "../operations/index.js";
import { everyImage } from "./every-image.js";

export async function images(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { seed: { type: "string" }, stride: { type: "string" }, json: { type: "boolean" } },
  });
  const reports = [];
  for (const operation of operationsOf(positionals.join(" "))) {
    const report = await everyImage(operation, { seed: Number(values.seed ?? 1), stride: Number(values.stride ?? 1) });
    reports.push(report);
    if (values.json) continue;
    console.log(
      `${report.operation}: ${report.effects} effects, ${report.images} images, ${report.violations.length} violations`,
    );
    for (const violation of report.violations) console.log(`  ${violation}`);
  }
  if (values.json) console.log(JSON.stringify(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}
