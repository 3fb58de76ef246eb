import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { AtcError, assertStoreKey, fromSystemError, isAtcError } from "@atc/contract";
import { accessCheck } from "./access-check.ts";
import { answerGet, answerList } from "./answer-get.ts";
import { answerPut } from "./answer-put.ts";
import type { ServedArea } from "./area.ts";
import { listeningPlace } from "./listening-place.ts";

/** A request that was answered. */
export interface ServedRequest {
  /** GET, HEAD, PUT or DELETE; another one was refused. */
  readonly method: string;
  /** The name of the area; "" if the path names none. */
  readonly area: string;
  /** The key, or the prefix of a list; "" if the path is malformed. */
  readonly key: string;
  /** The status of the answer. */
  readonly status: number;
  /** Bytes of the value that were sent or stored. */
  readonly bytes: number;
  /** The address of the client. */
  readonly client: string;
  /** What failed, for the log. */
  readonly fault: string | undefined;
}

/** How a server works. */
export interface ServeOptions {
  /** The areas by their names: the first part of a path. */
  readonly areas: Readonly<Record<string, ServedArea>>;
  /** The address or name of this machine to listen on. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** The port; 0 for a free one. Default: 0. */
  readonly port?: number | undefined;
  /** What requests must show. An address that other machines reach needs one. Default: none. */
  readonly token?: string | undefined;
  /** The most connections; more are closed at once. Default: 256. */
  readonly maxConnections?: number | undefined;
  /** Called for each request that was answered. */
  readonly onRequest?: ((request: ServedRequest) => void) | undefined;
}

/** A server. Disposal ends it: no new request is taken, and running ones have five seconds. */
export interface AreaServer extends AsyncDisposable {
  /** Its URL, without the name of an area. */
  readonly url: string;
  /** The connections that are open. */
  connections(): Promise<number>;
}

/** Milliseconds that running requests have when the server ends. */
const graceMs = 5_000;
/** Milliseconds without a byte after which a connection is closed: longer than a cut link takes to recover. */
const idleMs = 90_000;
const leastTokenLength = 16;

/** The statuses of errors of areas. Any other is 500. */
const statuses: Readonly<Record<string, number>> = {
  ATC_INVALID_ARGUMENT: 409,
  ATC_CORRUPT_DATA: 503,
  ATC_LOCKED: 503,
  ATC_NO_SPACE: 507,
  ATC_READ_ONLY: 405,
};

/** The area and the key of a path. A key has no character that a path encodes, so nothing is decoded. */
function placeOf(url: string): { readonly area: string; readonly key: string; readonly query: string } {
  const [path = "", query = ""] = url.split("?", 2);
  const [, area = "", key = ""] = /^\/([a-z]+)(?:\/(.*))?$/s.exec(path) ?? [];
  return { area, key, query };
}

function isKey(key: string): boolean {
  try {
    assertStoreKey(key);
    return true;
  } catch {
    return false;
  }
}

/** What an answer did. */
interface Answered {
  readonly status: number;
  readonly bytes: number;
}

function answerStatus(response: ServerResponse, status: number): Answered {
  response.writeHead(status, { "content-length": 0, ...(status === 401 ? { "www-authenticate": "Bearer" } : {}) });
  response.end();
  return { status, bytes: 0 };
}

async function answerListOf(area: ServedArea, query: string, response: ServerResponse): Promise<Answered> {
  if (area.list === undefined) return answerStatus(response, 404);
  const prefix = new URLSearchParams(query).get("prefix") ?? "";
  return { status: 200, bytes: await answerList(area.list(prefix), response) };
}

async function answer(
  area: ServedArea,
  { key, query }: ReturnType<typeof placeOf>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answered> {
  const { method } = request;
  if (key === "") return method === "GET" ? await answerListOf(area, query, response) : answerStatus(response, 405);
  if (!isKey(key)) return answerStatus(response, 404);
  if (method === "GET" || method === "HEAD") {
    const bytes = await answerGet(area, key, request, response);
    return bytes === undefined ? answerStatus(response, 404) : { status: response.statusCode, bytes };
  }
  if (method === "PUT") {
    const status = await answerPut(area, key, request);
    const { bytes } = answerStatus(response, status);
    return { status, bytes: status === 204 ? Number(request.headers["content-length"]) : bytes };
  }
  if (method !== "DELETE" || area.delete === undefined) return answerStatus(response, 405);
  return answerStatus(response, (await area.delete(key)) ? 204 : 404);
}

function requestListener({ areas, token, onRequest }: ServeOptions) {
  const mayUse = accessCheck(token);

  async function answered(
    place: ReturnType<typeof placeOf>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Answered & { readonly fault?: string }> {
    const area = Object.hasOwn(areas, place.area) ? areas[place.area] : undefined;
    try {
      if (request.url === "/health") return answerStatus(response, 204);
      // An area that is not there looks like one that needs the token.
      if (area === undefined) return answerStatus(response, token === undefined ? 404 : 401);
      if (!mayUse(request, area)) return answerStatus(response, token === undefined ? 403 : 401);
      return await answer(area, place, request, response);
    } catch (error) {
      const status = isAtcError(error) ? (statuses[error.code] ?? 500) : 500;
      const fault = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else if (!response.destroyed) answerStatus(response, status);
      return { status, bytes: 0, fault };
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on("error", () => undefined);
    const client = request.socket.remoteAddress ?? "";
    const place = placeOf(request.url ?? "");
    const { status, bytes, fault } = await answered(place, request, response);
    const { method = "" } = request;
    onRequest?.({ method, area: place.area, key: place.key, status, bytes, client, fault });
  };
}

function checkToken(token: string | undefined, host: string, isLoopback: boolean): void {
  if (token === undefined) {
    if (isLoopback) return;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `other machines reach the address "${host}", so the server needs a token; give one in ATC_DATA_TOKEN, or listen on 127.0.0.1`,
    );
  }
  if (token.length < leastTokenLength || !/^[\x21-\x7e]+$/.test(token))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the token must have ${leastTokenLength} or more characters of ASCII and no spaces; make one with: openssl rand -hex 32`,
    );
}

async function listening(server: Server, port: number, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: address, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot listen on ${address}, port ${port}`, "choose another address or port");
  });
}

/**
 * Serves areas over HTTP: values by ranges (RFC 9110), with tags for conditions, and writes with a digest. On a
 * loopback address, programs of this machine read open areas without a token; all else needs it. `/health` answers 204
 * without one.
 *
 * @throws ATC_INVALID_ARGUMENT for an address that is not of this machine, or for one that other machines reach without
 * a token; ATC_IO if the port is in use
 */
export async function serveAreas(options: ServeOptions): Promise<AreaServer> {
  const { host = "127.0.0.1", port = 0, token, maxConnections = 256 } = options;
  const { address, isLoopback } = await listeningPlace(host);
  checkToken(token, host, isLoopback);
  const listener = requestListener(options);
  const limits = { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 600_000, keepAliveTimeout: 30_000 };
  const server = createServer(limits, (request, response) => void listener(request, response));
  server.maxConnections = maxConnections;
  server.timeout = idleMs;
  await listening(server, port, address);
  const bound = server.address() as AddressInfo;
  const shown = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  let disposal: Promise<void> | undefined;

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const grace = new AbortController();
    await Promise.race([closed, delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://${shown}:${bound.port}`,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    [Symbol.asyncDispose]() {
      disposal ??= close();
      return disposal;
    },
  };
}
