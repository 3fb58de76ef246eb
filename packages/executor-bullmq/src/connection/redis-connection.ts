import { Redis } from "ioredis";
import { type ClientGroup, clientGroup } from "./client-group.ts";
import { redisFault } from "./connection-faults.ts";
import type { RedisAddress } from "./redis-address.ts";
import { checkServer } from "./server-check.ts";

/** A connection to a checked server. Disposal ends it, and the groups of {@link RedisConnection.group}. */
export interface RedisConnection extends AsyncDisposable {
  readonly client: Redis;
  /** The server, without secrets. */
  readonly shown: string;
  /** More clients of the same server, for commands that block or subscribe. */
  group(): ClientGroup;
  /** Milliseconds since the connection was lost; 0 while it exists. */
  lostFor(): number;
}

/** How a connection is opened. */
export interface ConnectionOptions {
  /** Receives warnings about the server. */
  readonly warn: (message: string) => void;
  /** Receives a line when the connection is lost, and when it exists again. */
  readonly onChange?: ((line: string) => void) | undefined;
  /** Milliseconds without an answer after which a connection counts as lost; at least twice {@link longestBlockMs}. */
  readonly answerMs: number;
}

/** The longest that a command blocks on the server, in ms. */
export const longestBlockMs = 2_000;

const connectMs = 5_000;
const longestPause = 2_000;
/** Milliseconds until a socket is destroyed that the server does not close. */
const disconnectMs = 500;

/**
 * Connects to a server and checks it. The first attempt fails at once; a connection that is lost later is opened again
 * for as long as this object lives, and commands wait for it.
 *
 * @throws ATC_IO if the server cannot be reached or does not answer, ATC_INVALID_ARGUMENT for a wrong password, and
 * what {@link checkServer} throws
 */
export async function connectRedis(
  { url, shown }: RedisAddress,
  { warn, onChange, answerMs }: ConnectionOptions,
): Promise<RedisConnection> {
  let isChecked = false;
  let lostAt: number | undefined;
  let firstFault: unknown;
  const groups: ClientGroup[] = [];
  const options = {
    connectTimeout: connectMs,
    disconnectTimeout: disconnectMs,
    socketTimeout: answerMs,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (isChecked ? Math.min(50 * times, longestPause) : null),
  };
  const group = (): ClientGroup => {
    const clients = clientGroup({
      create: () => new Redis(url, options),
      onError(error) {
        firstFault ??= error;
      },
    });
    groups.push(clients);
    return clients;
  };
  const client = group().open();
  const endAll = (): void => {
    for (const each of groups) each.end();
  };
  try {
    await client.connect();
    for (const warning of checkServer(await client.info(), shown)) warn(warning);
  } catch (error) {
    endAll();
    if (error instanceof Error && error.name === "AtcError") throw error;
    throw redisFault(firstFault ?? error, shown);
  }
  isChecked = true;
  client.on("close", () => {
    if (lostAt === undefined) onChange?.(`lost the connection to Redis at ${shown}; waiting for it`);
    lostAt ??= performance.now();
  });
  client.on("ready", () => {
    if (lostAt !== undefined) onChange?.(`connected to Redis at ${shown} again`);
    lostAt = undefined;
  });
  return {
    client,
    shown,
    group,
    lostFor: () => (lostAt === undefined ? 0 : performance.now() - lostAt),
    [Symbol.asyncDispose]() {
      client.removeAllListeners("close");
      endAll();
      return Promise.resolve();
    },
  };
}
