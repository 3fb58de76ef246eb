import type { CacheEntry } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withConfigKeys } from "../invocation/invocation.ts";
import { parseBytes, parseDays } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { bytes, integer } from "../text/number-format.ts";
import { textTable } from "../text/text-table.ts";

/** Bytes of an entry's arrays in memory. */
function rawBytes({ metadata }: CacheEntry): number | undefined {
  return metadata?.arrays.reduce((sum, { length }) => sum + length * metadata.itemsize, 0);
}

/** Totals of the entries of one kind and compression. */
interface KindSums {
  readonly kind: string;
  readonly compression: string;
  entries: number;
  bytes: number;
  rawBytes: number;
}

async function sumsByKind(entries: AsyncIterable<CacheEntry>): Promise<readonly KindSums[]> {
  const sums = new Map<string, KindSums>();
  for await (const entry of entries) {
    const kind = entry.metadata?.key.kind ?? `(${entry.state})`;
    const compression = entry.extension === "" ? "none" : entry.extension.slice(1);
    const id = `${kind} ${compression}`;
    const sum = sums.get(id) ?? { kind, compression, entries: 0, bytes: 0, rawBytes: 0 };
    sum.entries++;
    sum.bytes += entry.size;
    sum.rawBytes += rawBytes(entry) ?? entry.size;
    sums.set(id, sum);
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes);
}

function addStats(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("stats")
    .description("Show the size of the cache and its compression by kind of entry");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const cache = await run.runtime.cache();
    const { storedEntries, storedBytes, quarantinedEntries, quarantinedBytes } = await cache.stats();
    const kinds = await sumsByKind(cache.entries());
    const directory = run.runtime.config.cacheDir;
    if (run.json)
      return run.printJson({
        directory,
        entries: storedEntries,
        bytes: storedBytes,
        quarantinedEntries,
        quarantinedBytes,
        kinds,
      });
    run.print(
      `${directory}: ${integer(storedEntries)} files, ${bytes(storedBytes)}${quarantinedEntries > 0 ? `; ${integer(quarantinedEntries)} damaged files set aside, ${bytes(quarantinedBytes)}` : ""}`,
    );
    if (kinds.length === 0) return;
    run.print(
      textTable(
        [
          { title: "kind", align: "left" },
          { title: "compression", align: "left" },
          { title: "files", align: "right" },
          { title: "on disk", align: "right" },
          { title: "arrays", align: "right" },
          { title: "ratio", align: "right" },
        ],
        kinds.map((one) => [
          one.kind,
          one.compression,
          integer(one.entries),
          bytes(one.bytes),
          bytes(one.rawBytes),
          (one.rawBytes / one.bytes).toFixed(2),
        ]),
      ),
    );
  });
}

function addList(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("list")
    .description("List the entries, least recently used first")
    .option("--kind <kind>", "only entries of this kind");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const cache = await run.runtime.cache();
    const entries: CacheEntry[] = [];
    for await (const entry of cache.entries())
      if (run.options["kind"] === undefined || entry.metadata?.key.kind === run.options["kind"]) entries.push(entry);
    if (run.json) return run.printJson(entries);
    if (entries.length === 0) return run.print("no such entry in the cache");
    run.print(
      textTable(
        [
          { title: "entry", align: "left" },
          { title: "kind", align: "left" },
          { title: "algorithm", align: "left" },
          { title: "size", align: "right" },
          { title: "used", align: "left" },
          { title: "state", align: "left" },
        ],
        entries.map(({ storeKey, size, accessedAt, state, metadata }) => [
          storeKey.replace(/^v1\/..\/(.{12}).*?(\.\d)?(\.npz.*)$/, "$1$2$3"),
          metadata?.key.kind ?? "-",
          metadata === undefined ? "-" : `${metadata.key.algorithm} ${metadata.key.version}`,
          bytes(size),
          new Date(accessedAt).toISOString().slice(0, 19),
          state,
        ]),
      ),
    );
  });
}

function addVerify(cacheCommand: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = cacheCommand
    .command("verify")
    .description("Read and check every entry; damaged ones are set aside and computed again when needed");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const report = await (await run.runtime.cache()).verify();
    if (run.json) run.printJson(report);
    else {
      run.print(
        `${integer(report.checked)} files, ${bytes(report.bytes)}: ${integer(report.damaged.length)} damaged, ${integer(report.incomplete.length)} incomplete, ${integer(report.unreadable.length)} unreadable without their codec, ${integer(report.newer.length)} of a newer format`,
      );
      for (const key of report.damaged) run.print(`  set aside: ${key}`);
    }
    exit(report.damaged.length > 0 ? exitCodes.data : exitCodes.ok);
  });
}

function addPrune(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("prune")
    .description("Remove entries by total size, age or kind, and all files that were set aside")
    .option("--max-bytes <bytes>", "remove least recently used entries until this much is left, such as 500MB")
    .option("--older-than <days>", "remove entries that were not used for this many days")
    .option("--kind <kind>", "only entries of this kind");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const { maxBytes, olderThan, kind } = run.options;
    const report = await (await run.runtime.cache()).prune({
      ...(typeof maxBytes === "string" ? { maxBytes: parseBytes(maxBytes, "--max-bytes") } : {}),
      ...(typeof olderThan === "string" ? { olderThanMs: parseDays(olderThan, "--older-than") } : {}),
      ...(typeof kind === "string" ? { kind } : {}),
    });
    if (run.json) return run.printJson(report);
    run.print(
      `removed ${integer(report.removedEntries)} files, ${bytes(report.removedBytes)}; ${integer(report.keptEntries)} files, ${bytes(report.keptBytes)}, are left`,
    );
  });
}

function addClear(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand.command("clear").description("Remove every entry; they are computed again when needed");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const report = await (await run.runtime.cache()).clear();
    if (run.json) return run.printJson(report);
    run.print(`removed ${integer(report.removedEntries)} files, ${bytes(report.removedBytes)}`);
  });
}

export function addCache(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program.command("cache").description("Show, check and remove cached results");
  addStats(command, io);
  addList(command, io);
  addVerify(command, io, exit);
  addPrune(command, io);
  addClear(command, io);
}
