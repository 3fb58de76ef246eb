import { isAtcError, type JsonObject, type JsonValue } from "@atc/contract";
import type { CacheEntry, CacheStats, KeyDifference, ResultsExplanation, WarmedData } from "@atc/runtime";
import { explainResults, warmCache } from "@atc/runtime";
import type { Command } from "commander";
import { parseAge } from "../invocation/age.ts";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { parseBytes, symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { bytes, counted, duration, integer, share } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
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

/** The sizes of the entries by kind and compression. */
function sizesTable(kinds: readonly KindSums[], screen: Screen): string {
  return textTable(
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
      // A report is text, without arrays to compare with.
      one.rawBytes === 0 ? "-" : (one.rawBytes / one.bytes).toFixed(2),
    ]),
    screen,
  );
}

/** The use of a kind with its bytes on the disk. */
interface KindUse {
  readonly kind: string;
  readonly hits: number;
  readonly misses: number;
  readonly savedMs: number;
  readonly bytes: number;
}

function usesByKind({ kinds: used }: CacheStats["usage"], sums: readonly KindSums[]): readonly KindUse[] {
  const kinds = new Set([...used, ...sums].map(({ kind }) => kind).filter((kind) => !kind.startsWith("(")));
  return [...kinds]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((kind) => {
      const own = used.find((one) => one.kind === kind);
      const { memoryHits = 0, diskHits = 0, remoteHits = 0, misses = 0, savedMs = 0 } = own ?? {};
      return {
        kind,
        hits: memoryHits + diskHits + remoteHits,
        misses,
        savedMs,
        bytes: sums.reduce((sum, one) => sum + (one.kind === kind ? one.bytes : 0), 0),
      };
    });
}

/** Sums over all kinds. */
function allUses(uses: readonly KindUse[]): KindUse {
  const sum = (of: (one: KindUse) => number): number => uses.reduce((total, one) => total + of(one), 0);
  return {
    kind: "all",
    hits: sum(({ hits }) => hits),
    misses: sum(({ misses }) => misses),
    savedMs: sum(({ savedMs }) => savedMs),
    bytes: sum((one) => one.bytes),
  };
}

function usesTable(uses: readonly KindUse[], screen: Screen): string {
  const rows = uses.length > 1 ? [...uses, allUses(uses)] : uses;
  return textTable(
    [
      { title: "kind", align: "left" },
      { title: "hits", align: "right" },
      { title: "misses", align: "right" },
      { title: "hit rate", align: "right" },
      { title: "time saved", align: "right" },
      { title: "on disk", align: "right" },
    ],
    rows.map(({ kind, hits, misses, savedMs, bytes: size }) => [
      kind,
      integer(hits),
      integer(misses),
      hits + misses === 0 ? "-" : share(hits / (hits + misses)),
      duration(Math.round(savedMs)),
      bytes(size),
    ]),
    screen,
  );
}

/** The bounds of the cache, for people. */
function boundsText({ cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds }: Invocation["runtime"]["config"]): string {
  const age = cacheMaxAgeSeconds === undefined ? "" : `; at most ${duration(1000 * cacheMaxAgeSeconds)} without use`;
  return `at most ${bytes(cacheMaxBytes)} in ${integer(cacheMaxEntries)} files${age}`;
}

function addStats(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("stats")
    .description("Show the size, the bounds and the use of the cache by kind of entry");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const cache = await run.runtime.cache();
    const { storedEntries, storedBytes, quarantinedEntries, quarantinedBytes, usage } = await cache.stats();
    const kinds = await sumsByKind(cache.entries());
    const uses = usesByKind(usage, kinds);
    const { config } = run.runtime;
    const { cacheDir: directory, cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds } = config;
    if (run.json)
      return run.printJson({
        directory,
        entries: storedEntries,
        bytes: storedBytes,
        maxBytes: cacheMaxBytes,
        maxEntries: cacheMaxEntries,
        maxAgeSeconds: cacheMaxAgeSeconds ?? null,
        quarantinedEntries,
        quarantinedBytes,
        kinds,
        usage: { since: usage.since ?? null, ...allUses(uses), kinds: usage.kinds },
      });
    run.print(
      `${directory}: ${counted(storedEntries, "file")}, ${bytes(storedBytes)} (${boundsText(config)})${quarantinedEntries > 0 ? `; ${counted(quarantinedEntries, "damaged file")} set aside, ${bytes(quarantinedBytes)}` : ""}`,
    );
    if (kinds.length > 0) run.printFitted(sizesTable(kinds, run.screen));
    if (usage.since !== undefined) {
      run.print("", `lookups of all processes since ${new Date(usage.since).toISOString().slice(0, 16)}Z:`);
      run.printFitted(usesTable(uses, run.screen));
    }
    run.say(
      "",
      "atc cache clear removes all of it, and atc cache prune a part; cacheMaxBytes, cacheMaxEntries and cacheMaxAgeSeconds are its bounds",
    );
  });
}

function warmedLine({ data, symbols, cachedSymbols, skipped, computedSignals, ms }: WarmedData): string {
  const parts = [
    `${counted(symbols, "symbol")}, ${integer(cachedSymbols)} of them cached before`,
    ...(computedSignals > 0 ? [`signals of ${integer(computedSignals)} computed`] : []),
    ...(skipped > 0 ? [`${integer(skipped)} skipped; atc backtest ${data} says why`] : []),
    duration(Math.round(ms)),
  ];
  return `${data}: ${parts.join("; ")}`;
}

/** With `warmCache`, computes and caches the backtest of a dataset that was just written. A failure is a warning. */
export async function warmIfConfigured(run: Invocation, dataset: string): Promise<void> {
  const { runtime, data } = run;
  if (!runtime.config.warmCache) return;
  try {
    const { signal, onProgress } = data;
    const warmed = await warmCache(runtime, dataset, { signal, onProgress });
    if (warmed !== undefined) run.say(`warmCache: ${warmedLine(warmed)}`);
  } catch (error) {
    if (!isAtcError(error) || error.code === "ATC_ABORTED") throw error;
    runtime.warn(`the results of dataset "${dataset}" are not cached yet: ${error.message}`);
  }
}

function addWarm(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("warm [data...]")
    .description("Compute and cache the backtest of files or datasets (default: of all datasets)")
    .option(
      "--with-signals",
      "also compute the signals of every symbol: about 150 bytes per bar, against 17 for a backtest",
    );
  withConfigKeys(withCommon(command)).action(async (data: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const { runtime } = run;
    const warmed: WarmedData[] = [];
    const signals = run.options["withSignals"] === true;
    for (const name of data.length > 0 ? data : await runtime.store.list())
      try {
        const one = await warmCache(runtime, name, { ...run.data, signals });
        if (one === undefined) break;
        warmed.push(one);
        if (!run.json) run.print(warmedLine(one));
      } catch (error) {
        // One dataset that cannot be computed does not keep the others from it; one that was named is an error.
        if (data.length > 0 || !isAtcError(error) || error.code === "ATC_ABORTED") throw error;
        runtime.warn(`the dataset "${name}" is left out: ${error.message}`);
      }
    if (run.json) return run.printJson(warmed);
    if (warmed.length === 0) run.print("nothing was cached");
  });
}

/** Members of keys whose values are long or mean nothing to people. */
const keyWords: Readonly<Record<string, string>> = {
  input: "the rows of the data are others",
  "parameters.symbols": "the symbols are others",
};

/** A difference between the asked and the stored key, for people. */
function differenceText({ field, asked, stored }: KeyDifference): string {
  const words = keyWords[field];
  if (words !== undefined) return words;
  const shown = (value: JsonValue | undefined): string => {
    if (value === undefined || value === null) return "none";
    if (!field.startsWith("parameters.period")) return JSON.stringify(value);
    if (typeof value === "number") return new Date(value).toISOString();
    const { from = null, to = null } = value as JsonObject;
    return `from ${shown(from)} to ${shown(to)}`;
  };
  const name = field.replace(/^parameters\./, "");
  const what = name === "resultVersion" || name === "version" ? `the way of computing (${name})` : name;
  return `${what} was ${shown(stored)} and is ${shown(asked)}`;
}

function explanationLines({ dataset, storedAt, nearestStoredAt, differences }: ResultsExplanation): readonly string[] {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const others = nearestStoredAt === undefined ? undefined : `the nearest others, of ${at(nearestStoredAt)}, differ:`;
  const state =
    storedAt === undefined
      ? `the next backtest computes its results, because ${others ?? "none are stored: it is the first, or they were removed"}`
      : `the results are stored since ${at(storedAt)}; ${others ?? "no others are stored"}`;
  return [`${dataset}: ${state}`, ...differences.map((one) => `  ${differenceText(one)}`)];
}

function addExplain(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("explain <data>")
    .description("Say why a backtest of a file or a dataset was computed, or will be: what differs from stored results")
    .option("--symbols <list>", "the symbols of the backtest (default: all)");
  withPeriod(command, "start of the time of the backtest");
  withConfigKeys(withReading(withCommon(command))).action(async (data: string) => {
    await using run = await startInvocation(command, io);
    const symbols = symbolList(run.options);
    const period = periodOf(run.options);
    const explanation = await explainResults(run.runtime, data, {
      ...run.data,
      ...(symbols === undefined ? {} : { symbols }),
      ...(period === undefined ? {} : { period }),
    });
    if (run.json) return run.printJson(explanation ?? null);
    if (explanation === undefined) return run.print("the cache is not used");
    for (const line of explanationLines(explanation)) run.printLine(line);
  });
}

function addList(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand
    .command("list")
    .description("List the entries, least recently used first")
    .option("--kind <kind>", "only entries of this kind");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const cache = await run.runtime.cache();
    const entries: CacheEntry[] = [];
    for await (const entry of cache.entries())
      if (run.options["kind"] === undefined || entry.metadata?.key.kind === run.options["kind"]) entries.push(entry);
    if (run.json) return run.printJson(entries);
    if (entries.length === 0)
      return run.print(
        run.options["kind"] === undefined
          ? "the cache is empty"
          : `the cache has no entry of kind "${run.options["kind"]}"`,
      );
    run.printFitted(
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
        run.screen,
      ),
    );
  });
}

function addVerify(cacheCommand: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = cacheCommand
    .command("verify")
    .description("Read and check every entry; damaged ones are set aside and computed again when needed");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const report = await (await run.runtime.cache()).verify();
    if (run.json) run.printJson(report);
    else {
      run.print(
        `${counted(report.checked, "file")}, ${bytes(report.bytes)}: ${integer(report.damaged.length)} damaged, ${integer(report.incomplete.length)} incomplete, ${integer(report.unreadable.length)} unreadable without their codec, ${integer(report.newer.length)} of a newer format`,
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
    .option("--older-than <age>", "remove entries that were not used for longer, such as 30d or 12h")
    .option("--kind <kind>", "only entries of this kind");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const { maxBytes, olderThan, kind } = run.options;
    const report = await (await run.runtime.cache()).prune({
      ...(typeof maxBytes === "string" ? { maxBytes: parseBytes(maxBytes, "--max-bytes") } : {}),
      ...(typeof olderThan === "string" ? { olderThanMs: parseAge(olderThan, "--older-than") } : {}),
      ...(typeof kind === "string" ? { kind } : {}),
    });
    if (run.json) return run.printJson(report);
    run.print(
      `removed ${counted(report.removedEntries, "file")}, ${bytes(report.removedBytes)}; ${counted(report.keptEntries, "file")}, ${bytes(report.keptBytes)}, left`,
    );
  });
}

function addClear(cacheCommand: Command, io: CommandLineIo): void {
  const command = cacheCommand.command("clear").description("Remove every entry; they are computed again when needed");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await using run = await startInvocation(command, io);
    const report = await (await run.runtime.cache()).clear();
    if (run.json) return run.printJson(report);
    run.print(`removed ${counted(report.removedEntries, "file")}, ${bytes(report.removedBytes)}`);
  });
}

export function addCache(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program.command("cache").description("Show, warm, check and remove cached results");
  addStats(command, io);
  addWarm(command, io);
  addExplain(command, io);
  addList(command, io);
  addVerify(command, io, exit);
  addPrune(command, io);
  addClear(command, io);
}
