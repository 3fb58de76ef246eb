import { AtcError } from "@atc/contract";
import { storeOfUrl } from "@atc/plugin-kit";
import { type Command, Option } from "commander";

type Options = Readonly<Record<string, unknown>>;

/** Adds the option of the token of a data server. The list of processes shows arguments, so it names a file. */
export function withToken(command: Command): Command {
  return command.option("--token-file <file>", "file with the token of the data server (default: ATC_DATA_TOKEN)");
}

/**
 * Adds the option of the bucket of submitters and workers.
 *
 * @param isListed - whether `--help` lists it
 */
export function withBucket(command: Command, isListed = true): Command {
  const text = "bucket of datasets, inputs and results: s3://bucket/prefix (default: ATC_DATA_URL, if it names one)";
  return command.addOption(new Option("--data <url>", text).hideHelp(!isListed));
}

/** The bucket that the options name. ATC_INVALID_ARGUMENT for another URL. */
export function bucketOf({ data }: Options): { readonly server?: string } {
  if (typeof data !== "string") return {};
  if (storeOfUrl(data)?.name === "s3") return { server: data };
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    "--data of a submitter names a bucket, such as s3://bucket/prefix; without one, run atc data serve beside the submitter",
    { details: { flag: "--data" } },
  );
}

/** The file that the options name. */
export function tokenFileOf({ tokenFile }: Options): { readonly tokenFile?: string } {
  return typeof tokenFile === "string" ? { tokenFile } : {};
}

/** The place from which a worker gets datasets, if the options or the environment name a server or a bucket. */
export function dataPlace({
  options,
  io,
}: {
  readonly options: Options;
  readonly io: { readonly env: Readonly<Record<string, string | undefined>> };
}): { readonly url: string; readonly directory?: string; readonly size?: string } | undefined {
  const { data, copies, copiesSize } = options;
  const url = typeof data === "string" ? data : io.env["ATC_DATA_URL"];
  if (url === undefined || url === "") return undefined;
  return {
    url,
    ...(typeof copies === "string" ? { directory: copies } : {}),
    ...(typeof copiesSize === "string" ? { size: copiesSize } : {}),
  };
}
