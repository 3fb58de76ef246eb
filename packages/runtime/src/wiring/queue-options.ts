import { dirname, join, resolve } from "node:path";
import type { AtcConfig } from "@atc/config";
import { version } from "./version.ts";

/** How an executor whose tasks run in other processes finds them. */
export interface QueueOptions {
  /** URL of the Redis server, or the path of a file that holds it. Default: `ATC_REDIS`, or else `REDIS_URL`. */
  readonly redis?: string | undefined;
  /**
   * The directory that submitters and workers share, for inputs and results of tasks. Default: `ATC_SHARED`, or else
   * `tasks` beside the cache.
   */
  readonly shared?: string | undefined;
  /**
   * URL of the server of that directory, for a worker that does not reach it: that of `atc data serve`, without an
   * area. `shared` and `ATC_SHARED` replace it. Default: none.
   */
  readonly server?: string | undefined;
  /** What the server asks for. Default: none. */
  readonly token?: string | undefined;
  /** What the run is about, for lists of runs. Default: "". */
  readonly title?: string | undefined;
  /** Called with the id of each run before its first task, to keep what resumes it. */
  readonly onRun?: ((id: string) => void) | undefined;
}

/** What the place of a queue depends on. */
export interface QueuePlace {
  readonly config: Pick<AtcConfig, "cacheDir">;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the runtime offers to an executor that declares these options. */
export function queueOffer(
  { redis, shared, server: plane, token, title }: QueueOptions,
  { config, cwd, env }: QueuePlace,
): Readonly<Record<string, string>> {
  const server = redis ?? env["ATC_REDIS"] ?? env["REDIS_URL"];
  const directory = shared ?? env["ATC_SHARED"];
  return {
    ...(server === undefined || server === "" ? {} : { redis: server.includes("://") ? server : resolve(cwd, server) }),
    ...(plane === undefined || directory ? {} : { server: `${plane.replace(/\/+$/, "")}/tasks` }),
    ...(token === undefined ? {} : { token }),
    directory: directory ? resolve(cwd, directory) : join(dirname(config.cacheDir), "tasks"),
    release: version,
    ...(title === undefined ? {} : { title }),
  };
}
