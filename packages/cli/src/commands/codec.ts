import type { JsonObject } from "@atc/contract";
import { AtcError, throwIfAborted } from "@atc/contract";
import type { Command } from "commander";
import { type CodecCandidate, codecCandidates, installedCodecs } from "../codecs/codec-candidates.ts";
import { type CodecInput, readCodecInput } from "../codecs/codec-input.ts";
import { type CodecFigures, type CodecUse, measureCodec, secondsPerGB, uncompressed } from "../codecs/codec-measure.ts";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { parseBytes } from "../invocation/reading-options.ts";
import { bytes, counted } from "../text/number-format.ts";
import { textTable } from "../text/text-table.ts";

/** The performance of a candidate, or why it failed. */
interface CodecResult extends Pick<CodecCandidate, "title" | "options" | "config"> {
  readonly codec: string;
  readonly figures?: CodecFigures;
  readonly secondsPerGB?: number;
  readonly problem?: string;
}

function numberOption(run: Invocation, name: string, flag: string, least: number): number {
  const value = Number(run.options[name]);
  if (!Number.isFinite(value) || value < least)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${flag} is "${String(run.options[name])}"; give a number from ${least}`,
      {
        details: { flag },
      },
    );
  return value;
}

async function tryCandidate(
  run: Invocation,
  candidate: CodecCandidate,
  input: CodecInput,
  budgetMs: number,
  use: CodecUse,
): Promise<CodecResult> {
  const { title, name, options, config } = candidate;
  const common = { title, codec: name, options, config };
  try {
    const codec = await run.runtime.host.find("codec", name, options);
    const figures = measureCodec(codec, input, budgetMs);
    if (figures === undefined) return { ...common, problem: "its decoded bytes differ" };
    return { ...common, figures, secondsPerGB: secondsPerGB(figures, use) };
  } catch (error) {
    return { ...common, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function tryAll(run: Invocation, input: CodecInput, use: CodecUse): Promise<readonly CodecResult[]> {
  const budgetMs = 1000 * numberOption(run, "seconds", "--seconds", 0);
  const candidates = await codecCandidates(run.runtime.host);
  const none = { title: "none", codec: "none", options: {}, config: { useCompression: false } };
  const results: CodecResult[] = [{ ...none, figures: uncompressed, secondsPerGB: secondsPerGB(uncompressed, use) }];
  for (const candidate of candidates) {
    throwIfAborted(run.io.signal);
    run.display.listener({
      phase: "measuring",
      done: (results.length - 1) * input.bytes.length,
      total: candidates.length * input.bytes.length,
      unit: "bytes",
    });
    results.push(await tryCandidate(run, candidate, input, budgetMs, use));
    // Yield to the event loop so that Ctrl-C is handled.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

/** The fastest candidate that a configuration can select. */
function recommend(results: readonly CodecResult[]): CodecResult & { readonly config: JsonObject } {
  const chosen = results
    .filter((one): one is CodecResult & { readonly config: JsonObject } => one.config !== undefined)
    .reduce((best, one) => ((one.secondsPerGB ?? Infinity) < (best.secondsPerGB ?? Infinity) ? one : best));
  return chosen;
}

function speed(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : "-";
}

/** With fewer bytes, the time that is measured depends on the load of the machine more than on the codec. */
const fewBytes = 1e6;

/** What limits the worth of a recommendation. */
function caveats({ bytes: measured }: CodecInput): readonly string[] {
  // Arrays of numbers have bytes of 0 and control bytes; text has neither.
  const isText = !measured.subarray(0, 4096).some((byte) => byte < 9 || (byte > 13 && byte < 32));
  return [
    ...(isText ? ["this is text, but the cache holds arrays of numbers: measure a column with --dataset NAME"] : []),
    ...(measured.length < fewBytes
      ? [`${bytes(measured.length)} is little, so another run may recommend another codec: measure 1 MB or more`]
      : []),
  ];
}

function printResults(run: Invocation, input: CodecInput, results: readonly CodecResult[], use: CodecUse): void {
  const best = recommend(results);
  run.print(`${input.source}: ${bytes(input.bytes.length)}, elements of ${counted(input.typesize, "byte")}`);
  run.printFitted(
    textTable(
      [
        { title: "codec", align: "left" },
        { title: "ratio", align: "right" },
        { title: "compress MB/s", align: "right" },
        { title: "decompress MB/s", align: "right" },
        { title: "s/GB", align: "right" },
        { title: "", align: "left" },
      ],
      results.map((one) => [
        one.title,
        one.figures?.ratio.toFixed(2) ?? "-",
        speed(one.figures?.compressMBs ?? Infinity),
        speed(one.figures?.decompressMBs ?? Infinity),
        one.secondsPerGB?.toFixed(1) ?? "-",
        one === best ? "recommended" : (one.problem ?? (one.config === undefined ? "in code only" : "")),
      ]),
      run.screen,
    ),
  );
  run.printLine(
    `s/GB: seconds to compress and store a gigabyte once and read it ${use.reads} times, on a disk of ${use.diskMBs} MB/s (--reads, --disk)`,
  );
  for (const caveat of caveats(input)) run.printLine(`note: ${caveat}`);
  run.print("", "For atc.yaml:", ...configLines(best.config).split("\n"));
}

function configLines(config: JsonObject): string {
  return Object.entries(config)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join("\n");
}

/** A result as JSON, without numbers that JSON cannot store. */
function jsonResult({ title, codec, options, config, figures, secondsPerGB: seconds, problem }: CodecResult): object {
  return {
    title,
    codec,
    options,
    config: config ?? null,
    ...(figures === undefined || codec === "none" ? {} : figures),
    ...(codec === "none" ? { ratio: 1 } : {}),
    ...(seconds === undefined ? {} : { secondsPerGB: seconds }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function addBench(codecCommand: Command, io: CommandLineIo): void {
  const command = codecCommand
    .command("bench [file]")
    .description("Measure every installed codec on your own data and recommend one")
    .option("--dataset <name>", "use a column of this dataset instead of a file")
    .option("--column <name>", "the column (default: close)")
    .option("--symbols <symbol>", "the symbol (default: the one with the most rows)")
    .option(
      "--dtype <dtype>",
      "type of the numbers of a raw file: float64, int64, float32, int32, uint32, int8 or uint8",
    )
    .option("--typesize <bytes>", "bytes per element of a raw file, if it has another type")
    .option("--max-bytes <bytes>", "use this much from the start", "4MB")
    .option("--seconds <seconds>", "time per codec and direction", "0.2")
    .option("--reads <times>", "reads per write", "3")
    .option("--disk <bytes>", "disk throughput per second", "200MB");
  withConfigKeys(withCommon(command), storageGroups).action(async (file: string | undefined) => {
    await using run = await startInvocation(command, io);
    const use = {
      reads: numberOption(run, "reads", "--reads", 0),
      diskMBs: parseBytes(String(run.options["disk"]), "--disk") / 1e6,
    };
    const most = parseBytes(String(run.options["maxBytes"]), "--max-bytes");
    const input = await readCodecInput(run, file, await installedCodecs(run.runtime.host), most);
    const results = await tryAll(run, input, use);
    if (!run.json) return printResults(run, input, results, use);
    const { source, typesize } = input;
    run.printJson({
      input: { source, bytes: input.bytes.length, typesize },
      use,
      results: results.map(jsonResult),
      recommended: jsonResult(recommend(results)),
    });
  });
}

export function addCodec(program: Command, io: CommandLineIo): void {
  addBench(program.command("codec").description("Measure the compression of the installed codecs"), io);
}
