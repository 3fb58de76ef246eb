import { dirname, join, resolve } from "node:path";
import type { AtcConfig } from "@atc/config";
import type { ProgressListener } from "@atc/contract";
import { isBucketUrl, withoutSlashes } from "./data-bucket.ts";
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
   * `s3://bucket/prefix`, for datasets, inputs and results of tasks; or the URL of `atc data serve`, without an area,
   * for a worker that does not reach the directory. `shared` and `ATC_SHARED` replace it for inputs and results.
   * Default: `ATC_DATA_URL`, if it names a bucket.
   */
  readonly server?: string | undefined;
  /** What the server asks for. Default: none. */
  readonly token?: string | undefined;
  /** What the run is about, for lists of runs. Default: "". */
  readonly title?: string | undefined;
  /** Called with the id of each run before its first task, to keep what resumes it. */
  readonly onRun?: ((id: string) => void) | undefined;
  /** Receives the progress of a dataset that is sent to the bucket before its first task. */
  readonly onPush?: ProgressListener | undefined;
}

/** What the place of a queue depends on. */
export interface QueuePlace {
  readonly config: Pick<AtcConfig, "cacheDir">;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The bucket of datasets and tasks; undefined if there is none. */
export function queueBucket({ server }: Pick<QueueOptions, "server">, env: QueuePlace["env"]): string | undefined {
  const url = server ?? env["ATC_DATA_URL"];
  return url !== undefined && isBucketUrl(url) ? url : undefined;
}

/** What the runtime offers to an executor that declares these options. */
export function queueOffer(
  { redis, shared, server: given, token, title }: QueueOptions,
  { config, cwd, env }: QueuePlace,
): Readonly<Record<string, unknown>> {
  const plane = given ?? queueBucket({}, env);
  const server = redis ?? env["ATC_REDIS"] ?? env["REDIS_URL"];
  const directory = shared ?? env["ATC_SHARED"];
  return {
    ...(server === undefined || server === "" ? {} : { redis: server.includes("://") ? server : resolve(cwd, server) }),
    ...(plane === undefined || directory ? {} : { server: `${withoutSlashes(plane)}/tasks`, env }),
    ...(token === undefined ? {} : { token }),
    directory: directory ? resolve(cwd, directory) : join(dirname(config.cacheDir), "tasks"),
    release: version,
    ...(title === undefined ? {} : { title }),
  };
}
