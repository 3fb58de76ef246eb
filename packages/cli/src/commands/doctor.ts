import { doctor } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withConfigKeys } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { textTable } from "../text/text-table.ts";

export function addDoctor(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("doctor")
    .description("Check this machine and this project: Node, mapping, folders, disk, plugins");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const findings = await doctor(run.runtime);
    if (run.json) run.printJson(findings);
    else {
      run.print(
        textTable(
          [
            { title: "", align: "left" },
            { title: "what", align: "left" },
            { title: "found", align: "left" },
          ],
          findings.map(({ state, what, found, remedy }) => [
            state === "ok" ? "ok" : state.toUpperCase(),
            what,
            remedy === undefined ? found : `${found}; ${remedy}`,
          ]),
        ),
      );
    }
    exit(findings.some(({ state }) => state === "fault") ? exitCodes.disk : exitCodes.ok);
  });
}
