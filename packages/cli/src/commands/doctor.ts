import { printableLine } from "@atc/plugin-kit";
import { type DoctorFinding, doctor } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInspection, withCommon } from "../invocation/invocation.ts";
import { exitCodeOfCode, exitCodes } from "../process/exit-code.ts";
import type { Screen } from "../text/screen.ts";
import { wrapped } from "../text/text-table.ts";

/** The findings, each with its remedy on a line of its own, so that a command in it can be copied. */
function findingLines(findings: readonly DoctorFinding[], { width: columns }: Screen): readonly string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.flatMap(({ state, what, found, remedy }) => {
    const start = `${(state === "ok" ? "ok" : state.toUpperCase()).padEnd(5)}  ${what.padEnd(width)}  `;
    const indent = " ".repeat(start.length);
    return [
      ...wrapped(start + printableLine(found), "", columns ?? Number.POSITIVE_INFINITY, indent),
      ...(remedy === undefined ? [] : [indent + remedy]),
    ];
  });
}

export function addDoctor(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("doctor")
    .description("Check this machine and this project: Node, mapping, folders, disk, plugins, the configured choices");
  withConfigKeys(withCommon(command)).action(async () => {
    const run = await startInspection(command, io);
    const findings = await doctor(run.setup);
    if (run.json) run.printJson(findings);
    else run.print(...findingLines(findings, run.screen));
    const first = findings.find(({ state }) => state === "fault");
    exit(first === undefined ? exitCodes.ok : exitCodeOfCode(first.code ?? "ATC_IO"));
  });
}
