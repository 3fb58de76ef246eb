import { AtcError, isAtcError } from "@atc/contract";
import { datasetNamed } from "@atc/runtime";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { accessOf, withAccess } from "../invocation/exchange-options.ts";
import { type CommandLineIo, type Invocation, startInvocation, withCommon } from "../invocation/invocation.ts";
import { exitCodeOf } from "../process/exit-code.ts";
import { faultText } from "../process/fault-text.ts";
import { fetchedJson, fetchedLines } from "../reports/fetch-lines.ts";
import { warmIfConfigured } from "./cache.ts";
import { keptPages } from "./data-fetch.ts";

/** The datasets to update. ATC_INVALID_ARGUMENT if neither names nor `--all` are given, or if both are. */
async function namesOf({ runtime, options }: Invocation, given: readonly string[]): Promise<readonly string[]> {
  const isAll = options["all"] === true;
  if (isAll === given.length > 0)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "give the names of datasets, or --all for every dataset that was fetched",
    );
  const { store } = runtime;
  const names: string[] = [];
  if (!isAll) {
    for (const name of given) names.push(await datasetNamed(store, name));
    return names;
  }
  const { recipeOf } = await import("@atc/runtime/market");
  for (const name of await store.list()) {
    const manifest = await store.find(name).catch(() => undefined);
    if (manifest !== undefined && recipeOf(manifest) !== undefined) names.push(name);
  }
  if (names.length === 0)
    throw new AtcError(
      "ATC_NOT_FOUND",
      "no dataset was fetched; make one with: atc data fetch NAME --exchange binance",
    );
  return names;
}

export function addUpdate(data: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = data
    .command("update [dataset...]")
    .description("Fetch the candles that datasets of exchanges lack")
    .option("--all", "every dataset that was fetched");
  withConfigKeys(withAccess(withCommon(command)), storageGroups).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const names = await namesOf(run, given);
    const { updateDataset } = await import("@atc/runtime/market");
    io.onResumable?.(keptPages);
    const results: Readonly<Record<string, unknown>>[] = [];
    for (const name of names) {
      try {
        const options = { ...accessOf(run.options), signal: io.signal, onProgress: run.display.listener };
        const result = await updateDataset(run.runtime, name, options);
        await warmIfConfigured(run, name);
        results.push(fetchedJson(name, result));
        for (const line of run.json ? [] : fetchedLines(name, result)) run.printLine(line);
      } catch (error) {
        // One dataset's fault leaves the others updated.
        if (!isAtcError(error) || error.code === "ATC_ABORTED" || names.length === 1) throw error;
        exit(exitCodeOf(error));
        results.push({ dataset: name, error: { code: error.code, message: error.message } });
        if (!run.json) run.printLine(`dataset ${name}: ${faultText(error, { json: false, env: io.env })}`);
      }
    }
    if (run.json) run.printJson(results);
  });
}
