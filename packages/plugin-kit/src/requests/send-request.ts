import { AtcError } from "@atc/contract";
import { linkedSignal } from "../tasks/linked-signal.ts";
import { PassingFault } from "./passing-fault.ts";

/** A request over HTTP. */
export interface HttpRequest {
  /** What it does with the resource. */
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** The whole URL. */
  readonly url: string;
  /** All headers except those that `fetch` adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The content of a PUT. */
  readonly body?: Uint8Array | undefined;
}

/** An answer with its whole body. Redirects are answers too: nothing follows them. */
export interface HttpAnswer {
  /** The status, of any kind. */
  readonly status: number;
  /** Its headers. */
  readonly headers: Headers;
  /** The whole body; empty for HEAD. */
  readonly bytes: Uint8Array;
}

/** The bounds of a request. */
export interface RequestBounds {
  /** Milliseconds without a byte after which the request fails. One with a body has 4 s more per MB of it. */
  readonly idleMs: number;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/** Nothing reports how much of a body was sent, so its time is that of a slow link: 250 kB per second. */
const sendingBytesPerMs = 250;

/** The largest answer without a length, in bytes. */
const mostUnsized = 2 ** 28;

/**
 * Sends a request once and reads the whole answer.
 *
 * @throws PassingFault if the connection failed, or if the answer is late or not as long as it says
 */
export async function sendRequest(
  { method, url, headers, body }: HttpRequest,
  { idleMs, signal }: RequestBounds,
): Promise<HttpAnswer> {
  using ending = linkedSignal([signal]);
  let isLate = false;
  const longestMs = idleMs + Math.ceil((body?.length ?? 0) / sendingBytesPerMs);
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, longestMs);
  try {
    const answer = await fetch(url, {
      method,
      // Credentials go to no other server.
      redirect: "manual",
      signal: ending.signal,
      headers,
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
    timer.refresh();
    const bytes = await bodyOf(answer, method, () => timer.refresh());
    return { status: answer.status, headers: answer.headers, bytes };
  } catch (error) {
    if (error instanceof PassingFault || error instanceof AtcError) throw error;
    const reason = isLate ? `no byte came for ${longestMs / 1000} s` : reasonOf(error);
    throw new PassingFault(reason, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch reports each fault of a connection as "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

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
    if (length > (expected ?? mostUnsized)) throw new PassingFault("its answer is longer than it says");
  }
  if (expected !== undefined && length !== expected)
    throw new PassingFault(`its answer ended after ${length} of ${expected} bytes`);
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}
