import type { Command } from "commander";
import type { Preparation } from "./invocation.ts";

type Options = Readonly<Record<string, unknown>>;

/** Adds the option of the token of a data server. The list of processes shows arguments, so it names a file. */
export function withToken(command: Command): Command {
  return command.option("--token-file <file>", "file with the token of the data server (default: ATC_DATA_TOKEN)");
}

/** The file that the options name. */
export function tokenFileOf({ tokenFile }: Options): { readonly tokenFile?: string } {
  return typeof tokenFile === "string" ? { tokenFile } : {};
}

/** The place from which a worker gets datasets, if the options or the environment name a server. */
export function dataPlace({
  options,
  io,
}: Pick<Preparation, "options" | "io">):
  | { readonly url: string; readonly directory?: string; readonly size?: string }
  | undefined {
  const { data, copies, copiesSize } = options;
  const url = typeof data === "string" ? data : io.env["ATC_DATA_URL"];
  if (url === undefined || url === "") return undefined;
  return {
    url,
    ...(typeof copies === "string" ? { directory: copies } : {}),
    ...(typeof copiesSize === "string" ? { size: copiesSize } : {}),
  };
}
