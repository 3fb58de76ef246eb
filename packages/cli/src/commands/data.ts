import { AtcError } from "@atc/contract";
import { datasetHistory, datasetLeftovers, datasetNamed, describeDataset, findDataset } from "@atc/runtime";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { bytes, counted, integer } from "../text/number-format.ts";
import { textTable } from "../text/text-table.ts";
import { addAppend } from "./data-append.ts";
import { addExport } from "./data-export.ts";
import { addFetch } from "./data-fetch.ts";
import { addInfo } from "./data-info.ts";
import { addPruneData } from "./data-prune.ts";
import { addPush } from "./data-push.ts";
import { addResample } from "./data-resample.ts";
import { addServe } from "./data-serve.ts";
import { addSources } from "./data-sources.ts";
import { addUpdate } from "./data-update.ts";

function addList(data: Command, io: CommandLineIo): void {
  const command = data.command("list").description("List the datasets");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const { store, config } = run.runtime;
    const rows = [];
    for (const name of await store.list()) rows.push(await describeDataset(store, name));
    if (run.json) return run.printJson(rows);
    if (rows.length === 0)
      return run.print(`no dataset in ${config.dataDir}; make one with: atc ingest FILE.csv, or: atc data fetch NAME`);
    run.print(`${config.dataDir}: ${counted(rows.length, "dataset")}`);
    run.printFitted(
      textTable(
        [
          { title: "dataset", align: "left", isWhole: true },
          { title: "kind", align: "left", fold: 2 },
          { title: "rows", align: "right" },
          { title: "symbols", align: "right", fold: 3 },
          { title: "size", align: "right", fold: 1 },
          { title: "from", align: "left" },
          { title: "to", align: "left" },
          { title: "source", align: "left", fold: 4 },
        ],
        rows.map((row) => [
          row.name,
          row.kind ?? "damaged",
          integer(row.rows),
          integer(row.symbols),
          row.bytes === undefined ? "-" : bytes(row.bytes),
          row.start?.slice(0, 10) ?? "-",
          row.end?.slice(0, 10) ?? "-",
          row.source ?? row.problem ?? "-",
        ]),
        run.screen,
      ),
    );
    for (const { dataset, files, bytes: size } of await datasetLeftovers(config))
      run.runtime.warn(
        `${counted(files, "file")} (${bytes(size)}) of "${dataset}" are no longer needed, but a program has them open; the next command after it ends removes them`,
      );
    run.say("", "atc data info NAME describes a dataset, and atc data rm NAME deletes it");
  });
}

function addRemove(data: Command, io: CommandLineIo): void {
  const command = data
    .command("rm <dataset...>")
    .description("Delete datasets; the files that they were read from stay")
    .option("--drop-appended", "also datasets that rows were appended to");
  withConfigKeys(withCommon(command), storageGroups).action(async (names: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const { store } = run.runtime;
    for (const name of names) {
      const last = datasetHistory(await findDataset(store, name)).at(-1);
      if (last === undefined || run.options["dropAppended"] === true) continue;
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the dataset "${name}" also holds rows that were appended from "${last.source}"; delete it with --drop-appended`,
        { details: { dataset: name } },
      );
    }
    for (const name of names) await store.delete(name, { signal: io.signal });
    if (run.json) return run.printJson({ deleted: names });
    run.print(`deleted ${names.join(", ")}`);
  });
}

/** An operation that the store does not have. */
function unsupported(what: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `this store cannot ${what} datasets`);
}

function addVerify(data: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = data
    .command("verify <dataset...>")
    .description("Read every byte of datasets and check checksums, metadata, symbols and the order of times");
  withConfigKeys(withCommon(command), storageGroups).action(async (names: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const reports = [];
    for (const given of names) {
      const name = await datasetNamed(run.runtime.store, given);
      const report = await run.runtime.store.verify?.(name, run.data);
      if (report === undefined) throw unsupported("verify");
      reports.push(report);
    }
    if (run.json) run.printJson(reports);
    for (const { name, segments, bytes: size, faults } of run.json ? [] : reports) {
      run.print(
        `${name}: ${counted(segments, "segment")}, ${bytes(size)}, ${faults.length === 0 ? "sound" : counted(faults.length, "fault")}`,
      );
      for (const { message } of faults) run.print(`  ${message}`);
    }
    exit(reports.some(({ faults }) => faults.length > 0) ? exitCodes.data : exitCodes.ok);
  });
}

function addCompact(data: Command, io: CommandLineIo): void {
  const command = data
    .command("compact <dataset>")
    .description("Rewrite a dataset that grew by appends as if it were written at once");
  withConfigKeys(withCommon(command), storageGroups).action(async (given: string) => {
    await using run = await startInvocation(command, io);
    const { store } = run.runtime;
    const name = await datasetNamed(store, given);
    if (store.compact === undefined) throw unsupported("compact");
    const before = await findDataset(store, name);
    await using lock = await store.lock(name);
    const after = await store.compact(lock, run.data);
    if (run.json)
      return run.printJson({
        dataset: name,
        generation: after.generation,
        bytesBefore: before.bytes,
        bytes: after.bytes,
      });
    const state =
      after.generation === before.generation ? "is already compact" : `was rewritten as generation ${after.generation}`;
    run.print(`${name} ${state}: ${bytes(before.bytes)} before, ${bytes(after.bytes)} now`);
  });
}

export function addData(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const data = program
    .command("data")
    .description("Fetch, list, describe, extend, resample, export, serve, push, check and delete datasets");
  addList(data, io);
  addInfo(data, io);
  addRemove(data, io);
  addPruneData(data, io);
  addVerify(data, io, exit);
  addCompact(data, io);
  addFetch(data, io);
  addUpdate(data, io, exit);
  addAppend(data, io);
  addResample(data, io);
  addExport(data, io);
  addSources(data, io);
  addServe(data, io);
  addPush(data, io);
}
