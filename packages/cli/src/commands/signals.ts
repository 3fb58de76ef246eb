import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import { computeSignals, signalFormats, writeSignals } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { oneSymbol } from "../invocation/reading-options.ts";
import { signalWeights } from "../reports/signal-weights.ts";
import { integer } from "../text/number-format.ts";

export function addSignals(program: Command, io: CommandLineIo): void {
  const command = program
    .command("signals [data]")
    .description(
      "Compute every output of ATC for one symbol: averages, layer-1 signals, equities, average signal, direction",
    )
    .option("--symbols <symbol>", "the symbol (required if the data has several)")
    .option("-o, --output <file>", `file to write: ${signalFormats.join(", ")}`)
    .option("--force", "replace the file if it exists")
    .option("--no-cache", "neither read results from the cache nor store them");
  withConfigKeys(withReading(withCommon(command))).action(async (data: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { output: out, force } = run.options;
    const symbol = oneSymbol(run.options);
    if (typeof out === "string" && !signalFormats.some((ending) => out.endsWith(ending))) {
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `--output is "${out}"; the file must end in ${signalFormats.join(", ")}`,
        { details: { flag: "--output", value: out } },
      );
    }
    if (typeof out === "string")
      checkOutputs([{ flag: "--output", file: resolve(io.cwd, out) }], {
        inputs: [data, run.runtime.loaded.file],
        cwd: io.cwd,
        force: force === true,
      });
    const table = await computeSignals(run.runtime, data, {
      ...run.data,
      ...(symbol === undefined ? {} : { symbol }),
    });
    if (typeof out === "string") await writeSignals(table, resolve(io.cwd, out));
    const { diagnostics, symbol: name, length } = table;
    if (run.json) return run.printJson({ symbol: name, bars: length, out: out ?? null, last: table.last, diagnostics });
    run.print(
      `${name}: ${integer(length)} bars, average signal ${table.last.averageSignal?.toFixed(2) ?? "-"}, direction ${table.last.direction}${typeof out === "string" ? `, written to ${out}` : ""}`,
    );
    const weights = signalWeights(diagnostics);
    if (weights !== undefined) run.print(weights);
    for (const warning of table.warnings) run.say(`  ${warning}`);
    if (out === undefined) run.say("write every bar with: -o FILE.csv, .arrow or .json");
  });
}
