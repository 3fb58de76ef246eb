import {
  AtcError,
  assertStoreKey,
  type ByteRange,
  type ByteStore,
  type ByteStoreEntry,
  type GetOptions,
  type SetOptions,
  throwIfAborted,
} from "@atc/contract";
import { type HttpAnswer, PassingFault, rangeHeader, repeatedRequest, sendRequest } from "@atc/plugin-kit";
import { answerFault, errorCode } from "./answer-fault.ts";
import { knownAccesses } from "./known-accesses.ts";
import { type ListedPage, readListedPage } from "./listed-objects.ts";
import { checkOptions, type S3StoreOptions } from "./options.ts";
import { type BucketRequest, requestSigner } from "./signed-request.ts";

/** A byte store whose values are objects of a bucket. */
export interface S3Store extends ByteStore {
  /** The bucket and the prefix as `s3://bucket/prefix`, for messages. */
  readonly place: string;
  /** A byte range of the value, clipped at its end; undefined if there is no such key. */
  getRange(key: string, range: ByteRange, options?: GetOptions): Promise<Uint8Array | undefined>;
}

/** The most bytes of a key in a bucket. */
const longestKey = 1024;

/**
 * Opens a bucket as a byte store. Sends nothing before the first method is called. Each request is repeated with
 * growing pauses while the service cannot be reached, answers that it is overloaded, or ends an answer early. The
 * service checks a SHA-256 of what `set` sends. What a read returns is as long as the service said; a caller that needs
 * more checks the bytes, as `@atc/cache` does.
 *
 * @throws ATC_INVALID_ARGUMENT for an option, or without credentials. Methods throw ATC_INVALID_ARGUMENT for
 * credentials that the service refuses, for those that may not read, and for another region; ATC_NOT_FOUND without the
 * bucket; ATC_READ_ONLY for credentials that may not write; ATC_NO_SPACE for a quota; ATC_NETWORK if the service cannot
 * be reached for `patienceMs`, or if the clock of this machine differs from its own
 */
export function s3Store(given: S3StoreOptions): S3Store {
  const options = checkOptions(given);
  const { bucket, prefix, patienceMs, idleMs } = options;
  const place = `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}`;
  const sign = requestSigner(options);
  const accesses = knownAccesses();
  const closing = new AbortController();
  let isBucketKnown = false;

  function objectPath(key: string): string {
    assertStoreKey(key);
    const whole = `${prefix}${key}`;
    if (whole.length > longestKey)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the key "${key.slice(0, 100)}" has more than ${longestKey} bytes with the prefix of "${place}"; use a shorter prefix`,
      );
    return `/${whole}`;
  }

  async function ask<T>(
    request: BucketRequest,
    key: string,
    signal: AbortSignal | undefined,
    read: (answer: HttpAnswer) => T | undefined,
  ): Promise<T> {
    return await repeatedRequest({ place, patienceMs, signal, closing: closing.signal }, async (either) => {
      // Signed again each time: a signature is valid for 15 minutes.
      const answer = await sendRequest(await sign(request), { idleMs, signal: either });
      isBucketKnown ||= answer.status < 300 || isNoSuchKey(answer);
      const found = read(answer);
      if (found === undefined) throw answerFault(place, options, { method: request.method, key, answer });
      return found;
    });
  }

  async function read(key: string, field: string | undefined, { touch, signal }: GetOptions) {
    const headers = field === undefined ? {} : { range: field };
    const { bytes } = await ask<{ readonly bytes: Uint8Array | undefined }>(
      { method: "GET", path: objectPath(key), headers },
      key,
      signal,
      (answer) => {
        if (isNoSuchKey(answer)) return { bytes: undefined };
        if (answer.status === 416 && field !== undefined) return { bytes: new Uint8Array(0) };
        if (answer.status === 200 && field === undefined) return { bytes: answer.bytes };
        if (answer.status === 206 && field !== undefined) return { bytes: wantedPart(answer, field) };
        if (answer.status === 200) throw ignoredRange(place);
        return undefined;
      },
    );
    if (bytes !== undefined && touch !== false) accesses.used(key);
    return bytes;
  }

  async function exists(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const isThere = await ask({ method: "HEAD", path: objectPath(key) }, key, signal, ({ status }) =>
      status === 200 ? true : status === 404 ? false : undefined,
    );
    // An answer to HEAD does not say whether it is the key or the bucket that does not exist.
    if (isThere || isBucketKnown) return isThere;
    return (await read(key, undefined, { touch: false, ...(signal === undefined ? {} : { signal }) })) !== undefined;
  }

  async function listPage(
    start: string,
    next: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ListedPage> {
    const query = new URLSearchParams({
      "list-type": "2",
      ...(start === "" ? {} : { prefix: start }),
      ...(next === undefined ? {} : { "continuation-token": next }),
    });
    return await ask({ method: "GET", path: `?${query}` }, start, signal, (answer) =>
      answer.status === 200 ? readListedPage(answer.bytes) : undefined,
    );
  }

  return {
    place,
    get: async (key, getOptions = {}) => await read(key, undefined, getOptions),
    async getRange(key, range, getOptions = {}) {
      const field = rangeHeader(range);
      if (field !== undefined) return await read(key, field, getOptions);
      return (await exists(key, getOptions.signal)) ? new Uint8Array(0) : undefined;
    },
    async set(key, value, { signal }: SetOptions = {}) {
      const path = objectPath(key);
      throwIfAborted(signal);
      // Repeated requests send the bytes of now.
      const body = new Uint8Array(value);
      const headers = { "content-type": "application/octet-stream" };
      await ask({ method: "PUT", path, headers, body }, key, signal, ({ status }) =>
        status === 200 ? true : undefined,
      );
      accesses.used(key);
    },
    async delete(key) {
      // The answer to DELETE does not say whether there was an object.
      if (!(await exists(key, undefined))) return false;
      await ask({ method: "DELETE", path: objectPath(key) }, key, undefined, (answer) =>
        answer.status === 204 || answer.status === 200 || isNoSuchKey(answer) ? true : undefined,
      );
      accesses.removed(key);
      return true;
    },
    async *list(start = "", { signal } = {}): AsyncGenerator<ByteStoreEntry, void, undefined> {
      let next: string | undefined;
      do {
        const page = await listPage(`${prefix}${start}`, next, signal);
        for (const { key: whole, size, modifiedAt } of page.objects) {
          const key = whole.slice(prefix.length);
          // Other programs may write other keys into the bucket.
          if (whole.startsWith(prefix) && isStoreKey(key))
            yield { key, size, accessedAt: accesses.latest(key, modifiedAt) };
        }
        next = page.next;
      } while (next !== undefined);
    },
    [Symbol.asyncDispose]() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function isNoSuchKey(answer: HttpAnswer): boolean {
  return answer.status === 404 && errorCode(answer) === "NoSuchKey";
}

function isStoreKey(key: string): boolean {
  try {
    assertStoreKey(key);
    return true;
  } catch {
    return false;
  }
}

/** The bytes of a part, if the answer says that they are the ones that `field` asks for. */
function wantedPart({ headers, bytes }: HttpAnswer, field: string): Uint8Array {
  const [, from, to] = /^bytes (\d{1,15})-(\d{1,15})\//.exec(headers.get("content-range") ?? "") ?? [];
  const [, offset, last] = /^bytes=(\d*)-(\d*)$/.exec(field) ?? [];
  const isWhole = Number(to) - Number(from) + 1 === bytes.length;
  const isAsked =
    offset === "" ? bytes.length <= Number(last) : Number(from) === Number(offset) && Number(to) <= Number(last);
  if (!isWhole || !isAsked) throw new PassingFault("it answered with another part of the value");
  return bytes;
}

function ignoredRange(place: string): AtcError {
  return new AtcError(
    "ATC_UNSUPPORTED",
    `the service of "${place}" ignores byte ranges; use one that supports the header Range`,
  );
}
