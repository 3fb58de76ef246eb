import { parseArgs } from "node:util";
import { patchFileSystem } from "../files/patch-fs.js";

export async function steps(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { fault: { type: "string" }, stride: { type: "string" }, json: { type: "boolean" } },
  });
  await patchFileSystem();
  // Loaded after the patch, since they keep functions of `node:fs`.
  const { operationsOf } = await import("../operations/index.js");
  const { everyStep } = await import("./every-step.js");
  const reports = [];
  for (const operation of operationsOf(positionals.join(" "))) {
    const started = performance.now();
    const report = await everyStep(operation, { only: values.fault, stride: Number(values.stride ?? 1) });
    reports.push(report);
    if (values.json) continue;
    const { injected, failed, violations } = report;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${report.operation}: ${report.steps} steps, ${injected} faults, ${failed} errors, ${violations.length} violations, ${seconds} s`,
    );
    for (const violation of violations) console.log(`  ${violation}`);
  }
  if (values.json) console.log(JSON.stringify(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}
