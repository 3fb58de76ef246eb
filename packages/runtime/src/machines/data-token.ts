import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AtcError, fromSystemError } from "@atc/contract";

/** The places of the token of a data server. */
export interface TokenPlace {
  /** The path of a file that holds it. */
  readonly file: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The token from a file, or else from ATC_DATA_TOKEN; undefined if neither is given. Arguments are public. */
export async function dataToken({ file, env, cwd }: TokenPlace): Promise<string | undefined> {
  if (file === undefined) return env["ATC_DATA_TOKEN"] || undefined;
  const path = resolve(cwd, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fromSystemError(error, `cannot read the token in "${path}"`, "check --token-file");
  });
  const token = text.trim();
  if (token !== "") return token;
  throw new AtcError("ATC_INVALID_ARGUMENT", `the file of the token is empty: "${path}"; write the token into it`);
}
