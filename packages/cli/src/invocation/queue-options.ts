import { type Command, Option } from "commander";
import { bucketOf, withBucket } from "./data-place.ts";

type Options = Readonly<Record<string, unknown>>;

const terms: readonly (readonly [flags: string, description: string])[] = [
  ["--redis <url>", "Redis server, or a file that holds its URL (default: ATC_REDIS, or else REDIS_URL)"],
  [
    "--shared <directory>",
    "directory that submitters and workers share (default: ATC_SHARED, or else tasks beside the cache)",
  ],
];

/**
 * Adds the options that name the queue of other machines.
 *
 * @param isListed - whether `--help` lists them. Commands that seldom use them have a long list without them
 */
export function withQueue(command: Command, isListed = true): Command {
  if (isListed) command.optionsGroup("Many machines:");
  for (const [flags, description] of terms) command.addOption(new Option(flags, description).hideHelp(!isListed));
  return command;
}

/** Adds the options of a command that submits to the queue, or that concerns submitted runs. */
export function withSubmission(command: Command, isListed = true): Command {
  return withBucket(withQueue(command, isListed), isListed);
}

/** Arguments without the address of a server, which may have a password. */
export function withoutServer(args: readonly string[]): readonly string[] {
  return args.filter((arg, i) => !/^--redis(=|$)/.test(arg) && args[i - 1] !== "--redis");
}

/** The queue that the options name, and the command line as the title of its run. */
export function queueOptions(
  { redis, shared }: Options,
  args: readonly string[] = [],
): { readonly redis?: string; readonly shared?: string; readonly title?: string } {
  return {
    ...(typeof redis === "string" ? { redis } : {}),
    ...(typeof shared === "string" ? { shared } : {}),
    ...(args.length === 0 ? {} : { title: ["atc", ...withoutServer(args)].join(" ") }),
  };
}

/** The queue and the bucket that the options of a submitter name. */
export function submissionOptions(
  options: Options,
  args: readonly string[] = [],
): ReturnType<typeof queueOptions> & ReturnType<typeof bucketOf> {
  return { ...queueOptions(options, args), ...bucketOf(options) };
}
