import { runAtc } from "../../packages/cli/test/atc.ts";
import { type Ended, environment, node, run } from "./child-process.ts";
import { bin } from "./repository.ts";

/**
 * Runs an `atc` command to its end: in this process, since loading the command takes longer than most commands run; in
 * a process of its own if another Node is under test.
 */
export async function runCommand(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  if (node !== process.execPath) return await run(node, [bin, ...args], cwd, env);
  return await runAtc(cwd, args, { ...environment, ...env });
}
