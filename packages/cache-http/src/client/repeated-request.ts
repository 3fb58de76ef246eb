import { setTimeout as delay } from "node:timers/promises";
import { AtcError } from "@atc/contract";
import type { CheckedOptions } from "./options.ts";
import { Passing, unreachable } from "./server-fault.ts";

/** A request of a store. */
export interface StoreRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** What follows the URL of the area. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer with its whole body. */
export interface StoreAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** What ends a request early. */
export interface RequestSignals {
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the store is disposed. */
  readonly closing: AbortSignal;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Sends a request once. Throws {@link Passing} if the connection failed or the answer is not whole. */
async function send(
  { method, path, headers, body }: StoreRequest,
  { url, token, idleMs }: CheckedOptions,
  { signal, closing }: RequestSignals,
): Promise<StoreAnswer> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  try {
    const answer = await fetch(`${url}${path}`, {
      method,
      // Otherwise the token could go to another server.
      redirect: "error",
      signal: AbortSignal.any([idle.signal, closing, ...(signal === undefined ? [] : [signal])]),
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
    timer.refresh();
    const bytes = await bodyOf(answer, method, () => timer.refresh());
    return { status: answer.status, bytes };
  } catch (error) {
    if (error instanceof Passing || error instanceof AtcError) throw error;
    const reason = idle.signal.aborted ? `no byte came for ${idleMs / 1000} s` : reasonOf(error);
    throw new Passing(reason, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch reports each fault of a connection as "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** The largest answer without a length, in bytes. */
const mostUnsized = 2 ** 28;

async function bodyOf(answer: Response, method: string, onBytes: () => void): Promise<Uint8Array> {
  const field = answer.headers.get("content-length");
  if (answer.body === null || method === "HEAD") return new Uint8Array(0);
  const expected = field === null ? undefined : Number(field);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    onBytes();
    parts.push(part);
    length += part.length;
    if (length > (expected ?? mostUnsized)) throw new Passing("its answer is longer than it says");
  }
  if (expected !== undefined && length !== expected)
    throw new Passing(`its answer ended after ${length} of ${expected} bytes`);
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/**
 * Sends a request until there is an answer that `read` accepts. `read` throws {@link Passing} for one that may differ
 * the next time.
 *
 * @throws ATC_ABORTED, ATC_CLOSED; ATC_NETWORK if the server cannot be reached for `patienceMs`; what `read` throws
 */
export async function repeatedRequest<T>(
  request: StoreRequest,
  options: CheckedOptions,
  signals: RequestSignals,
  read: (answer: StoreAnswer) => T,
): Promise<T> {
  const startedAt = performance.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return read(await send(request, options, signals));
    } catch (error) {
      checkSignals(options.url, signals);
      if (!(error instanceof Passing)) throw error;
      const passed = performance.now() - startedAt;
      if (passed + pauseMs > options.patienceMs) throw unreachable(options.url, error, passed);
    }
    // Workers that lost a server together do not return together.
    const ms = pauseMs * (0.5 + Math.random() / 2);
    await delay(ms, undefined, { signal: anySignal(signals) }).catch(() => undefined);
    checkSignals(options.url, signals);
  }
}

function anySignal({ signal, closing }: RequestSignals): AbortSignal {
  return signal === undefined ? closing : AbortSignal.any([signal, closing]);
}

function checkSignals(place: string, { signal, closing }: RequestSignals): void {
  if (signal?.aborted === true)
    throw new AtcError("ATC_ABORTED", "the operation was aborted", { cause: signal.reason });
  if (closing.aborted) throw new AtcError("ATC_CLOSED", `the store of "${place}" is disposed; open it again`);
}
