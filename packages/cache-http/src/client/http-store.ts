import { createHash } from "node:crypto";
import {
  assertStoreKey,
  type ByteRange,
  type ByteStore,
  type ByteStoreEntry,
  type GetOptions,
  type SetOptions,
  throwIfAborted,
} from "@atc/contract";
import { type HttpAnswer, type HttpRequest, rangeHeader, repeatedRequest, sendRequest } from "@atc/plugin-kit";
import { costHeader, digestField, digestHeader, untouchedHeader } from "../protocol/protocol.ts";
import { entriesOfLines } from "./listed-entries.ts";
import { checkOptions, type HttpStoreOptions } from "./options.ts";
import { refusal } from "./server-fault.ts";

/** A byte store whose values another machine has. */
export interface HttpStore extends ByteStore {
  /** The URL of the area, for messages. */
  readonly place: string;
  /** A byte range of the value, clipped at its end; undefined if there is no such key. */
  getRange(key: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
}

/** A request of the store. */
interface StoreRequest extends Pick<HttpRequest, "method" | "body"> {
  /** What follows the URL of the area. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Opens an area of `atc data serve` as a byte store. Each request is repeated with growing pauses while the server
 * cannot be reached, answers that it is overloaded, or ends an answer early. The server checks a digest of what `set`
 * sends. What a read returns is as long as the server said. A caller that needs more checks the bytes, as `@atc/cache`
 * does.
 *
 * @throws ATC_INVALID_ARGUMENT for an option. Methods throw ATC_INVALID_ARGUMENT for a token that the server refuses,
 * ATC_NETWORK if it cannot be reached for `patienceMs`, ATC_READ_ONLY for an area that is only read, and ATC_NO_SPACE
 * if the server's disk is full or the value is larger than it accepts
 */
export function httpStore(given: HttpStoreOptions): HttpStore {
  const options = checkOptions(given);
  const { url: place, token, patienceMs, idleMs } = options;
  const closing = new AbortController();

  async function ask<T>(
    { method, path, headers, body }: StoreRequest,
    key: string,
    signal: AbortSignal | undefined,
    read: (answer: HttpAnswer) => T | undefined,
  ): Promise<T> {
    const request: HttpRequest = {
      method,
      url: `${place}${path}`,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body,
    };
    return await repeatedRequest({ place, patienceMs, signal, closing: closing.signal }, async (either) => {
      const answer = await sendRequest(request, { idleMs, signal: either });
      const found = read(answer);
      if (found === undefined) throw refusal(place, key, answer.status);
      return found;
    });
  }

  async function getBytes(
    key: string,
    { touch, signal }: GetOptions,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Uint8Array | undefined> {
    const own: Record<string, string> = { ...headers, ...(touch === false ? { [untouchedHeader]: "1" } : {}) };
    const found = await ask<{ readonly bytes: Uint8Array | undefined }>(
      { method: "GET", path: `/${key}`, headers: own },
      key,
      signal,
      ({ status, bytes }) => {
        if (status === 404) return { bytes: undefined };
        if (status === 416) return { bytes: new Uint8Array(0) };
        const isWanted = status === 206 || (status === 200 && own["range"] === undefined);
        return isWanted ? { bytes } : undefined;
      },
    );
    return found.bytes;
  }

  return {
    place,
    async get(key, getOptions = {}) {
      assertStoreKey(key);
      return await getBytes(key, getOptions);
    },
    async getRange(key, range, getOptions = {}) {
      assertStoreKey(key);
      const field = rangeHeader(range);
      if (field !== undefined) return await getBytes(key, getOptions, { range: field });
      const { signal } = getOptions;
      const isThere = await ask({ method: "HEAD", path: `/${key}` }, key, signal, ({ status }) =>
        status === 200 ? true : status === 404 ? false : undefined,
      );
      return isThere ? new Uint8Array(0) : undefined;
    },
    async set(key, value, { signal, costMs }: SetOptions = {}) {
      assertStoreKey(key);
      throwIfAborted(signal);
      // Repeated requests send the bytes of now.
      const body = new Uint8Array(value);
      const headers = {
        [digestHeader]: digestField(createHash("sha256").update(body).digest()),
        "content-type": "application/octet-stream",
        ...(costMs === undefined ? {} : { [costHeader]: String(costMs) }),
      };
      await ask({ method: "PUT", path: `/${key}`, headers, body }, key, signal, ({ status }) =>
        status === 204 ? true : undefined,
      );
    },
    async delete(key) {
      assertStoreKey(key);
      return await ask({ method: "DELETE", path: `/${key}` }, key, undefined, ({ status }) =>
        status === 204 ? true : status === 404 ? false : undefined,
      );
    },
    async *list(prefix = "", { signal } = {}): AsyncGenerator<ByteStoreEntry, void, undefined> {
      const path = `?prefix=${encodeURIComponent(prefix)}`;
      yield* await ask({ method: "GET", path }, prefix, signal, ({ status, bytes }) =>
        status === 200 ? entriesOfLines(bytes) : undefined,
      );
    },
    [Symbol.asyncDispose]() {
      closing.abort();
      return Promise.resolve();
    },
  };
}
