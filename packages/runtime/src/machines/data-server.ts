import { fileArea, type ServedRequest, serveAreas, storeArea } from "@atc/cache-http";
import { issuedNames } from "@atc/plugin-kit";
import { openByteStore } from "../cache/configured-cache.ts";
import { queueOffer } from "../wiring/queue-options.ts";
import { openSetup, type SetupOptions } from "../wiring/setup.ts";
import { dataToken } from "./data-token.ts";

/** How the data of a machine is served. */
export interface DataServerOptions extends SetupOptions {
  /** The address of this machine to listen on. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** The port; 0 for a free one. Default: 7400. */
  readonly port?: number | undefined;
  /** The path of a file with the token. Default: the variable ATC_DATA_TOKEN, or else no token. */
  readonly tokenFile?: string | undefined;
  /** The folder of inputs and results of tasks. Default: that of submitters on this machine. */
  readonly shared?: string | undefined;
  /** Whether the cache is served too, as the area `cache`, for `cacheShared` of other machines. Default: false. */
  readonly cache?: boolean | undefined;
  /** Called for each request that was answered. */
  readonly onRequest?: ((request: ServedRequest) => void) | undefined;
}

/** What a server did so far. */
export interface DataServerCounts {
  /** Requests that were answered. */
  readonly requests: number;
  /** Requests that were refused or failed: any status from 400, except 404. */
  readonly refused: number;
  /** Bytes of values that were sent. */
  readonly sent: number;
  /** Bytes of values that were stored. */
  readonly stored: number;
}

/** A server of datasets, and of inputs and results of tasks. Disposal ends it. */
export interface DataServer extends AsyncDisposable {
  /** The URL that workers are given. */
  readonly url: string;
  /** The folder of the datasets. */
  readonly dataDir: string;
  /** The folder of inputs and results. */
  readonly tasksDir: string;
  /** Whether requests need a token. Without one, datasets are read only, by programs of this machine. */
  readonly hasToken: boolean;
  /** What it did so far. */
  counts(): DataServerCounts;
  /** Its open connections. */
  connections(): Promise<number>;
}

/** The port of `atc data serve`. */
const usualPort = 7400;

const datasetFile = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\/(?:manifest(?:-\d{1,15})?\.json|seg-\d+-\d+\.arrow)$/;
const taskFile = /^(?:input|result)\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/;

/** The key of a result for the name that a worker writes: the key and its permit. */
function issuedResult(folder: string): (name: string) => Promise<string | undefined> {
  const names = issuedNames(folder);
  return async (name) => {
    const [, key = "", permit = ""] = /^(result\/.*)\.([0-9a-f]{64})$/.exec(name) ?? [];
    return taskFile.test(key) && (await names.isIssued(key, permit)) ? key : undefined;
  };
}

/**
 * Serves the datasets of this machine, read-only, and the inputs and results of its submitters' tasks, for workers that
 * do not reach its folders. Results are accepted under names that a submitter issued.
 *
 * @throws what {@link openSetup} throws; ATC_INVALID_ARGUMENT for an address that other machines reach without a
 * token, or for a token that is too short; ATC_IO if the port is in use; ATC_NOT_FOUND without the file of the token;
 * what the store of the cache throws
 */
export async function openDataServer(options: DataServerOptions = {}): Promise<DataServer> {
  const { host, port = usualPort, shared, cache = false, env = process.env, onRequest } = options;
  const setup = await openSetup(options);
  const { dataDir } = setup.config;
  const tasksDir = String(queueOffer({ shared }, { ...setup, env })["directory"]);
  const token = await dataToken({ file: options.tokenFile, env, cwd: setup.cwd });
  const entries = cache ? await openByteStore(setup.config, setup.host) : undefined;
  const counts = { requests: 0, refused: 0, sent: 0, stored: 0 };
  const server = await serveAreas({
    areas: {
      data: fileArea({ directory: dataDir, isOpen: true, accepts: (key) => datasetFile.test(key) }),
      tasks: fileArea({ directory: tasksDir, accepts: (key) => taskFile.test(key), issued: issuedResult(tasksDir) }),
      ...(entries === undefined ? {} : { cache: storeArea(entries) }),
    },
    host,
    port,
    token,
    onRequest(request) {
      const { method, status, bytes } = request;
      counts.requests++;
      if (status >= 400 && status !== 404) counts.refused++;
      counts[method === "PUT" ? "stored" : "sent"] += bytes;
      onRequest?.(request);
    },
  }).catch(async (error: unknown) => {
    await entries?.[Symbol.asyncDispose]();
    throw error;
  });
  return {
    url: server.url,
    dataDir,
    tasksDir,
    hasToken: token !== undefined,
    counts: () => ({ ...counts }),
    connections: () => server.connections(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await entries?.[Symbol.asyncDispose]();
    },
  };
}
