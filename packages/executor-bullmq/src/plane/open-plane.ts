import { AtcError, type PluginHost } from "@atc/contract";
import { type DataPlane, dataPlane } from "./data-plane.ts";
import { sharedDirectory } from "./shared-directory.ts";

/** The place of inputs and results that are too large for Redis. */
export interface PlaneOptions {
  /** A directory that submitters and workers share. */
  readonly directory: string | undefined;
  /** The URL of the area of tasks of a server, which replaces the directory. */
  readonly server: string | undefined;
  /** What the server asks for. */
  readonly token: string | undefined;
}

/** A data plane and what it holds open. */
export interface OpenPlane extends AsyncDisposable {
  readonly plane: DataPlane | undefined;
}

/**
 * Opens the data plane that options name; none without a directory and a server.
 *
 * @throws ATC_MISSING_PLUGIN without the byte store `http`; ATC_INVALID_ARGUMENT for another URL
 */
export async function openPlane(
  { directory, server, token }: PlaneOptions,
  { find }: Pick<PluginHost, "find">,
): Promise<OpenPlane> {
  if (server === undefined) {
    const plane = directory === undefined ? undefined : dataPlane(sharedDirectory(directory));
    return { plane, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (!/^https?:\/\//.test(server))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "the option server of the executor bullmq is not a URL of http or https",
      {
        details: { option: "server" },
      },
    );
  const store = await find("byte-store", "http", { url: server, token: token ?? "" });
  const plane = dataPlane({
    place: server,
    needsPermit: true,
    get: (key) => store.get(key),
    set: (key, value) => store.set(key, value),
    delete: (key) => store.delete(key),
    list: (prefix) => store.list(prefix),
  });
  return { plane, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
