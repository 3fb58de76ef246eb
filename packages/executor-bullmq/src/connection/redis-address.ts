import { readFile } from "node:fs/promises";
import { AtcError, fromSystemError } from "@atc/contract";

/** The address of a Redis server. */
export interface RedisAddress {
  /** The URL, with its password. */
  readonly url: string;
  /** The URL without user and password, for messages. */
  readonly shown: string;
}

/**
 * Reads the option `redis`: a URL, or the path of a file that holds one, so that a password is neither in the
 * environment nor in the list of processes.
 *
 * @throws ATC_INVALID_ARGUMENT for another form; ATC_NOT_FOUND, ATC_READ_ONLY for a file that cannot be read. No
 * message has the password.
 */
export async function redisAddress(given: string | undefined): Promise<RedisAddress> {
  if (given === undefined || given === "")
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "the executor bullmq needs a Redis server; give --redis redis://127.0.0.1:6379, or set ATC_REDIS or REDIS_URL",
      { details: { option: "redis" } },
    );
  return given.includes("://") ? parse(given, "the address of Redis") : parse(await readAddress(given), `"${given}"`);
}

async function readAddress(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw fromSystemError(
      error,
      `cannot read the address of Redis from "${path}"`,
      "give a URL, or the path of a file with one",
    );
  }
}

function parse(text: string, what: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    const scheme = url === undefined ? "" : `, not one that starts with "${url.protocol}"`;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${what} is not a URL of Redis; give redis://host:port or rediss://host:port (TLS)${scheme}`,
      { details: { option: "redis" } },
    );
  }
  return { url: text, shown: `${url.protocol}//${url.host}${/^\/\d+$/.test(url.pathname) ? url.pathname : ""}` };
}
