import { AtcError, type PluginHost } from "@atc/contract";
import { storeOfUrl } from "@atc/plugin-kit";
import { type DataPlane, dataPlane } from "./data-plane.ts";
import { sharedDirectory } from "./shared-directory.ts";

/** The place of inputs and results that are too large for Redis. */
export interface PlaneOptions {
  /** A directory that submitters and workers share. */
  readonly directory: string | undefined;
  /** The URL of the area of tasks of a server, or of a part of a bucket, which replaces the directory. */
  readonly server: string | undefined;
  /** What a server asks for. */
  readonly token: string | undefined;
  /** The environment variables, which have the credentials of a bucket. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
}

/** A data plane and what it holds open. */
export interface OpenPlane extends AsyncDisposable {
  readonly plane: DataPlane | undefined;
}

/**
 * Opens the data plane that options name; none without a directory and a server.
 *
 * @throws ATC_MISSING_PLUGIN without the byte store of the URL; ATC_INVALID_ARGUMENT for another URL, or without
 * credentials
 */
export async function openPlane(
  { directory, server, token, env }: PlaneOptions,
  { find }: Pick<PluginHost, "find">,
): Promise<OpenPlane> {
  if (server === undefined) {
    const plane = directory === undefined ? undefined : dataPlane(sharedDirectory(directory));
    return { plane, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const found = storeOfUrl(server);
  if (found === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "the option server of the executor bullmq is not a URL of http, https or s3",
      { details: { option: "server" } },
    );
  const isBucket = found.name === "s3";
  const store = await find("byte-store", found.name, {
    ...found.options,
    ...(isBucket ? { env } : { token: token ?? "" }),
  });
  const plane = dataPlane({
    place: server,
    // The credentials of a bucket permit the write.
    needsPermit: !isBucket,
    get: (key) => store.get(key),
    set: (key, value) => store.set(key, value),
    delete: (key) => store.delete(key),
    list: (prefix) => store.list(prefix),
  });
  return { plane, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
