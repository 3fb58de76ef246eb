import { AtcError } from "@atc/contract";
import { datasetNamed } from "@atc/runtime";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { type CommandLineIo, type Invocation, startInvocation, withCommon } from "../invocation/invocation.ts";
import { bytes, counted } from "../text/number-format.ts";

/** What Ctrl-C leaves of a push. */
const keptSegments = "what was sent stays in the bucket, and the same command sends the rest";

function urlOf(given: string | undefined, { io }: Invocation): string {
  const url = given ?? io.env["ATC_DATA_URL"];
  if (url !== undefined && url !== "") return url;
  throw new AtcError("ATC_INVALID_ARGUMENT", "the bucket is missing; give s3://bucket/prefix, or set ATC_DATA_URL", {
    details: { argument: "url" },
  });
}

/** Adds `atc data push`. */
export function addPush(data: Command, io: CommandLineIo): void {
  const command = data
    .command("push <dataset> [url]")
    .description("Send a dataset to the bucket of workers (default: ATC_DATA_URL); what is there is not sent again")
    .option("--dry-run", "only report what would be sent")
    .option("--force", "also send segments that are there, to repair damaged ones");
  withConfigKeys(withCommon(command), storageGroups).action(async (given: string, place: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { pushData } = await import("@atc/runtime/machines");
    const url = urlOf(place, run);
    const name = await datasetNamed(run.runtime.store, given);
    const isDry = run.options["dryRun"] === true;
    if (!isDry) io.onResumable?.(keptSegments);
    const { display } = run;
    const isRepeated = run.options["force"] === true;
    const pushed = await pushData(run.runtime, name, {
      url,
      isDry,
      isRepeated,
      signal: io.signal,
      onProgress: display.listener,
    });
    if (run.json) return run.printJson(isDry ? { ...pushed, isDry } : pushed);
    const { generation, segments, sentSegments, sentBytes, sentManifest } = pushed;
    const parts = `${counted(sentSegments, "segment")} of ${segments}, ${bytes(sentBytes)}`;
    const sent = sentManifest ? `${parts}, and the manifest` : parts;
    const whole = `generation ${generation} of ${name}`;
    if (isDry) run.print(`${whole}: would send ${sent}`);
    else if (sentSegments === 0 && !sentManifest) run.print(`${whole} is in ${url}: nothing was missing`);
    else run.print(`${whole} is in ${url}: sent ${sent}`);
  });
}
