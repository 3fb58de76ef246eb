import { type Command, Option } from "commander";
import { showsCharts } from "../text/screen.ts";
import type { Invocation } from "./invocation.ts";

/** Adds `--chart` and `--no-chart`, which the help names beside it. */
export function withChart(command: Command, of: string): Command {
  return command
    .option("--chart", `draw ${of}; on a terminal unless --no-chart`)
    .addOption(new Option("--no-chart", "draw nothing").hideHelp());
}

/** Whether charts are drawn: if they are asked for, or on a terminal that shows them; never beside JSON. */
export function wantsChart({ options, json, io }: Pick<Invocation, "options" | "json" | "io">): boolean {
  if (json) return false;
  const { chart, quiet } = options;
  return typeof chart === "boolean" ? chart : quiet !== true && showsCharts(io.stdout, io.env);
}
