import { once } from "node:events";
import { AtcError } from "@atc/contract";
import type { DataServer } from "@atc/runtime/machines";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { tokenFileOf, withToken } from "../invocation/data-place.ts";
import { type CommandLineIo, type Preparation, startPreparation, withCommon } from "../invocation/invocation.ts";
import { bytes, counted, integer } from "../text/number-format.ts";

/** Milliseconds between two health lines. */
const healthMs = 5_000;

async function health(server: DataServer): Promise<string> {
  const { requests, refused, sent, stored } = server.counts();
  const refusals = refused === 0 ? "" : `, ${integer(refused)} refused or failed`;
  const open = counted(await server.connections(), "connection");
  return `${open}, ${counted(requests, "request")}${refusals}, ${bytes(sent)} sent, ${bytes(stored)} stored`;
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (/^\d{1,5}$/.test(String(value)) && port <= 65_535) return port;
  throw new AtcError("ATC_INVALID_ARGUMENT", `--port is "${String(value)}"; give a whole number from 0 to 65535`, {
    details: { flag: "--port", value: String(value) },
  });
}

async function serve(run: Preparation): Promise<void> {
  const { openDataServer } = await import("@atc/runtime/machines");
  const { signal, stdout } = run.io;
  const { address, shared } = run.options;
  const port = portOf(run.options["port"]);
  await using server = await openDataServer({
    ...run.set,
    ...tokenFileOf(run.options),
    ...(typeof address === "string" ? { host: address } : {}),
    ...(port === undefined ? {} : { port }),
    ...(typeof shared === "string" ? { shared } : {}),
    cache: run.options["cache"] === true,
    onRequest(request) {
      if (run.json) stdout.write(`${JSON.stringify({ time: Date.now(), ...request })}\n`);
      else if (request.fault !== undefined) run.say(`${request.method} ${request.key} failed: ${request.fault}`);
    },
  });
  const { url, dataDir, tasksDir, hasToken } = server;
  if (run.json) stdout.write(`${JSON.stringify({ url, dataDir, tasksDir, hasToken })}\n`);
  else {
    run.print(`serves ${dataDir} at ${url}`);
    run.say(
      hasToken
        ? `tasks in ${tasksDir}; each request needs the token`
        : "without a token: only programs of this machine read it, and no results are accepted",
    );
  }
  const report = async (): Promise<void> => run.say(await health(server));
  const timer = setInterval(() => void report().catch(() => undefined), healthMs);
  try {
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    clearInterval(timer);
  }
  run.say(`stopping: ${await health(server)}`);
}

/** Adds `atc data serve`. */
export function addServe(data: Command, io: CommandLineIo): void {
  const command = data
    .command("serve")
    .description(
      "Give workers of other machines the datasets and the inputs of tasks over HTTP, until Ctrl-C or SIGTERM",
    )
    .option("--address <address>", "address to listen on; another than this machine's own needs a token", "127.0.0.1")
    .option("--port <number>", "port; 0 for a free one", "7400")
    .option(
      "--shared <directory>",
      "folder of inputs and results (default: ATC_SHARED, or else tasks beside the cache)",
    );
  command.option("--cache", "also the cache, at /cache, for cacheShared of other machines; needs a token");
  withToken(command);
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    await serve(startPreparation(command, io));
  });
}
