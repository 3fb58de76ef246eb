import { AtcError } from "@atc/contract";
import { printableLine } from "@atc/plugin-kit";
import { datasetNamed } from "@atc/runtime";
import type { DirectionEvent, WatchStep } from "@atc/runtime/market";
import type { Command } from "commander";
import { withConfigKeys, withStrategy } from "../invocation/config-options.ts";
import { accessOf, withAccess } from "../invocation/exchange-options.ts";
import { type CommandLineIo, type Invocation, startInvocation, withCommon } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { faultText } from "../process/fault-text.ts";
import { counted } from "../text/number-format.ts";

const words = new Map([
  [1, "long"],
  [-1, "short"],
]);

function wordOf(direction: number): string {
  return words.get(direction) ?? "flat";
}

/** What a step brought, for programs: one line per event. */
function printLines({ io }: Invocation, dataset: string, events: readonly DirectionEvent[]): void {
  for (const event of events)
    io.stdout.write(`${JSON.stringify({ dataset, ...event, time: new Date(event.time).toISOString() })}\n`);
}

/** An event, for people. */
function eventLine({ symbol, time, direction, previous, averageSignal, strength, close }: DirectionEvent): string {
  const facts = [
    ...(averageSignal === undefined ? [] : [`signal ${averageSignal.toFixed(3)}`]),
    ...(strength === undefined ? [] : [`strength ${strength.toFixed(3)}`]),
    ...(close === undefined ? [] : [`close ${close}`]),
  ];
  const at = new Date(time).toISOString().slice(0, 16);
  return `${at}Z ${symbol}: ${[`${wordOf(previous)} -> ${wordOf(direction)}`, ...facts].join(", ")}`;
}

/** What went wrong in a step: on standard error, as JSON if the events are. */
function printErrors({ io, json, display }: Invocation, { failures, error, fetched }: WatchStep): void {
  display.stop();
  const failed = [...failures, ...(fetched?.symbols ?? [])].flatMap(({ symbol, error: fault }) =>
    fault === undefined ? [] : [new AtcError(fault.code, `${symbol}: ${fault.message}`, { details: { symbol } })],
  );
  for (const one of error === undefined ? failed : [error, ...failed])
    io.stderr.write(`${printableLine(faultText(one, { json, env: io.env }))}\n`);
}

/** Prints a step. `said` has the notes that were printed before: an update repeats those that stay true. */
function printStep(run: Invocation, dataset: string, step: WatchStep, said: Set<string>): void {
  const { events, directions, error, notes, fetched } = step;
  printErrors(run, step);
  if (run.json) {
    printLines(run, dataset, events);
    return;
  }
  const all = [...notes, ...(fetched?.notes ?? [])];
  run.say(...all.filter((note) => !said.has(note)));
  for (const note of all) said.add(note);
  for (const event of events) run.print(eventLine(event));
  if (error !== undefined) return;
  const of = (wanted: number): number => [...directions.values()].filter((one) => one === wanted).length;
  const at = fetched === undefined ? "" : `${new Date(fetched.until).toISOString().slice(0, 16)}Z `;
  run.say(`${at}${counted(directions.size, "symbol")}: ${of(1)} long, ${of(-1)} short, ${of(0)} flat`);
}

/** Whether every symbol of a step failed. */
function hasNothing({ fetched, failures }: WatchStep): boolean {
  return fetched !== undefined && failures.length >= fetched.manifest.series.length;
}

export function addWatch(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("watch <dataset>")
    .description("Update a fetched dataset at every close of a bar, and print the symbols whose direction changed")
    .option("--once", "end after one update, as for cron")
    .option("--threads <count>", "threads of a strategy (default: one per core, fewer in a small container)");
  withConfigKeys(withAccess(withStrategy(withCommon(command))), ["signals", "strategy", "storage"]).action(
    async (given: string) => {
      await using run = await startInvocation(command, io);
      const name = await datasetNamed(run.runtime.store, given);
      const { watchDataset } = await import("@atc/runtime/market");
      io.onResumable?.("the state is kept, and the same command continues from it");
      const once = run.options["once"] === true;
      const options = { ...accessOf(run.options), once, signal: io.signal, onProgress: run.display.listener };
      const said = new Set<string>();
      for await (const step of watchDataset(run.runtime, name, options)) {
        printStep(run, name, step, said);
        if (once && hasNothing(step)) exit(exitCodes.data);
      }
    },
  );
}
